"""What `copy` and `demo` share: one paper, from the desk to the released file.

The command line acts as the development officer and signatory. The way of a copy:

    certify_one → Desk (certify/desk.py) → IssueCopy (certify/issue.py)
                → Sealer (signing/) → Register and Archive (storage/)
"""

import os
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.cli.page_order import page_order
from api.services import Services
from certify.attestation import CertifiedCopy
from certify.case import OriginalKind, StoredScan
from certify.comparison import Comparison, Legalisation, RefusalGround
from certify.errors import InvalidInput, NotAllowed, NotFound, TryLater
from certify.issue import Progress, silent
from certify.scan import Finding, Severity, UploadedScan
from certify.verify import Report

PUBLIC_FILE = 0o644
PATIENCE_SECONDS = (1, 2)


@dataclass(frozen=True)
class Paper:
    """One paper original as the officer describes it.

    Attributes:
        scans: the files, in the order of their pages.
        accept: written reason for accepting every warning; None accepts none.
        page_mm: stated paper size, for images without a resolution.
        declared_pages: counted on the paper, None when not counted.
        pages: which pages, in which order, turned how; "" takes them as they came.
        dpi: reduce finer pages to this; None leaves them.
    """

    scans: Sequence[Path]
    title: str
    issuer: str = ""
    copies: int = 1
    accept: str | None = None
    page_mm: tuple[float, float] | None = None
    declared_pages: int | None = None
    pages: str = ""
    dpi: int | None = None


@dataclass(frozen=True)
class Certified:
    """A released copy, its file, and what verification says of that file."""

    copy: CertifiedCopy
    file: Path
    report: Report


def upload_of(scan: Path, page_mm: tuple[float, float] | None) -> UploadedScan:
    """Describe a file of this machine as an upload.

    Raises:
        InvalidInput: no such file, or not readable.
    """
    if not scan.is_file():
        raise InvalidInput(field=str(scan), reason="không có tệp này")
    if not os.access(scan, os.R_OK):
        raise InvalidInput(field=str(scan), reason="không có quyền đọc tệp này")
    return UploadedScan(
        path=scan, size_bytes=scan.stat().st_size, stated_page_mm=page_mm
    )


def certify_one(
    services: Services,
    case_id: str,
    paper: Paper,
    *,
    show_findings: Callable[[Sequence[Finding]], None],
    progress: Progress = silent,
) -> CertifiedCopy:
    """Certify one paper of an open case and return the released copy.

    Raises:
        CertifyError: refused or waiting; nothing was released.
    """
    if not services.officer_id or not services.signatory_id:
        raise NotAllowed(reason="lệnh này chỉ dùng được ở môi trường thử nghiệm")
    desk = services.desk
    original = desk.add_original(
        services.officer_id,
        case_id,
        title=paper.title,
        issuer=paper.issuer,
        copies=paper.copies,
        declared_pages=paper.declared_pages,
    )
    scan = _scanned(services, original.id, paper)
    show_findings(scan.findings)
    attestation = desk.record_comparison(
        original.id, _comparison(services, scan, paper)
    )
    shown = desk.draft_statement(attestation.id, services.signatory_id)
    desk.approve(
        services.signatory_id, [attestation.id], {attestation.id: shown.content_digest}
    )
    _issue(services, attestation.id, progress)
    released = services.register.released_attestation(attestation.id)
    if released is None:
        raise NotFound(what="bản sao vừa phát hành")
    return released


def _scanned(services: Services, original_id: str, paper: Paper) -> StoredScan:
    """Attach the files; then order, turn and reduce as asked."""
    officer_id, scan_desk = services.officer_id, services.scan_desk
    uploads = [upload_of(scan, paper.page_mm) for scan in paper.scans]
    scan = scan_desk.attach(officer_id, original_id, uploads)
    pages = scan.arranged.pages
    if paper.pages:
        pages = tuple(page_order(paper.pages, pages))
    return scan_desk.arrange(
        officer_id, original_id, pages, dpi=paper.dpi, seen=scan.page_digest
    )


def _issue(services: Services, attestation_id: str, progress: Progress) -> None:
    """Issue, with a little patience: the PKI may be changing hands between processes.

    Raises:
        TryLater: still away; the attestation waits for `certify reconcile`.
    """
    for pause_seconds in PATIENCE_SECONDS:
        try:
            services.issue(attestation_id, progress)
        except TryLater:
            time.sleep(pause_seconds)
        else:
            return
    services.issue(attestation_id, progress)


def hand_over(
    services: Services, copy: CertifiedCopy, target: Path, *, overwrite: bool
) -> Certified:
    """Write the newest edition to `target` in one step, and verify that file.

    Raises:
        InvalidInput: the target exists, or its folder cannot be written.
        StoredDataDamaged: the archive's bytes are not the released ones.
    """
    check_target(target, overwrite=overwrite)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        services.archive.fetch(copy.newest.stored, part)
        part.chmod(PUBLIC_FILE)
        if overwrite:
            part.replace(target)
        else:
            os.link(part, target)  # unlike a rename, never replaces a file
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise InvalidInput(field=str(target), reason="không ghi được tệp") from error
    finally:
        part.unlink(missing_ok=True)
    return Certified(copy=copy, file=target, report=services.verify(target))


def check_target(target: Path, *, overwrite: bool) -> None:
    """Find out before any work whether the result can be written.

    Raises:
        InvalidInput: the target exists, or its folder cannot be written.
    """
    if target.is_dir() or (target.exists() and not overwrite):
        raise _exists(target)
    if not os.access(target.parent, os.W_OK):
        raise InvalidInput(
            field=str(target.parent), reason="thư mục không có hoặc không ghi được"
        )


def certified_row(certified: Certified) -> dict[str, object]:
    """What programs get to know of a released file."""
    stored = certified.copy.newest.stored
    return {
        "number": certified.copy.shown_number,
        "code": certified.copy.statement.verification_code,
        "file": str(certified.file),
        "sha256": stored.sha256,
        "level": certified.report.inspection.level,
        "verdict": certified.report.verdict.value,
    }


def _exists(target: Path) -> InvalidInput:
    return InvalidInput(
        field=str(target), reason="đã có tệp này, thêm --force nếu muốn ghi đè"
    )


def _comparison(services: Services, scan: StoredScan, paper: Paper) -> Comparison:
    """Record a full comparison, as the development officer would after looking."""
    authority = services.people.authority(services.authority_id)
    warnings = {f.code for f in scan.findings if f.severity is Severity.WARN}
    return Comparison(
        officer_id=services.officer_id,
        compared_at=services.clock.now(),
        place=f"Trụ sở {authority.name}",
        page_digest=scan.page_digest,
        paper_original_shown=True,
        pages_match=True,
        original_kind=OriginalKind.FIRST_ISSUE,
        grounds=dict.fromkeys(RefusalGround, False),
        pages_with_information=scan.page_count,
        legalisation=Legalisation.NOT_FOREIGN,
        legalisation_note="",
        accepted_warnings=dict.fromkeys(warnings, paper.accept) if paper.accept else {},
    )
