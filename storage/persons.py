"""What is stored about a person's visits: collected, and erased, in SQL.

Names are sealed, so a person is found by opening the fields of each visit of the
authority: 0.2 s for 10,000 visits, on demand, and nothing in the database tells which
visits are of one person.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from certify.attestation import Act, CertifiedCopy
from certify.case import Case, CaseStatus, Original
from certify.clock import Clock
from certify.errors import NotFound
from certify.person import ERASED, Dossier, Erasure, PaperFile
from certify.statement import AuthorisedStatement, statement_from_json
from storage import annulments, audit, recovered_reads, register_reads
from storage.comparison_record import IN_PIECES
from storage.database import Database
from storage.desk_reads import (
    as_case,
    as_scan,
    read_case,
    read_comparison,
    read_originals,
)
from storage.desk_record_rows import read_records, stopped
from storage.desk_writes import drop_comparison
from storage.holds import held
from storage.purges import read_states
from storage.tables import (
    attestations,
    book_rows,
    cases,
    desk_records,
    known_layouts,
    originals,
    recovered_copies,
    scans,
    trail,
    trail_reasons,
)

_OPEN = frozenset({CaseStatus.RECEIVED, CaseStatus.IN_PROGRESS})


class SqlPersonRecords:
    """Fills the `PersonRecords` port."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Use this database; the clock dates the trail."""
        self._database = database
        self._trail = audit.DatedTrail(clock)

    def visits(
        self, authority_id: str, wanted: Callable[[Case], bool]
    ) -> Sequence[Dossier]:
        """Return dossiers of the wanted visits, oldest first."""
        query = (
            select(cases)
            .where(cases.c.authority_id == authority_id)
            .order_by(cases.c.opened_at, cases.c.code)
        )
        with self._database.reading() as connection:
            with connection.execute(query, execution_options=IN_PIECES) as rows:
                found = [case for row in rows if wanted(case := as_case(row))]
            return [read_dossier(connection, case) for case in found]

    def recovered(
        self, authority_id: str, wanted: Callable[[AuthorisedStatement], bool]
    ) -> Sequence[CertifiedCopy]:
        """Return wanted copies of which only the archive remembered anything."""
        query = select(
            recovered_copies.c.attestation_id, recovered_copies.c.statement
        ).where(recovered_copies.c.authority_id == authority_id)
        with self._database.reading() as connection:
            ids = {
                row.attestation_id
                for row in connection.execute(query)
                if wanted(statement_from_json(row.statement))
            }
            copies = [
                recovered_reads.copy_by_attestation(connection, one)
                for one in sorted(ids)
            ]
            attached = [annulments.attached(connection, copy) for copy in copies]
            return [copy for copy in attached if copy is not None]

    def exported(
        self, dossiers: Sequence[Dossier], copies: Sequence[CertifiedCopy], act: Act
    ) -> None:
        """Record on the trail that these were handed out."""
        cases_ = [(one.case.authority_id, one.case.id) for one in dossiers]
        alone = [(one.number.authority_id, one.attestation_id) for one in copies]
        with self._database.writing() as connection:
            for authority_id, subject in (*cases_, *alone):
                self._trail.append(connection, authority_id, act, subject, {})

    def erase(
        self, case_id: str, decide: Callable[[Dossier], Erasure], act: Act
    ) -> Erasure:
        """Erase with its row of the trail, in one transaction."""
        with self._database.writing() as connection:
            case = read_case(connection, case_id, lock=True)
            connection.execute(
                select(attestations.c.id)
                .join(originals, originals.c.id == attestations.c.original_id)
                .where(originals.c.case_id == case_id)
                .order_by(attestations.c.id)
                .with_for_update(of=attestations)
            )
            before = read_dossier(connection, case)
            erasure = decide(before)
            if not erasure.anything:
                return erasure
            dropped = _erase(connection, before, erasure)
            status = _settled(connection, case, before, erasure)
            details: audit.Details = {
                "contact": int(erasure.contact),
                "name": int(erasure.name),
                "drafts": len(erasure.drafts),
                "layouts": len(erasure.layouts),
                "reasons": len(erasure.reasons),
                "dropped": " ".join(dropped) or None,
                "case_status": status.value,
            }
            self._trail.append(connection, case.authority_id, act, case_id, details)
            return erasure


