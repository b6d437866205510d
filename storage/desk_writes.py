"""Steps that several desk verbs share, inside the caller's transaction."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from certify.attestation import IssuanceStep
from certify.case import Case, CaseStatus, Original
from certify.errors import WrongState
from storage.desk_reads import read_case
from storage.desk_record_rows import check_may_issue
from storage.tables import (
    attestations,
    book_rows,
    case_counters,
    cases,
    comparisons,
)

_OPEN = frozenset(
    {
        CaseStatus.RECEIVED,
        CaseStatus.IN_PROGRESS,
        CaseStatus.MORE_PAPERS_ASKED,
        CaseStatus.PAYMENT_ASKED,
    }
)
_REOPENED = frozenset({CaseStatus.DONE, CaseStatus.NOT_RECEIVED})


def open_case(connection: Connection, case_id: str) -> Case:
    """Read and lock a case that still takes work.

    Raises:
        NotFound: no such case.
        WrongState: it is finished, stopped or withdrawn.
    """
    case = read_case(connection, case_id, lock=True)
    if case.status not in _OPEN:
        raise WrongState(reason="hồ sơ đã kết thúc")
    return case


def open_case_of(connection: Connection, original: Original) -> Case:
    """Read and lock the case of an original that may still be issued.

    Raises:
        WrongState: refused, reported, or the case is over; says which.
    """
    read_case(connection, original.case_id, lock=True)
    check_may_issue(connection, original.id)
    return open_case(connection, original.case_id)


def reopen_case(connection: Connection, case_id: str) -> Case:
    """Read and lock a case for one more paper; one that was done goes on.

    The citizen is still at the desk and hands over another paper: same visit, also
    when the papers before it were refused.

    Raises:
        NotFound: no such case.
        WrongState: the result was returned, or it is stopped or withdrawn.
    """
    case = read_case(connection, case_id, lock=True)
    if case.status not in _REOPENED:
        return open_case(connection, case_id)
    connection.execute(
        update(cases)
        .where(cases.c.id == case_id)
        .values(status=CaseStatus.IN_PROGRESS.value)
    )
    return replace(case, status=CaseStatus.IN_PROGRESS)


def insert_case(connection: Connection, case: Case) -> None:
    """Store a case that has its code."""
    connection.execute(
        insert(cases).values(
            id=case.id,
            code=case.code,
            authority_id=case.authority_id,
            officer_id=case.officer_id,
            requester_name=case.requester.name,
            requester_email=case.requester.email,
            requester_phone=case.requester.phone,
            status=case.status.value,
            opened_at=case.opened_at,
            due_at=case.due_at,
        )
    )


def next_of_day(connection: Connection, unit_code: str, day: date) -> int:
    """Count on a unit's cases of a day; the caller holds the authority's lock."""
    counters = case_counters.c
    here = (counters.unit_code == unit_code) & (counters.day == day)
    number = connection.scalar(
        select(counters.last_number).where(here).with_for_update()
    )
    if number is None:
        connection.execute(
            insert(case_counters).values(unit_code=unit_code, day=day, last_number=1)
        )
        return 1
    connection.execute(update(case_counters).where(here).values(last_number=number + 1))
    return int(number) + 1


def unapproved_attestation(connection: Connection, original_id: str) -> str | None:
    """Return the id of the original's compared attestation, None if there is none.

    Raises:
        WrongState: it is approved or further; its scan and record stay.
    """
    row = connection.execute(
        select(attestations.c.id, attestations.c.step)
        .where(attestations.c.original_id == original_id)
        .with_for_update()
    ).first()
    if row is None:
        return None
    if row.step != IssuanceStep.COMPARED:
        raise WrongState(reason="bản sao đã được người ký xác nhận")
    return str(row.id)


def drop_comparison(connection: Connection, original_id: str) -> str | None:
    """Remove the record about an older scan, and its attestation with it.

    Such an attestation never had a number; the trail keeps its id.

    Raises:
        WrongState: as for `unapproved_attestation`, or a void number names it.
    """
    dropped = unapproved_attestation(connection, original_id)
    if dropped is not None:
        if connection.scalar(
            select(book_rows.c.number).where(book_rows.c.attestation_id == dropped)
        ):
            raise WrongState(reason="giấy tờ này có số đã hủy, hãy thêm giấy tờ mới")
        connection.execute(
            delete(comparisons).where(comparisons.c.attestation_id == dropped)
        )
        connection.execute(delete(attestations).where(attestations.c.id == dropped))
    return dropped
