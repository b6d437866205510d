"""THE main job: an approved attestation becomes a released certified copy.

Commits stand after steps 3, 5 and 9. Run again after a crash, the same code resumes:
the number already reserved is kept, an attempt already sealed and archived is
checked again and released, anything else is composed anew as the next attempt.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from certify.attestation import (
    CopyOrder,
    Edition,
    Intent,
    IssuanceTask,
    SealedCopy,
    StoredObject,
)
from certify.clock import Clock
from certify.comparison import check_comparison
from certify.errors import (
    AttemptDiscarded,
    CertifyError,
    StoredDataDamaged,
)
from certify.evidence import CopyEvidence
from certify.give_back import giving_back
from certify.heartbeat import Heartbeat
from certify.identifiers import verification_address
from certify.numbering import DEFAULT_NUMBER_TEMPLATE
from certify.permission import check_permission
from certify.ports import (
    Archive,
    Inspector,
    PreparedCopy,
    ReadySealer,
    Register,
    ScanStore,
    Sealer,
    WorkFolder,
)
from certify.protection import protection_of
from certify.retry import waiting_for
from certify.scan import CanonicalScan
from certify.self_check import check_as_stranger, check_belongs_to_intent
from certify.wording import wording_by_version

ATTEMPTS = 3  # compositions of one run; a later run continues with the same number
RETENTION = timedelta(days=3653)  # 10 years: dated default 2026-11-22, unconfirmed


Progress = Callable[[int, str], None]


def silent(_step: int, _text: str) -> None:
    """Report no progress."""


Watch = Callable[[str, Progress], AbstractContextManager[Progress]]
"""Stands around one run of an attestation; gives the callback the run reports to."""


def unwatched(
    _attestation_id: str, progress: Progress
) -> AbstractContextManager[Progress]:
    """Measure nothing."""
    return nullcontext(progress)


class Issue(Protocol):
    """Issues one copy: `IssueCopy`, or what asks another process to."""

    def __call__(self, attestation_id: str, progress: Progress = silent, /) -> Edition:
        """See `IssueCopy.__call__`."""


class IssueCopy:
    """The nine steps of issuing one copy."""

    def __init__(  # noqa: PLR0913 - the collaborators of the main job, all of them
        self,
        *,
        register: Register,
        scans: ScanStore,
        archive: Archive,
        sealer: Sealer,
        inspector: Inspector,
        clock: Clock,
        work_folder: WorkFolder,
        open_numbering: Callable[[], object],
        service_keys: Sequence[bytes],
        base_url: str,
        worker: str,
        heartbeat: Heartbeat,
        number_template: str = DEFAULT_NUMBER_TEMPLATE,
        retention: timedelta = RETENTION,
        watch: Watch = unwatched,
    ) -> None:
        """Take the collaborators; no state is held between calls.

        `open_numbering` replays the archive once per process, see `certify.replay`.
        """
        self._register = register
        self._scans = scans
        self._archive = archive
        self._sealer = sealer
        self._inspector = inspector
        self._clock = clock
        self._work_folder = work_folder
        self._open_numbering = open_numbering
        self._service_keys = service_keys
        self._base_url = base_url
        self._worker = worker
        self._heartbeat = heartbeat
        self._number_template = number_template
        self._retention = retention
        self._watch = watch

    def __call__(self, attestation_id: str, progress: Progress = silent) -> Edition:
        """Issue the copy of an approved attestation.

        Raises:
            TryLater: a dependency is away; the attestation waits, visibly.
            LeaseLost: overtaken by another worker; nothing was released.
            AttemptDiscarded: the clock rules failed several times in a row.
            CertifyError: refused, with the reason; nothing was released.
        """
        with self._watch(attestation_id, progress) as noted:
            for attempts_left in reversed(range(ATTEMPTS)):
                try:
                    return self._issue(attestation_id, noted)
                except AttemptDiscarded:
                    if not attempts_left:
                        raise
        raise AssertionError("unreachable")

    def _issue(self, attestation_id: str, progress: Progress) -> Edition:
        # 1. lease; statement; mandate, officer ≠ signatory; certificates good now
        progress(1, "Kiểm tra thẩm quyền và chứng thư số")
        task = self._register.take(attestation_id, self._worker, self._clock.now())
        with (
            giving_back(partial(self._give_back, task)),
            self._heartbeat.keeping(partial(self._keep_lease, task)),
            self._work_folder() as workdir,
        ):
            if (edition := self._finish_archived(task, workdir)) is not None:
                return edition
            check_permission(task, self._clock.now(), self._service_keys)
            self._sealer.check_certificates(task.statement)
            # 2. findings clean or overridden; the page digest is the one compared
            progress(2, "Kiểm tra bản chụp đã đối chiếu")
            scan = self._compared_scan(task, workdir)
            # 3. TSA, revocation evidence and keys answer; then reserve; COMMIT
            progress(3, "Lấy số chứng thực")
            self._open_numbering()
            sealer = self._sealer.make_ready(task.statement)
            reservation = self._register.reserve(task.lease, self._clock.now())
            task = replace(task, reservation=reservation)
            # 4. compose: everything that can fail without a key
            progress(4, "Soạn bản sao")
            prepared = self._compose(task, sealer, scan, workdir)
            # 5. write down what is about to be signed; COMMIT
            progress(5, "Ghi lại nội dung sắp ký")
            self._register.intend(task.lease, prepared.intent, self._clock.now())
            # 6. sign: the person, then the agency, then the archive timestamp; every
            # right once more: a slow TSA may have taken us past midnight
            progress(6, "Ký số và đóng dấu thời gian")
            check_permission(task, self._clock.now(), self._service_keys)
            sealed = prepared.seal()
            self._keep_lease(task)
            # 7. check the result as a stranger would
            progress(7, "Kiểm tra bản đã ký")
            inspection = self._inspector.inspect(sealed.path)
            check_as_stranger(inspection, prepared.intent, task.statement)
            # 8. archive: write-once, with retention; remember the version
            progress(8, "Lưu kho")
            stored = self._archive_copy(task, prepared.intent, sealed)
            # 9. book row, edition, audit record in one transaction; COMMIT: released
            progress(9, "Ghi sổ và phát hành")
            return self._register.complete(
                task.lease,
                prepared.intent,
                stored,
                self._clock.now(),
                protection=protection_of(inspection),
            )

    def _compared_scan(self, task: IssuanceTask, workdir: Path) -> CanonicalScan:
        """Fetch the scan and hold it against the officer's record."""
        check_comparison(task.comparison, task.scan)
        path = workdir / "scan.pdf"
        self._scans.fetch(task.scan.id, path)
        return CanonicalScan(
            path=path,
            sha256=task.scan.sha256,
            size_bytes=task.scan.size_bytes,
            upload_sha256=task.scan.upload_sha256,
            pages=task.scan.pages,
            findings=task.scan.findings,
        )

    def _compose(
        self,
        task: IssuanceTask,
        sealer: ReadySealer,
        scan: CanonicalScan,
        workdir: Path,
    ) -> PreparedCopy:
        if task.reservation is None:
            raise RuntimeError("compose before reserve")
        number = task.reservation.number
        return sealer.prepare(
            CopyOrder(
                statement=task.statement,
                number=number,
                shown_number=number.show(self._number_template),
                trail_head=task.reservation.trail_head,
                wording=wording_by_version(task.statement.wording),
                attested_at=self._clock.now().replace(microsecond=0),
                attempt=task.intent.attempt + 1 if task.intent else 1,
                address=verification_address(
                    self._base_url, task.statement.verification_code
                ),
                scan=scan,
                workdir=workdir,
                checkpoint=task.reservation.checkpoint,
            )
        )

    def _archive_copy(
        self, task: IssuanceTask, intent: Intent, sealed: SealedCopy
    ) -> StoredObject:
        """Store the evidence first: no copy is ever there without it."""
        if task.reservation is None:
            raise RuntimeError("archive before reserve")
        evidence = CopyEvidence(
            file_sha256=sealed.sha256,
            statement=task.statement,
            assertion=task.assertion,
            intent=intent,
            shown_number=intent.number.show(self._number_template),
            trail_head=task.reservation.trail_head,
            checks=sealed.checks,
        )
        path = sealed.path.with_suffix(".evidence.json")
        data = evidence.to_json().encode()
        path.write_bytes(data)
        until = self._clock.now() + self._retention
        digest = hashlib.sha256(data).hexdigest()
        self._archive.put_once(evidence.key, path, digest, until)
        key = f"{task.lease.attestation_id}/{sealed.sha256}"
        return self._archive.put_once(key, sealed.path, sealed.sha256, until)

    def _finish_archived(self, task: IssuanceTask, workdir: Path) -> Edition | None:
        """Recovery: the last commit was 5 and the object of that attempt exists.

        An object that belongs to an earlier attempt or to a statement confirmed
        anew since, or is damaged, is left alone: it was never released and never
        will be. Rights are those of the moment it was signed.
        """
        if task.intent is None or task.intent.statement_digest != task.statement.digest:
            return None
        for number, stored in enumerate(
            self._archive.list(f"{task.lease.attestation_id}/")
        ):
            path = workdir / f"found-{number}.pdf"
            try:
                self._archive.fetch(stored, path)
                check_belongs_to_intent(path, task.intent)
                inspection = self._inspector.inspect(path)
                check_as_stranger(inspection, task.intent, task.statement)
            except StoredDataDamaged:
                continue
            check_permission(task, task.intent.attested_at, self._service_keys)
            return self._register.complete(
                task.lease,
                task.intent,
                stored,
                self._clock.now(),
                protection=protection_of(inspection),
            )
        return None

    def _keep_lease(self, task: IssuanceTask) -> None:
        """Let the lease run on from now; LeaseLost if another worker has it."""
        self._register.renew(task.lease, self._clock.now())

    def _give_back(self, task: IssuanceTask, error: CertifyError | None) -> None:
        """End the lease if the register answers; if not, it ends by itself.

        What the run did, a release above all, stands whether or not this works.
        """
        waiting = None
        if error is not None:
            waiting = waiting_for(error, task.failures, self._clock.now())
        with suppress(CertifyError):
            self._register.give_back(task.lease, waiting=waiting)
