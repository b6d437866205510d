"""Renews one edition before its archive timestamp loses its force.

Commits stand after steps 1, 4 and 8. Run again after a crash, the same code adopts the
file of the last attempt if it was archived, and else makes the next one. What was
released before is never touched.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from certify.attestation import Edition, Lease, StoredObject
from certify.clock import Clock, paper_time
from certify.errors import (
    CertificateUnfit,
    CertifyError,
    NotFound,
    StoredDataDamaged,
    WrongState,
)
from certify.evidence import CopyEvidence, evidence_from_json, evidence_key
from certify.give_back import giving_back
from certify.heartbeat import Heartbeat
from certify.inspection import Inspection
from certify.ports import Archive, Inspector, WorkFolder
from certify.protection import Protection, Sunsets, protection_of
from certify.renewal import (
    ReadyRenewal,
    RenewalIntent,
    Renewals,
    RenewalTask,
    RenewedFile,
    Renewer,
)
from certify.retry import waiting_for
from certify.self_check import (
    begins_with,
    check_as_stranger,
    check_belongs_to_intent,
)


class Outcome(StrEnum):
    """How the run for one attestation ended."""

    RENEWED = "renewed"
    NOT_DUE = "not_due"


@dataclass(frozen=True)
class _Base:
    """The edition to renew: its file, judged, and what is archived about it."""

    path: Path
    evidence: CopyEvidence
    protection: Protection
    signatures: int


class RenewCopy:
    """The eight steps of renewing one edition."""

    def __init__(  # noqa: PLR0913 - the collaborators of the renewal, all of them
        self,
        *,
        renewals: Renewals,
        archive: Archive,
        renewer: Renewer,
        inspector: Inspector,
        clock: Clock,
        work_folder: WorkFolder,
        sunsets: Sunsets,
        worker: str,
        heartbeat: Heartbeat,
        retention: timedelta,
    ) -> None:
        """Take the collaborators; no state is held between calls."""
        self._renewals = renewals
        self._archive = archive
        self._renewer = renewer
        self._inspector = inspector
        self._clock = clock
        self._work_folder = work_folder
        self._sunsets = sunsets
        self._worker = worker
        self._heartbeat = heartbeat
        self._retention = retention

    def __call__(self, attestation_id: str, *, before: datetime) -> Outcome:
        """Renew the newest edition if its protection ends before an aware time.

        Raises:
            TryLater: a dependency is away; the edition waits.
            LeaseLost: overtaken by another worker; nothing was released.
            CertifyError: it cannot be renewed, with the reason.
        """
        # 1. lease; which edition is the newest; COMMIT
        task = self._renewals.take(attestation_id, self._worker, self._clock.now())
        with (
            giving_back(partial(self._give_back, task)),
            self._heartbeat.keeping(partial(self._keep_lease, task)),
            self._work_folder() as workdir,
        ):
            # 2. its bytes, by version and digest, judged as a stranger would
            base = self._base(task, workdir)
            self._renewals.measured(task.lease, base.protection, self._clock.now())
            if self._sunsets.end_of_protection(base.protection) > before:
                return Outcome.NOT_DUE
            if self._adopt(task, base, workdir) is not None:
                return Outcome.RENEWED
            # 3. what proves its timestamp today; TSAs that protect it for longer
            ready = self._renewer.make_ready(base.path)
            self._check_promises(ready, base)
            # 4. write down what is about to be renewed; COMMIT
            intent = _next_intent(task)
            self._renewals.intend(task.lease, intent, self._clock.now())
            # 5. new evidence and a new archive timestamp, after the same bytes
            renewed = ready.renew(workdir / "renewed.pdf")
            self._keep_lease(task)
            # 6. check the result as a stranger would
            protection = self._check(renewed.path, base)
            # 7. archive: write-once, evidence first
            stored = self._archive_file(task.lease, base, intent, renewed)
            # 8. edition and audit record in one transaction; COMMIT: released
            self._renewals.add_edition(
                task.lease, intent, stored, protection, self._clock.now()
            )
            return Outcome.RENEWED

    def _base(self, task: RenewalTask, workdir: Path) -> _Base:
        stored, path = task.copy.newest.stored, workdir / "base.pdf"
        self._archive.fetch(stored, path)
        evidence = self._evidence(stored, workdir)
        inspection = self._inspector.inspect(path)
        protection = protection_of(inspection)
        if protection is not None and protection.until <= self._clock.now():
            raise WrongState(
                reason="dấu thời gian lưu trữ đã quá hạn từ "
                f"{paper_time(protection.until)}, không gia hạn được nữa"
            )
        check_belongs_to_intent(path, evidence.intent)
        check_as_stranger(inspection, evidence.intent, task.copy.statement)
        if protection is None:
            raise StoredDataDamaged(what="dấu thời gian lưu trữ")
        return _Base(path, evidence, protection, len(inspection.signatures))

    def _evidence(self, stored: StoredObject, workdir: Path) -> CopyEvidence:
        """Read what was archived about an edition; the renewed one needs the same."""
        key, path = evidence_key(stored.key), workdir / "evidence.json"
        found = next((o for o in self._archive.list(key) if o.key == key), None)
        if found is None:
            raise NotFound(what="bằng chứng lưu trữ của bản sao")
        self._archive.fetch(found, path)
        try:
            return evidence_from_json(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            raise StoredDataDamaged(what="bằng chứng lưu trữ") from error

    def _adopt(self, task: RenewalTask, base: _Base, workdir: Path) -> Edition | None:
        """Recovery: the last commit was 4 and the file of that attempt is archived.

        What does not pass is left alone: it was never released and never will be.
        """
        if task.intent is None:
            return None
        known = {edition.stored.sha256 for edition in task.copy.editions}
        for stored in self._archive.list(f"{task.copy.attestation_id}/"):
            if stored.sha256 in known:
                continue
            path = workdir / f"found-{stored.sha256}.pdf"
            try:
                if self._evidence(stored, workdir).renewal != task.intent:
                    continue
                self._archive.fetch(stored, path)
                protection = self._check(path, base)
            except (StoredDataDamaged, NotFound):
                continue
            return self._renewals.add_edition(
                task.lease, task.intent, stored, protection, self._clock.now()
            )
        return None

    def _check_promises(self, ready: ReadyRenewal, base: _Base) -> None:
        """Refuse a timestamp that would not protect the copy for longer."""
        now_ends = self._sunsets.end_of_protection(base.protection)
        ends = [self._sunsets.end_of_protection(p) for p in ready.promises]
        if not ends or min(ends) <= now_ends:
            raise CertificateUnfit(
                holder="dịch vụ cấp dấu thời gian",
                reason="thời hạn hoặc thuật toán của nó không bảo vệ bản sao lâu hơn "
                "dấu thời gian đang có; hãy dùng dịch vụ có chứng thư số mới hơn",
            )

    def _check(self, path: Path, base: _Base) -> Protection:
        """Refuse what is not the base with one more good archive timestamp."""
        inspection: Inspection = self._inspector.inspect(path)
        check_as_stranger(inspection, base.evidence.intent, base.evidence.statement)
        if not begins_with(path, base.path):
            raise StoredDataDamaged(what="phần đã cấp của tệp")
        if len(inspection.signatures) != base.signatures + 1:
            raise StoredDataDamaged(what="số dấu thời gian lưu trữ")
        protection = protection_of(inspection)
        if protection is None or self._sunsets.end_of_protection(
            protection
        ) <= self._sunsets.end_of_protection(base.protection):
            raise StoredDataDamaged(what="dấu thời gian lưu trữ mới")
        return protection

    def _archive_file(
        self, lease: Lease, base: _Base, intent: RenewalIntent, renewed: RenewedFile
    ) -> StoredObject:
        """Store the evidence first: no copy is ever there without it."""
        evidence = replace(base.evidence, file_sha256=renewed.sha256, renewal=intent)
        data = evidence.to_json().encode()
        path = renewed.path.with_suffix(".evidence.json")
        path.write_bytes(data)
        until = self._clock.now() + self._retention
        digest = hashlib.sha256(data).hexdigest()
        self._archive.put_once(evidence.key, path, digest, until)
        key = f"{lease.attestation_id}/{renewed.sha256}"
        return self._archive.put_once(key, renewed.path, renewed.sha256, until)

    def _keep_lease(self, task: RenewalTask) -> None:
        self._renewals.extend(task.lease, self._clock.now())

    def _give_back(self, task: RenewalTask, error: CertifyError | None) -> None:
        waiting, cause = None, ""
        if error is not None:
            waiting = waiting_for(error, task.failures, self._clock.now())
            cause = error.code
        with suppress(CertifyError):
            self._renewals.give_back(task.lease, waiting, cause)


def _next_intent(task: RenewalTask) -> RenewalIntent:
    stored = task.copy.newest.stored
    return RenewalIntent(task.attempts + 1, stored.sha256, stored.size_bytes)
