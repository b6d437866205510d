"""`certify check SCAN`: what intake says of a scan; nothing is stored."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.cli.desk_work import upload_of
from api.cli.terminal import SEVERITY_WORDS, Terminal
from certify.errors import ScanRefused
from certify.ports import Intake
from certify.scan import CanonicalScan, Severity, UploadedScan, findings_to_json

REFUSED = 2


def check(
    intake: Intake,
    scans: Sequence[Path],
    *,
    page_mm: tuple[float, float] | None,
    terminal: Terminal,
) -> int:
    """Run all checks on each file; 0 when all can be used, 2 when one cannot."""
    uploads = [upload_of(scan, page_mm) for scan in scans]
    rows = []
    for number, upload in enumerate(uploads, 1):
        if len(uploads) > 1:
            terminal.say(f"Tệp {number}: {upload.path.name}")
        rows.append(_check(intake, upload, terminal))
    terminal.result(rows[0] if len(rows) == 1 else {"files": rows})
    return REFUSED if any(row["verdict"] == "refuse" for row in rows) else 0


def _check(intake: Intake, upload: UploadedScan, terminal: Terminal) -> dict[str, Any]:
    with TemporaryDirectory(prefix="certify-") as workdir:
        try:
            read = intake.read(upload.path, upload.stated_page_mm, Path(workdir))
        except ScanRefused as error:
            terminal.say(f"TỪ CHỐI: {error}")
            return {"verdict": "refuse", "findings": findings_to_json(error.findings)}
    verdict = _verdict(read)
    _show(read, verdict, terminal)
    return {
        "verdict": verdict,
        "pages": len(read.pages),
        "page_digest": read.page_digest,
        "findings": findings_to_json(read.findings),
    }


def _verdict(scan: CanonicalScan) -> str:
    if scan.blocked:
        return "refuse"
    warned = any(f.severity is Severity.WARN for f in scan.findings)
    return "warn" if warned else "accept"


def _show(scan: CanonicalScan, verdict: str, terminal: Terminal) -> None:
    if scan.findings:
        terminal.table(
            ("Mức", "Trang", "Nội dung", "Căn cứ"),
            [
                (
                    SEVERITY_WORDS[finding.severity],
                    str(finding.page or ""),
                    finding.vi,
                    finding.citation,
                )
                for finding in scan.findings
            ],
        )
    words = {
        "accept": "ĐẠT: bản chụp dùng được",
        "warn": "CÓ CẢNH BÁO: dùng được nếu ghi lý do chấp nhận",
        "refuse": "TỪ CHỐI: bản chụp không dùng được, hãy chụp lại",
    }
    terminal.say(f"{words[verdict]} ({len(scan.pages)} trang).")
