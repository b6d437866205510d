"""The register's tables held against what the trail commits to.

The trail names every number that was taken or voided, every released file, every
annulment, and the digest of the statement behind each book row. What a restored
database got back from the archive has only its file on the trail (`copy.recover`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from certify.clock import vietnamese_day
from certify.errors import StoredDataDamaged
from certify.public_trail import RELEASING
from storage.audit import Action
from storage.books import column_values
from storage.comparison_record import IN_PIECES
from storage.database import Database
from storage.desk_reads import as_number
from storage.issuance_rows import as_statement
from storage.tables import (
    annulments,
    attestations,
    authorities,
    book_rows,
    editions,
    recovered_copies,
    trail,
    trail_reasons,
)

_Row = Row[Any]
_Number = tuple[str, int]
# The printed time is taken a moment before the intent is on record (design §3).
_COMPOSING = timedelta(minutes=10)
_ASKED = (
    Action.COPY_RESERVE,
    Action.COPY_INTEND,
    Action.NUMBER_VOID,
    Action.COPY_ANNUL,
    *RELEASING,
)


class SqlRegisterAgainstTrail:
    """Fills `certify.trail_audit.RegisterAgainstTrail`."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def authorities(self) -> Sequence[str]:
        """Return the ids of all authorities."""
        with self._database.reading() as connection:
            return connection.scalars(
                select(authorities.c.id).order_by(authorities.c.id)
            ).all()

    def differences(self, authority_id: str) -> Iterator[str]:
        """Name each row that the trail tells otherwise of, from one snapshot."""
        with self._database.reading() as connection:
            told = _told(connection, authority_id)
            yield from _editions(connection, authority_id, told)
            yield from _book(connection, authority_id, told)
            yield from _annulments(connection, authority_id, told)


@dataclass
class _Told:
    """What an authority's trail says.

    Attributes:
        files: attestation → files released; recovered: those known by files alone.
        taken: number → attestation; voided: numbers; complete: number → attestation.
        intents: attestation → its newest intent: statement digest and time.
        annulled: sequence of the row → the row.
    """

    files: dict[str, dict[str, str | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    recovered: set[str] = field(default_factory=set)
    taken: dict[_Number, str] = field(default_factory=dict)
    voided: set[_Number] = field(default_factory=set)
    complete: dict[_Number, str] = field(default_factory=dict)
    intents: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    annulled: dict[int, _Row] = field(default_factory=dict)

    def hear(self, row: _Row) -> None:
        """Take in one row of the trail."""
        details, subject = row.details, row.subject
        number = (details.get("book"), details.get("number"))
        match Action(row.action):
            case Action.COPY_RESERVE:
                self.taken[number] = subject
            case Action.NUMBER_VOID:
                self.voided.add(number)
            case Action.COPY_INTEND:
                self.intents[subject] = (details.get("statement", ""), row.at)
            case Action.COPY_ANNUL:
                self.annulled[row.sequence] = row
            case Action.COPY_RECOVER:
                self.recovered.add(subject)
                self.complete[number] = subject
                self.files[subject][details.get("file", "")] = None
            case Action.COPY_RELEASE:
                self.complete[number] = subject
                self.files[subject][details.get("file", "")] = details.get("version")
            case _:  # a renewal
                self.files[subject][details.get("file", "")] = details.get("version")


def _told(connection: Connection, authority_id: str) -> _Told:
    told = _Told()
    query = (
        select(trail, trail_reasons.c.reason)
        .outerjoin(
            trail_reasons,
            and_(
                trail_reasons.c.authority_id == trail.c.authority_id,
                trail_reasons.c.sequence == trail.c.sequence,
            ),
        )
        .where(trail.c.authority_id == authority_id, trail.c.action.in_(_ASKED))
        .order_by(trail.c.sequence)
    )
    with connection.execute(query, execution_options=IN_PIECES) as rows:
        for row in rows:
            told.hear(row)
    return told


def _editions(connection: Connection, authority_id: str, told: _Told) -> Iterator[str]:
    """Every released file is told of, and every file told of is there."""
    left = {(subject, file) for subject, all_ in told.files.items() for file in all_}
    registered = (
        select(editions)
        .join(attestations, attestations.c.id == editions.c.attestation_id)
        .where(attestations.c.authority_id == authority_id)
        .order_by(editions.c.attestation_id, editions.c.sequence)
    )
    recovered = select(recovered_copies).where(
        recovered_copies.c.authority_id == authority_id
    )
    for query in (registered, recovered):
        with connection.execute(query, execution_options=IN_PIECES) as rows:
            for row in rows:
                files = told.files.get(row.attestation_id, {})
                version = files.get(row.sha256)
                if row.sha256 not in files or version not in (None, row.version_id):
                    yield f"tệp đã cấp của {row.attestation_id}"
                left.discard((row.attestation_id, row.sha256))
    for subject, _file in sorted(left):
        yield f"thiếu tệp đã cấp của {subject}"


def _book(connection: Connection, authority_id: str, told: _Told) -> Iterator[str]:
    """Every number has the state and the content that the trail tells of."""
    left = set(told.taken)
    query = (
        select(
            book_rows,
            attestations.c.statement,
            attestations.c.statement_digest,
        )
        .join(attestations, attestations.c.id == book_rows.c.attestation_id)
        .where(book_rows.c.authority_id == authority_id)
        .order_by(book_rows.c.year, book_rows.c.number)
    )
    with connection.execute(query, execution_options=IN_PIECES) as rows:
        for row in rows:
            number = (as_number(row).book, row.number)
            left.discard(number)
            if not _book_row_holds(row, number, told):
                yield f"số {row.number}/{row.year}"
    for book, taken in sorted(left):
        yield f"thiếu số {taken} quyển {book}"


def _book_row_holds(row: _Row, number: _Number, told: _Told) -> bool:
    holder = row.attestation_id
    if holder in told.recovered:
        return bool(row.state == "void" or told.complete.get(number) == holder)
    if told.taken.get(number) != holder:
        return False
    if row.state != "complete":
        voided = number in told.voided
        return bool(row.state == "void") == voided and number not in told.complete
    digest, at = told.intents.get(holder, ("", None))
    if told.complete.get(number) != holder or at is None:
        return False
    try:
        statement = as_statement(row)
    except StoredDataDamaged:
        return False
    days = {vietnamese_day(at).isoformat(), vietnamese_day(at - _COMPOSING).isoformat()}
    kept = {name: getattr(row, name) for name in column_values(statement)}
    same_columns = kept == column_values(statement)
    return bool(statement.digest == digest and row.attested_on in days and same_columns)


def _annulments(
    connection: Connection, authority_id: str, told: _Told
) -> Iterator[str]:
    """Every annulment is as it was decided, and none is gone."""
    query = select(annulments).where(annulments.c.authority_id == authority_id)
    for row in connection.execute(query):
        said = told.annulled.pop(row.trail_sequence, None)
        if (
            said is None
            or said.subject != row.attestation_id
            or said.details.get("decision") != row.decision_number
            or said.details.get("decided_on") != row.decided_on
            or said.at != row.annulled_at
            or said.reason not in (None, row.reason)
        ):
            yield f"quyết định hủy bỏ của {row.attestation_id}"
    for said in told.annulled.values():
        yield f"thiếu quyết định hủy bỏ của {said.subject}"