def read_dossier(connection: Connection, case: Case) -> Dossier:
    """Read everything about a visit."""
    papers = [_paper(connection, one) for one in read_originals(connection, case.id)]
    subjects = [case.id]
    for paper in papers:
        subjects.append(paper.original.id)
        subjects += [record.id for record in paper.records]
        if paper.original.attestation_id is not None:
            subjects.append(paper.original.attestation_id)
    return Dossier(
        case=case,
        held=bool(connection.scalar(select(or_(stopped(case.id), held(case.id))))),
        papers=papers,
        reasons=_reasons(connection, case.authority_id, subjects),
    )


def _paper(connection: Connection, original: Original) -> PaperFile:
    (state,) = read_states(connection, originals.c.id == original.id)
    scan_rows = connection.execute(
        select(scans)
        .where(scans.c.original_id == original.id)
        .order_by(scans.c.sequence)
    )
    row = connection.execute(
        select(attestations).where(attestations.c.original_id == original.id)
    ).first()
    attestation_id = "" if row is None else str(row.id)
    number = connection.scalar(
        select(func.max(book_rows.c.shown_number)).where(
            book_rows.c.attestation_id == attestation_id
        )
    )
    layouts = connection.scalar(
        select(func.count())
        .select_from(known_layouts)
        .where(known_layouts.c.attestation_id == attestation_id)
    )
    statement = None if row is None or row.statement is None else row.statement
    try:
        comparison = read_comparison(connection, attestation_id)
    except NotFound:
        comparison = None
    copy = register_reads.copy_where(connection, attestations.c.id == attestation_id)
    return PaperFile(
        original=original,
        state=state,
        scans=[as_scan(one) for one in scan_rows],
        comparison=comparison,
        statement=None if statement is None else statement_from_json(statement),
        number=number or "",
        copy=annulments.attached(connection, copy),
        records=read_records(connection, desk_records.c.original_id == original.id),
        layouts=layouts or 0,
    )


def _reasons(
    connection: Connection, authority_id: str, subjects: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(trail.c.subject, trail_reasons.c.reason)
        .join(trail_reasons, _same_row())
        .where(trail.c.authority_id == authority_id, trail.c.subject.in_(subjects))
        .order_by(trail.c.sequence)
    )
    for row in rows:
        found[row.subject].append(row.reason)
    return found


def _same_row() -> ColumnElement[bool]:
    return and_(
        trail_reasons.c.authority_id == trail.c.authority_id,
        trail_reasons.c.sequence == trail.c.sequence,
    )


def _erase(connection: Connection, before: Dossier, erasure: Erasure) -> list[str]:
    """Erase; return ids of attestations that went with their comparison."""
    case = before.case
    values: dict[str, str | None] = {}
    if erasure.contact:
        values |= {"requester_email": None, "requester_phone": None}
    if erasure.name:
        values |= {"requester_name": ERASED}
    if values:
        connection.execute(update(cases).where(cases.c.id == case.id).values(**values))
    # The reasons first: an attestation that is dropped takes its rows' meaning along.
    _erase_reasons(connection, case.authority_id, erasure.reasons)
    dropped = [drop_comparison(connection, one) for one in erasure.drafts]
    connection.execute(
        update(originals)
        .where(originals.c.id.in_(erasure.drafts))
        .values(title=ERASED, issuer="")
    )
    connection.execute(
        delete(known_layouts).where(known_layouts.c.attestation_id.in_(erasure.layouts))
    )
    return [one for one in dropped if one is not None]


def _erase_reasons(
    connection: Connection, authority_id: str, subjects: Sequence[str]
) -> None:
    """Erase typed reasons with their salts; the chain keeps the commitments."""
    numbers = connection.scalars(
        select(trail.c.sequence)
        .join(trail_reasons, _same_row())
        .where(trail.c.authority_id == authority_id, trail.c.subject.in_(subjects))
    ).all()
    connection.execute(
        delete(trail_reasons).where(
            trail_reasons.c.authority_id == authority_id,
            trail_reasons.c.sequence.in_(numbers),
        )
    )


def _settled(
    connection: Connection, case: Case, before: Dossier, erasure: Erasure
) -> CaseStatus:
    """A visit of which nothing is left to do is over: done, or withdrawn."""
    left = [p for p in before.papers if p.original.id not in erasure.drafts]
    waiting = any(p.copy is None and not p.records for p in left)
    if case.status not in _OPEN or waiting or not erasure.drafts:
        return case.status
    released = any(p.copy is not None for p in left)
    status = CaseStatus.DONE if released else CaseStatus.WITHDRAWN
    connection.execute(
        update(cases).where(cases.c.id == case.id).values(status=status.value)
    )
    return status
