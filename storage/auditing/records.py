"""Rows that the trail commits to, held against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from certify.attestation import CertifiedCopy, IssuanceStep
from certify.auditing.ports import RecordFacts
from certify.clock import vietnamese_day
from certify.errors import StoredDataDamaged
from storage import comparison_record, desk_record_rows, renewal_rows
from storage.audit import Action
from storage.auditing.acts import Recorded, newest, recorded
from storage.auditing.people import PEOPLE, PEOPLE_ACTS
from storage.database import Database
from storage.issuance_rows import as_statement
from storage.personal import readable
from storage.tables import (
    annulments,
    attestations,
    comparisons,
    desk_records,
    recovered_copies,
    withdrawals,
)

_Row = Row[tuple[Any, ...]]
_Acts = Sequence[Recorded]
# The printed time is taken a moment before the intent is on record (design §3).
_COMPOSING = timedelta(minutes=10)
_CLOCK_STEP = timedelta(days=1)  # two looks at the clock, and a fault in between


class SqlAuditedRecords:
    """Fills the `AuditedRecords` port."""

    kinds: tuple[str, ...] = (
        "attestations",
        "recovered_copies",
        "desk_records",
        "withdrawals",
        "annulments",
        *PEOPLE,
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
            beside = _BESIDE.get(kind, _nothing)(connection, ids)
        return [
            RecordFacts(one, tuple(problems(row, acts.get(one, ()), beside.get(one))))
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
        *PEOPLE_ACTS,
    }
)


def _nothing(_connection: Connection, _ids: Sequence[str]) -> Mapping[str, Any]:
    return {}


def _copies(connection: Connection, ids: Sequence[str]) -> Mapping[str, CertifiedCopy]:
    """Read the copies of some attestations; a damaged one is named by its own part."""
    found = {}
    for one in ids:
        with suppress(StoredDataDamaged):
            copy = renewal_rows.released_copy(connection, one)
            if copy is not None:
                found[one] = copy
    return found


def _comparisons(connection: Connection, ids: Sequence[str]) -> Mapping[str, _Row]:
    rows = connection.execute(
        select(*readable(comparisons)).where(comparisons.c.attestation_id.in_(ids))
    )
    return {row.attestation_id: row for row in rows}


def _attestation(row: _Row, acts: _Acts, compared: _Row | None) -> Iterator[str]:
    if not _comparison_holds(row, acts, compared):
        yield "comparison"
    released = row.step == IssuanceStep.RELEASED
    if (released or row.statement is not None) and not _statement_holds(row, acts):
        yield "statement"
    if (released or row.intent_attempt is not None) and not _intent_holds(row, acts):
        yield "intent"


def _comparison_holds(row: _Row, acts: _Acts, compared: _Row | None) -> bool:
    act = newest(acts, Action.COMPARISON_RECORD)
    if act is None or compared is None:
        return act is None and compared is None
    if act.details.get("original", row.original_id) != row.original_id:
        return False
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
    if not _is_of_row(row, row.id):
        return False
    act = newest(acts, Action.STATEMENT_APPROVE, Action.COPY_RECOVER)
    if act is None:
        return False
    if act.action is Action.COPY_RECOVER:
        return True  # the recovered file itself names the statement's digest
    return bool(act.details["statement"] == row.statement_digest)


def _is_of_row(row: _Row, attestation_id: str) -> bool:
    """Tell whether the statement is whole and about the row that QR codes lead to."""
    try:
        statement = as_statement(row)
    except StoredDataDamaged:
        return False
    of_row = (attestation_id, row.authority_id, row.code)
    return of_row == (
        statement.attestation_id,
        statement.authority_id,
        statement.verification_code,
    )


def _recovered(row: _Row, _acts: _Acts, _: object) -> Iterator[str]:
    if not _is_of_row(row, row.attestation_id):
        yield "statement"


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


def _desk_record(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    act = newest(acts, Action.REFUSAL_RECORD, Action.FORGERY_RECORD)
    values = dict(row._mapping)  # noqa: SLF001 - public API of SQLAlchemy despite its name
    salt = values.pop("salt")
    commitment = desk_record_rows.record_commitment(salt, values)
    if act is None or act.details[desk_record_rows.COMMITMENT] != commitment:
        yield "desk_record"


def _withdrawal(row: _Row, acts: _Acts, _: object) -> Iterator[str]:
    act = newest(acts, Action.REFUSAL_WITHDRAW)
    by = f"officer:{row.officer_id}"
    if (
        act is None
        or act.actor != by
        or abs(act.at - row.made_at) > _CLOCK_STEP
        or not act.gave(row.reason)
    ):
        yield "withdrawal"


def _annulment(row: _Row, acts: _Acts, annulled: CertifiedCopy | None) -> Iterator[str]:
    act = newest(acts, Action.COPY_ANNUL)
    if (
        act is None
        or (act.authority_id, act.sequence) != (row.authority_id, row.trail_sequence)
        or act.details["decision"] != row.decision_number
        or act.details["decided_on"] != row.decided_on
        or act.at != row.annulled_at
        or not act.gave(row.reason)
        or (annulled is not None and not _names(row, annulled))
    ):
        yield "annulment"


def _names(row: _Row, copy: CertifiedCopy) -> bool:
    """Tell whether an annulment's list entry is about the copy it belongs to."""
    statement = copy.statement
    return (row.code, row.shown_number, row.authority_name) == (
        statement.verification_code,
        copy.shown_number,
        statement.authority_name,
    )


_BESIDE: Mapping[str, Callable[[Connection, Sequence[str]], Mapping[str, Any]]] = (
    MappingProxyType({"attestations": _comparisons, "annulments": _copies})
)
_Problems = Callable[[_Row, _Acts, Any], Iterator[str]]
_WALKS: Mapping[str, tuple[Table, _Problems]] = MappingProxyType(
    {
        "attestations": (attestations, _attestation),
        "recovered_copies": (recovered_copies, _recovered),
        "desk_records": (desk_records, _desk_record),
        "withdrawals": (withdrawals, _withdrawal),
        "annulments": (annulments, _annulment),
        **PEOPLE,
    }
)
