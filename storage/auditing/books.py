"""Books and what holds their numbers, for the audit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, func, select, tuple_

from certify.auditing.ports import BookFacts, BookKey, Holder
from certify.errors import StoredDataDamaged
from certify.numbering import RegisterNumber
from storage.audit import Action
from storage.auditing.acts import Recorded, recorded
from storage.books import book_columns
from storage.database import Database
from storage.desk_reads import as_number
from storage.issuance_rows import as_statement
from storage.personal import readable
from storage.recovered_reads import RECOVERED_NOTE
from storage.tables import (
    attestations,
    book_rows,
    books,
    editions,
    free_numbers,
    recovered_copies,
    trail,
)

_Row = Row[tuple[Any, ...]]
_STATES = {
    Action.COPY_RESERVE: "reserved",
    Action.COPY_RELEASE: "complete",
    Action.COPY_RECOVER: "complete",
    Action.NUMBER_VOID: "void",
}
_FILES = (Action.COPY_RELEASE, Action.COPY_RENEW, Action.COPY_RECOVER)
_CONFIRMED = ("step", "statement", "statement_digest", "intent_attested_at")
_NUMBERED: tuple[Table, ...] = (book_rows, recovered_copies, free_numbers)


class SqlAuditedBooks:
    """Fills the `AuditedBooks` port."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def books(self) -> Sequence[BookFacts]:
        """Return every book in order; also one that only its numbers tell of."""
        with self._database.reading() as connection:
            counters = {_key(row): row for row in connection.execute(select(books))}
            keys = set(counters)
            for table in _NUMBERED:
                keys.update(_keys_of(connection, table))
            authorities = {key.authority_id for key in keys}
            closings = recorded(connection, authorities, (Action.BOOK_CLOSE,))
            return [
                _book(connection, key, counters.get(key), closings)
                for key in sorted(keys)
            ]

    def holders(
        self, book: BookKey, first: int, last: int
    ) -> Mapping[int, Sequence[Holder]]:
        """Return what holds the numbers of a range, both ends included."""
        held: dict[int, list[Holder]] = defaultdict(list)
        with self._database.reading() as connection:
            rows = _rows(connection, book, first, last)
            acts = recorded(
                connection,
                [row.attestation_id for row in rows],
                (*_STATES, Action.COPY_RENEW),
            )
            files = _files(connection, [row.attestation_id for row in rows])
            for row in rows:
                recorded_here = acts.get(row.attestation_id, ())
                held[row.number].append(_holder(row, recorded_here, files))
            for number, holder in _others(connection, book, first, last):
                held[number].append(holder)
        return held


def _key(row: Any) -> BookKey:  # noqa: ANN401 - rows of four tables share these columns
    return BookKey(row.authority_id, row.kind, row.year)


def _keys_of(connection: Connection, table: Table) -> Iterator[BookKey]:
    """Every book that has a row there: one look into the index for each."""
    columns = table.c.authority_id, table.c.kind, table.c.year
    after: tuple[str, str, int] = ("", "", 0)
    while row := connection.execute(
        select(*columns).where(tuple_(*columns) > after).order_by(*columns).limit(1)
    ).first():
        yield _key(row)
        after = row.authority_id, row.kind, row.year


def _book(
    connection: Connection,
    key: BookKey,
    counter: _Row | None,
    closings: Mapping[str, Sequence[Recorded]],
) -> BookFacts:
    numbers = [
        number
        for table in _NUMBERED
        for end in (func.min, func.max)
        for number in connection.scalars(
            select(end(table.c.number)).where(_in(table, key))
        )
        if number is not None
    ]
    closed = any(
        (act.details["kind"], act.details["year"]) == (key.kind, key.year)
        for act in closings.get(key.authority_id, ())
    )
    return BookFacts(
        key=key,
        last_number=None if counter is None else counter.last_number,
        lowest=min(numbers, default=1),
        highest=max(numbers, default=0),
        is_closed=counter is not None and counter.closed,
        closed_by_trail=closed,
    )


def _in(table: Table, book: BookKey) -> Any:  # noqa: ANN401 - SQLAlchemy's condition
    return and_(
        table.c.authority_id == book.authority_id,
        table.c.kind == book.kind,
        table.c.year == book.year,
    )


