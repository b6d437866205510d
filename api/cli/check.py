"""`certify check SCAN`: what intake says of a scan; nothing is stored."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from api.cli.desk_work import upload_of
from api.cli.terminal import SEVERITY_WORDS, Terminal
from certify.declared_pages import declared_findings
from certify.errors import ScanRefused
from certify.ports import Intake
from certify.scan import CanonicalScan, Severity, findings_to_json

REFUSED = 2


def check(
    intake: Intake,
    scan: Path,
    *,
    page_mm: tuple[float, float] | None,
    pages: int | None = None,
    terminal: Terminal,
) -> int:
    """Run all checks; 0 when the scan can be used, 2 when it cannot."""
    upload = upload_of(scan, page_mm)
    with TemporaryDirectory(prefix="certify-") as workdir:
        try:
            read = intake.read(upload.path, upload.stated_page_mm, Path(workdir))
            declared = declared_findings(pages, len(read.pages))
            read = replace(read, findings=(*declared, *read.findings))
        except ScanRefused as error:
            terminal.result(
                {"verdict": "refuse", "findings": findings_to_json(error.findings)}
            )
            terminal.say(f"TỪ CHỐI: {error}")
            return REFUSED
    verdict = _verdict(read)
    terminal.result(
        {
            "verdict": verdict,
            "pages": len(read.pages),
            "page_digest": read.page_digest,
            "findings": findings_to_json(read.findings),
        }
    )
    _show(read, verdict, terminal)
    return REFUSED if verdict == "refuse" else 0


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
