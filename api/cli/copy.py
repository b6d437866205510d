"""`certify copy SCAN`: one paper to one certified copy, in development."""

from pathlib import Path

from api.cli.desk_work import (
    Certified,
    Paper,
    certified_row,
    certify_one,
    check_target,
    hand_over,
    upload_of,
)
from api.cli.terminal import Terminal
from api.services import Services
from certify.errors import ScanRefused
from certify.identifiers import show_verification_code
from certify.people import Requester
from certify.scan import Finding, findings_to_json
from certify.verdict import Verdict


def copy(
    services: Services,
    paper: Paper,
    *,
    requester: str,
    out: Path,
    overwrite: bool,
    terminal: Terminal,
) -> int:
    """Certify, write the file, verify it; 0 only for a copy in force."""
    check_target(out, overwrite=overwrite)
    for scan in paper.scans:
        upload_of(scan, paper.page_mm)  # before a case is opened for nothing
    seen: list[Finding] = []
    case = services.desk.open_case(services.officer_id, Requester(name=requester))
    try:
        with terminal.progress("Chứng thực") as progress:
            released = certify_one(
                services,
                case.id,
                paper,
                show_findings=seen.extend,
                progress=progress,
            )
    except ScanRefused as error:
        seen.extend(error.findings)
        terminal.result(
            {
                "error": {"code": error.code, "message": str(error)},
                "findings": findings_to_json(seen),
            }
        )
        terminal.note(str(error))
        terminal.findings(seen)
        return error.exit_code
    certified = hand_over(services, released, out, overwrite=overwrite)
    terminal.result({**certified_row(certified), "findings": findings_to_json(seen)})
    terminal.findings(seen)
    _show(certified, terminal)
    report = certified.report
    return 0 if report.verdict is Verdict.OURS_IN_FORCE else report.text.exit_code or 1


def _show(certified: Certified, terminal: Terminal) -> None:
    statement = certified.copy.statement
    text = certified.report.text
    terminal.say(f"Số chứng thực: {certified.copy.shown_number}")
    terminal.say(
        f"Mã tra cứu:    {show_verification_code(statement.verification_code)}"
    )
    terminal.say(f"Tệp:           {certified.file}")
    terminal.say(f"SHA-256:       {certified.copy.newest.stored.sha256}")
    terminal.say(f"Mức chữ ký:    {certified.report.inspection.level}")
    terminal.say(f"Kiểm tra lại:  {text.word}. {text.sentence}")
    for problem in certified.report.problems:
        terminal.say(f"  - {problem}")