def _rows(
    connection: Connection, book: BookKey, first: int, last: int
) -> Sequence[_Row]:
    columns: Select[Any] = select(
        *readable(book_rows),
        *readable(attestations, *_CONFIRMED),
        trail.c.sequence.label("witness"),
    )
    return connection.execute(
        columns.select_from(book_rows)
        .outerjoin(attestations, attestations.c.id == book_rows.c.attestation_id)
        .outerjoin(
            trail,
            and_(
                trail.c.authority_id == book_rows.c.authority_id,
                trail.c.sequence == book_rows.c.trail_sequence,
                trail.c.digest == book_rows.c.trail_digest,
            ),
        )
        .where(_in(book_rows, book), book_rows.c.number.between(first, last))
        .order_by(book_rows.c.number)
    ).all()


def _holder(
    row: _Row, acts: Sequence[Recorded], files: Mapping[str, frozenset[str]]
) -> Holder:
    state, decision = _state_by_trail(acts, as_number(row))
    if row.state == "void" and row.note == RECOVERED_NOTE:
        # The copy that came back bears another number; nobody voided this one.
        recovered = any(act.action is Action.COPY_RECOVER for act in acts)
        state, decision = ("void" if recovered else state), None
    on_record = files.get(row.attestation_id, frozenset())
    return Holder(
        attestation_id=row.attestation_id,
        state=row.state,
        state_by_trail=state,
        step=row.step or "gone",
        is_decided=decision is None or decision.gave(row.note),
        is_witnessed=row.witness is not None,
        lost_files=_released(acts, on_record) if row.state == "complete" else (),
        row_holds=row.state != "complete" or _row_holds(row),
    )


def _state_by_trail(
    acts: Sequence[Recorded], number: RegisterNumber
) -> tuple[str, Recorded | None]:
    """Return the state that the trail tells last, and the decision that voided it."""
    state, decision = "", None
    for act in acts:
        here = (act.details.get("book"), act.details.get("number"))
        if act.action in _STATES and here == (number.book, number.number):
            state = _STATES[act.action]
            decision = act if state == "void" else None
    return state, decision


def _released(acts: Sequence[Recorded], on_record: frozenset[str]) -> tuple[str, ...]:
    """Return files that the trail released and the register does not have."""
    files = {act.details["file"] for act in acts if act.action in _FILES}
    return tuple(sorted(files - on_record))


def _row_holds(row: _Row) -> bool:
    """Tell whether columns 2 to 8 are those of the confirmed statement."""
    try:
        statement = as_statement(row)
    except StoredDataDamaged:
        return True  # the statement is named by the part that is about it
    expected = book_columns(row.intent_attested_at, statement)
    return all(getattr(row, name) == value for name, value in expected.items())


def _files(
    connection: Connection, attestation_ids: Sequence[str]
) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for table in (editions, recovered_copies):
        rows = connection.execute(
            select(table.c.attestation_id, table.c.sha256).where(
                table.c.attestation_id.in_(sorted(set(attestation_ids)))
            )
        )
        for row in rows:
            found[row.attestation_id].add(row.sha256)
    return {key: frozenset(files) for key, files in found.items()}


def _others(
    connection: Connection, book: BookKey, first: int, last: int
) -> Iterator[tuple[int, Holder]]:
    """Numbers of copies that came back from the archive, and those left free."""
    table = recovered_copies
    rows = connection.execute(
        select(table.c.number, table.c.volume, table.c.attestation_id)
        .where(_in(table, book), table.c.number.between(first, last))
        .distinct()
    ).all()
    ids = [row.attestation_id for row in rows]
    acts, files = recorded(connection, ids, _FILES), _files(connection, ids)
    for row in rows:
        number = RegisterNumber(
            book.authority_id, book.kind, book.year, row.volume, row.number
        )
        here = acts.get(row.attestation_id, ())
        yield (
            row.number,
            Holder(
                attestation_id=row.attestation_id,
                state="complete",
                state_by_trail=_state_by_trail(here, number)[0],
                lost_files=_released(here, files.get(row.attestation_id, frozenset())),
            ),
        )
    free = select(free_numbers.c.number).where(
        _in(free_numbers, book), free_numbers.c.number.between(first, last)
    )
    for number_left in connection.scalars(free):
        yield number_left, Holder("", "free", "")
