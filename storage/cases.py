"""The desk's records in SQL: each verb is one transaction with its audit record."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete, func, insert, select, update

from certify.attestation import Act, AttestationView, IssuanceStep
from certify.case import Case, CaseStatus, Original, StoredScan
from certify.clock import Clock, vietnamese_day
from certify.comparison import Comparison
from certify.confirmation import Assertion
from certify.errors import LeaseHeld, WrongState
from certify.statement import AuthorisedStatement
from storage import audit, scan_writes
from storage.comparison_record import COMMITMENT, insert_comparison
from storage.database import Database
from storage.desk_reads import (
    as_case,
    read_attestation,
    read_case,
    read_comparison,
    read_original,
    read_originals,
    read_scans,
)
from storage.desk_record_rows import check_may_issue
from storage.desk_writes import (
    insert_case,
    next_of_day,
    open_case_of,
    reopen_case,
    unapproved_attestation,
)
from storage.issuance_rows import assertion_to_json, lock_attestation
from storage.lease import NOT_WAITING
from storage.people_reads import read_authority
from storage.tables import (
    attestations,
    cases,
    comparisons,
    originals,
)

_APPROVABLE = (IssuanceStep.COMPARED, IssuanceStep.APPROVED)


class SqlCases:
    """Fills the `Cases` port."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Keep cases in this database; the clock dates the trail."""
        self._database = database
        self._clock = clock
        self._trail = audit.DatedTrail(clock)

    def open_case(self, case: Case, act: Act) -> Case:
        """Store a case as received, under the next code of its unit and day."""
        with self._database.writing() as connection:
            unit = read_authority(connection, case.authority_id).unit_code
            # The trail's lock orders two desks of one authority, so first.
            day = vietnamese_day(case.opened_at)
            self._trail.append(connection, case.authority_id, act, case.id, {})
            number = next_of_day(connection, unit, day)
            case = replace(
                case,
                code=f"{unit}-{day:%y%m%d}-{number:04d}",
                status=CaseStatus.RECEIVED,
            )
            insert_case(connection, case)
        return case

    def add_original(self, original: Original, act: Act) -> Original:
        """Store an original under the next position of its case.

        Raises:
            NotFound: no such case.
            WrongState: the result was returned, or the case stopped or withdrawn.
        """
        with self._database.writing() as connection:
            case = reopen_case(connection, original.case_id)
            last = connection.scalar(
                select(func.max(originals.c.position)).where(
                    originals.c.case_id == case.id
                )
            )
            original = replace(
                original, position=(last or 0) + 1, scan=None, attestation_id=None
            )
            connection.execute(
                insert(originals).values(
                    id=original.id,
                    case_id=original.case_id,
                    position=original.position,
                    title=original.title,
                    issuer=original.issuer,
                    copies=original.copies,
                    declared_pages=original.declared_pages,
                )
            )
            self._trail.append(
                connection,
                case.authority_id,
                act,
                original.id,
                {
                    "case": case.id,
                    "case_status": case.status.value,
                    "declared_pages": original.declared_pages,
                },
            )
        return original

    def attach_scan(
        self, scan: StoredScan, act: Act, parts: Sequence[StoredScan] = ()
    ) -> None:
        """Make this the original's scan; drops a comparison of an older one.

        Raises:
            NotFound: no such original.
            WrongState: approved already, or the case is finished.
        """
        with self._database.writing() as connection:
            authority, details = scan_writes.attach(connection, scan, parts)
            self._trail.append(connection, authority, act, scan.original_id, details)

    def rearrange_scan(
        self,
        scan: StoredScan,
        act: Act,
        *,
        seen: str,
        parts: Sequence[StoredScan] = (),
    ) -> None:
        """Replace the scan with page digest `seen`.

        Raises:
            NotFound: no such original.
            ScanCompared, ScanChanged: compared already, or another scan by now.
            WrongState: the case is finished.
        """
        with self._database.writing() as connection:
            authority, details = scan_writes.rearrange(connection, scan, parts, seen)
            self._trail.append(connection, authority, act, scan.original_id, details)

    def scans(self, scan_ids: Sequence[str]) -> Sequence[StoredScan]:
        """Return scans in the order asked for. Raises NotFound."""
        with self._database.reading() as connection:
            return read_scans(connection, scan_ids)

    def record_comparison(
        self,
        *,
        original_id: str,
        attestation_id: str,
        verification_code: str,
        comparison: Comparison,
        act: Act,
    ) -> AttestationView:
        """Store the officer's record; creates the attestation, or replaces the record.

        Raises:
            NotFound: no such original.
            WrongState: approved already; no scan; or the scan is not the one compared.
        """
        with self._database.writing() as connection:
            case = open_case_of(connection, read_original(connection, original_id))
            original = read_original(connection, original_id)  # as it is under the lock
            if original.scan is None:
                raise WrongState(reason="chưa có bản chụp để đối chiếu")
            if original.scan.page_digest != comparison.page_digest:
                raise WrongState(reason="bản chụp đã thay đổi, hãy đối chiếu lại")
            original.scan.check_kept()
            kept = unapproved_attestation(connection, original_id)
            if kept is None:
                connection.execute(
                    insert(attestations).values(
                        id=attestation_id,
                        original_id=original_id,
                        authority_id=case.authority_id,
                        step=IssuanceStep.COMPARED.value,
                        code=verification_code,
                        fence=0,
                    )
                )
            else:
                attestation_id = kept
                connection.execute(
                    delete(comparisons).where(comparisons.c.attestation_id == kept)
                )
            commitment = insert_comparison(connection, attestation_id, comparison)
            details: audit.Details = {
                "original": original_id,
                "page_digest": comparison.page_digest,
                "accepted": " ".join(sorted(comparison.accepted_warnings)),
                COMMITMENT: commitment,
            }
            self._trail.append(
                connection, case.authority_id, act, attestation_id, details
            )
            return read_attestation(connection, attestation_id)

    def approve(
        self,
        *,
        attestation_id: str,
        statement: AuthorisedStatement,
        assertion: Assertion,
        act: Act,
    ) -> None:
        """Store the confirmed statement; a worker that holds an older one loses.

        One that has its number keeps it: a confirmation may expire while it waits.

        Raises:
            NotFound: no such attestation.
            WrongState: not compared, refused, already released, or about another copy.
            LeaseHeld: it has its number and a worker may be signing; try again.
            ScanPurged: the draft lay too long; the paper is scanned again.
        """
        with self._database.writing() as connection:
            row = lock_attestation(connection, attestation_id)
            check_may_issue(connection, row.original_id)
            now = self._clock.now()
            numbered = row.step in {IssuanceStep.RESERVED, IssuanceStep.INTENDED}
            if row.step not in _APPROVABLE and not numbered:
                raise WrongState(reason="bản sao đã phát hành hoặc đã hủy")
            if numbered and row.lease_until is not None and row.lease_until > now:
                raise LeaseHeld
            if (
                statement.attestation_id != row.id
                or statement.verification_code != row.code
                or statement.authority_id != row.authority_id
            ):
                raise WrongState(reason="nội dung xác nhận thuộc bản sao khác")
            if (scan := read_original(connection, row.original_id).scan) is not None:
                scan.check_kept()  # a purge locks the attestation too
            compared = read_comparison(connection, attestation_id)
            if statement.page_digest != compared.page_digest:
                raise WrongState(reason="bản chụp đã thay đổi, hãy đối chiếu lại")
            step = IssuanceStep.RESERVED if numbered else IssuanceStep.APPROVED
            connection.execute(
                update(attestations)
                .where(attestations.c.id == attestation_id)
                .values(
                    step=step.value,
                    statement=statement.to_json(),
                    statement_digest=statement.digest,
                    assertion=assertion_to_json(assertion),
                    approved_at=now,
                    fence=row.fence + 1,
                    lease_owner=None,
                    lease_until=None,
                    **NOT_WAITING,
                )
            )
            details: audit.Details = {
                "statement": statement.digest,
                "key": assertion.key_id,
            }
            self._trail.append(
                connection, row.authority_id, act, attestation_id, details
            )

    def case(self, case_id: str) -> Case:
        """Return a case. Raises NotFound."""
        with self._database.reading() as connection:
            return read_case(connection, case_id)

    def cases(self, authority_id: str, *, limit: int, offset: int) -> Sequence[Case]:
        """Return a page of an authority's cases, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(cases)
                .where(cases.c.authority_id == authority_id)
                .order_by(cases.c.opened_at.desc(), cases.c.code.desc())
                .limit(limit)
                .offset(offset)
            )
            return [as_case(row) for row in rows]

    def count_cases(self, authority_id: str) -> int:
        """Count an authority's cases."""
        with self._database.reading() as connection:
            return (
                connection.scalar(
                    select(func.count())
                    .select_from(cases)
                    .where(cases.c.authority_id == authority_id)
                )
                or 0
            )

    def original(self, original_id: str) -> Original:
        """Return an original with its newest scan. Raises NotFound."""
        with self._database.reading() as connection:
            return read_original(connection, original_id)

    def originals(self, case_id: str) -> Sequence[Original]:
        """Return the originals of a case in order of position."""
        with self._database.reading() as connection:
            return read_originals(connection, case_id)

    def comparison(self, attestation_id: str) -> Comparison:
        """Return the officer's record. Raises NotFound."""
        with self._database.reading() as connection:
            return read_comparison(connection, attestation_id)

    def attestation(self, attestation_id: str) -> AttestationView:
        """Return what the desk shows of an attestation. Raises NotFound."""
        with self._database.reading() as connection:
            return read_attestation(connection, attestation_id)
