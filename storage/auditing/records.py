"""Rows that the trail commits to, held against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from certify.attestation import IssuanceStep
from certify.auditing.ports import RecordFacts
from certify.clock import vietnamese_day
from certify.errors import StoredDataDamaged
from storage import comparison_record, desk_record_rows
from storage.audit import Action
from storage.auditing.acts import Recorded, newest, recorded
from storage.database import Database
from storage.issuance_rows import as_statement
from storage.personal import readable
from storage.tables import (
    annulments,
    attestations,
    comparisons,
    desk_records,
    withdrawals,
)

_Row = Row[tuple[Any, ...]]
_Acts = Sequence[Recorded]
# The printed time is taken a moment before the intent is on record (design §3).
_COMPOSING = timedelta(minutes=10)


class SqlAuditedRecords:
    """Fills the `AuditedRecords` port."""

    kinds: tuple[str, ...] = (
        "attestations",
        "desk_records",
        "withdrawals",
        "annulments",
    )

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def count(self, kind: str) -> int:
        """Count the rows of a kind."""
        table, _ = _WALKS[kind]
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def page(self, kind: str, after: str, limit: int) -> Sequence[RecordFacts]:
        """Return the next rows in order of id, with what does not hold."""
        table, problems = _WALKS[kind]
        (key,) = table.primary_key.columns
        query = select(*readable(table)).where(key > after).order_by(key).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            ids = [getattr(row, key.name) for row in rows]
            acts = recorded(connection, ids, _ACTIONS)
            compared = _comparisons(connection, ids) if kind == "attestations" else {}
        return [
            RecordFacts(one, tuple(problems(row, acts.get(one, ()), compared.get(one))))
            for one, row in zip(ids, rows, strict=True)
        ]


_ACTIONS = frozenset(
    {
        Action.COMPARISON_RECORD,
        Action.STATEMENT_APPROVE,
        Action.COPY_INTEND,
        Action.COPY_RECOVER,
        Action.COPY_ANNUL,
        Action.REFUSAL_RECORD,
        Action.FORGERY_RECORD,
        Action.REFUSAL_WITHDRAW,
    }
)


def _comparisons(connection: Connection, ids: Sequence[str]) -> Mapping[str, _Row]:
    rows = connection.execute(
        select(*readable(comparisons)).where(comparisons.c.attestation_id.in_(ids))
    )
    return {row.attestation_id: row for row in rows}


def _attestation(row: _Row, acts: _Acts, compared: _Row | None) -> Iterator[str]:
    if not _comparison_holds(acts, compared):
        yield "comparison"
    released = row.step == IssuanceStep.RELEASED
    if (released or row.statement is not None) and not _statement_holds(row, acts):
        yield "statement"
    if (released or row.intent_attempt is not None) and not _intent_holds(row, acts):
        yield "intent"


def _comparison_holds(acts: _Acts, compared: _Row | None) -> bool:
    act = newest(acts, Action.COMPARISON_RECORD)
    if act is None or compared is None:
        return act is None and compared is None
    expected = act.details.get(comparison_record.COMMITMENT)
    if expected is None:  # recorded before there were commitments
        return True
    values = dict(compared._mapping)  # noqa: SLF001 - public API of SQLAlchemy despite its name
    salt = values.pop("salt")
    return salt is not None and bool(
        expected == comparison_record.comparison_commitment(salt, values)
    )


def _statement_holds(row: _Row, acts: _Acts) -> bool:
    """A statement is what was confirmed last, or came back with its copy."""
    try:
        as_statement(row)
    except StoredDataDamaged:
        return False
    act = newest(acts, Action.STATEMENT_APPROVE, Action.COPY_RECOVER)
    if act is None:
        return False
    if act.action is Action.COPY_RECOVER:
        return True  # the recovered file itself names the statement's digest
    return bool(act.details["statement"] == row.statement_digest)


def _intent_holds(row: _Row, acts: _Acts) -> bool:
    act = newest(acts, Action.COPY_INTEND, Action.COPY_RECOVER)
    if act is None:
        return False
    if act.action is Action.COPY_RECOVER:
        return True
    names = ("attempt", "composed", "statement")
    of_row = (row.intent_attempt, row.intent_sha256, row.intent_statement_digest)
    if tuple(act.details[name] for name in names) != of_row:
        return False
    if row.step == IssuanceStep.RELEASED and act.details["statement"] != (
        row.statement_digest
    ):
        return False
    days = [vietnamese_day(at) for at in (act.at, act.at - _COMPOSING)]
    return vietnamese_day(row.intent_attested_at) in days


def _desk_record(row: _Row, acts: _Acts, _: _Row | None) -> Iterator[str]:
    act = newest(acts, Action.REFUSAL_RECORD, Action.FORGERY_RECORD)
    values = dict(row._mapping)  # noqa: SLF001 - public API of SQLAlchemy despite its name
    salt = values.pop("salt")
    commitment = desk_record_rows.record_commitment(salt, values)
    if act is None or act.details[desk_record_rows.COMMITMENT] != commitment:
        yield "desk_record"


def _withdrawal(row: _Row, acts: _Acts, _: _Row | None) -> Iterator[str]:
    act = newest(acts, Action.REFUSAL_WITHDRAW)
    by = f"officer:{row.officer_id}"
    if act is None or act.actor != by or not act.gave(row.reason):
        yield "withdrawal"


def _annulment(row: _Row, acts: _Acts, _: _Row | None) -> Iterator[str]:
    act = newest(acts, Action.COPY_ANNUL)
    if (
        act is None
        or (act.authority_id, act.sequence) != (row.authority_id, row.trail_sequence)
        or act.details["decision"] != row.decision_number
        or act.details["decided_on"] != row.decided_on
        or act.at != row.annulled_at
        or not act.gave(row.reason)
    ):
        yield "annulment"


_Problems = Callable[[_Row, _Acts, _Row | None], Iterator[str]]
_WALKS: Mapping[str, tuple[Table, _Problems]] = MappingProxyType(
    {
        "attestations": (attestations, _attestation),
        "desk_records": (desk_records, _desk_record),
        "withdrawals": (withdrawals, _withdrawal),
        "annulments": (annulments, _annulment),
    }
)
