"""Refusals and reports of violation in SQL: each verb is one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from certify.attestation import Act, IssuanceStep
from certify.case import Case, CaseStatus
from certify.clock import Clock, vietnamese_day
from certify.desk_record import DeskRecord, RecordKind, Refusal, Withdrawal
from certify.errors import LeaseHeld, WrongState
from storage import audit
from storage.database import Database
from storage.desk_reads import read_case, read_original
from storage.desk_record_rows import (
    COMMITMENT,
    check_may_issue,
    insert_record,
    read_record,
    read_records,
    refused,
)
from storage.issuance_rows import live_book_row
from storage.tables import (
    attestations,
    cases,
    desk_records,
    originals,
    scans,
    withdrawals,
)

_OVER = frozenset(
    {CaseStatus.RESULT_RETURNED, CaseStatus.WITHDRAWN, CaseStatus.STOPPED}
)
_CLOSED = (IssuanceStep.RELEASED.value, IssuanceStep.VOID.value)
_NOT_CONFIRMED = {
    "step": IssuanceStep.COMPARED.value,
    "statement": None,
    "statement_digest": None,
    "assertion": None,
    "approved_at": None,
    "waiting": None,
    "waiting_cause": None,
    "lease_owner": None,
    "lease_until": None,
}


class SqlDeskRecords:
    """Fills the `DeskRecords` port."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Keep records in this database; the clock dates the trail."""
        self._database = database
        self._clock = clock
        self._trail = audit.DatedTrail(clock)

    def draw_up(self, record: DeskRecord, act: Act) -> DeskRecord:
        """Store a record under its next number; see the port for what it changes."""
        with self._database.writing() as connection:
            read_original(connection, record.original_id)
            case = read_case(connection, record.case_id, lock=True)
            if case.status in _OVER:
                raise WrongState(reason="hồ sơ đã kết thúc")
            if record.kind is RecordKind.REFUSAL:
                # What was refused as erased may still be reported as forged.
                check_may_issue(connection, record.original_id)
            _take_back_confirmations(connection, record, self._clock.now())
            audit.lock_chain(connection, record.authority_id)
            record = replace(record, number=_next_number(connection, record))
            commitment = insert_record(connection, record)
            status = _settled(connection, case, record.kind)
            details: audit.Details = {
                "original": record.original_id,
                "code": record.content.code,
                "number": record.number,
                "case_status": status.value,
                COMMITMENT: commitment,
            }
            self._trail.append(connection, record.authority_id, act, record.id, details)
        return record

    def withdraw(self, record_id: str, withdrawal: Withdrawal, act: Act) -> DeskRecord:
        """Take a refusal back; the case is in progress again."""
        with self._database.writing() as connection:
            case_id = read_record(connection, record_id).case_id
            case = read_case(connection, case_id, lock=True)
            record = read_record(connection, record_id)
            if not isinstance(record.content, Refusal):
                raise WrongState(reason="biên bản đã lập thì không thu hồi được")
            if not record.in_force:
                raise WrongState(reason="phiếu từ chối đã được thu hồi")
            if case.status in _OVER:
                raise WrongState(reason="hồ sơ đã kết thúc, hãy mở hồ sơ mới")
            connection.execute(
                insert(withdrawals).values(
                    record_id=record.id,
                    officer_id=withdrawal.officer_id,
                    officer=withdrawal.officer,
                    made_at=withdrawal.made_at,
                    reason=withdrawal.reason,
                )
            )
            _set_status(connection, case, CaseStatus.IN_PROGRESS)
            details: audit.Details = {
                "original": record.original_id,
                "case_status": CaseStatus.IN_PROGRESS.value,
            }
            self._trail.append(connection, record.authority_id, act, record.id, details)
            return read_record(connection, record_id)

    def record(self, record_id: str) -> DeskRecord:
        """Return a record. Raises NotFound."""
        with self._database.reading() as connection:
            return read_record(connection, record_id)

    def records(self, case_id: str) -> Sequence[DeskRecord]:
        """Return the records of a case, oldest first."""
        with self._database.reading() as connection:
            return read_records(connection, desk_records.c.case_id == case_id)

    def held_scans(self, authority_id: str) -> frozenset[str]:
        """Return ids of scans that a purge must leave."""
        with self._database.reading() as connection:
            found = connection.scalars(
                select(scans.c.id)
                .join(desk_records, desk_records.c.original_id == scans.c.original_id)
                .where(
                    desk_records.c.authority_id == authority_id,
                    desk_records.c.kind == RecordKind.FORGERY.value,
                )
            )
            return frozenset(found)


def _take_back_confirmations(
    connection: Connection, record: DeskRecord, now: datetime
) -> None:
    """What the signatory confirmed without knowing this is to be confirmed anew.

    Of a refusal, the refused original; of a report, every original of the case.
    """
    affected = originals.c.case_id == record.case_id
    if record.kind is RecordKind.REFUSAL:
        affected = originals.c.id == record.original_id
    rows = connection.execute(
        select(attestations)
        .join(originals, originals.c.id == attestations.c.original_id)
        .where(affected)
        .order_by(attestations.c.id)
        .with_for_update(of=attestations)
    ).all()
    for row in rows:
        _check_interruptible(connection, row, record, now)
        if row.step == IssuanceStep.APPROVED:
            connection.execute(
                update(attestations)
                .where(attestations.c.id == row.id)
                .values(fence=row.fence + 1, **_NOT_CONFIRMED)
            )


def _check_interruptible(
    connection: Connection,
    row: Row[tuple[Any, ...]],
    record: DeskRecord,
    now: datetime,
) -> None:
    if row.step == IssuanceStep.RELEASED:
        if row.original_id == record.original_id:
            raise WrongState(
                reason="bản sao đã cấp; việc này thuộc quyết định hủy bỏ giá trị "
                "pháp lý (TT 01/2020/TT-BTP Đ7)"
            )
        return
    if row.lease_until is not None and row.lease_until > now:
        raise LeaseHeld
    # After a report the number stays, unused, until a decision voids it.
    if record.kind is RecordKind.REFUSAL and live_book_row(connection, row.id):
        raise WrongState(reason="bản sao đã có số, hãy hủy số trước")


def _next_number(connection: Connection, record: DeskRecord) -> int:
    """Count on; the caller holds the authority's lock."""
    last = connection.scalar(
        select(func.max(desk_records.c.number)).where(
            desk_records.c.authority_id == record.authority_id,
            desk_records.c.kind == record.kind.value,
            desk_records.c.year == vietnamese_day(record.made_at).year,
        )
    )
    return (last or 0) + 1


def _settled(connection: Connection, case: Case, kind: RecordKind) -> CaseStatus:
    """Set and return where the case stands after this record."""
    status = CaseStatus.STOPPED
    if kind is RecordKind.REFUSAL:
        steps = connection.execute(
            select(attestations.c.step, refused(originals.c.id).label("refused"))
            .select_from(originals)
            .outerjoin(attestations, attestations.c.original_id == originals.c.id)
            .where(originals.c.case_id == case.id)
        ).all()
        open_ones = [r for r in steps if not r.refused and r.step not in _CLOSED]
        if open_ones:
            status = CaseStatus.IN_PROGRESS
        elif any(r.step == IssuanceStep.RELEASED for r in steps):
            status = CaseStatus.DONE
        else:
            status = CaseStatus.NOT_RECEIVED
    _set_status(connection, case, status)
    return status


def _set_status(connection: Connection, case: Case, status: CaseStatus) -> None:
    connection.execute(
        update(cases).where(cases.c.id == case.id).values(status=status.value)
    )
