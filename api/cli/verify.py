"""`certify verify FILE`: is it a certified copy, unchanged and in force?"""

from datetime import datetime
from pathlib import Path

from api.cli.terminal import Terminal
from certify.clock import paper_time
from certify.errors import InvalidInput
from certify.identifiers import show_verification_code
from certify.inspection import Indication
from certify.verdict import Verdict
from certify.verify import Report, VerifyCopy

_INDICATIONS = {
    Indication.TOTAL_PASSED: "Đạt",
    Indication.TOTAL_FAILED: "Không đạt",
    Indication.INDETERMINATE: "Chưa xác định",
}


def verify(
    judge: VerifyCopy, file: Path, *, offline_ok: bool, terminal: Terminal
) -> int:
    """Judge one file.

    Args:
        judge: with the register, or from a trust folder alone.
        file: the PDF to judge.
        offline_ok: accept "right signatures, register not asked" as good.
        terminal: where to speak.

    Returns:
        Exit code: 0 only for an intact certified copy in force.
    """
    if not file.is_file():
        raise InvalidInput(field=str(file), reason="không có tệp này")
    report = judge(file)
    terminal.result(_row(file, report))
    _show(report, terminal)
    if offline_ok and report.verdict is Verdict.OTHER_AUTHORITY:
        return 0
    return report.text.exit_code


def _row(file: Path, report: Report) -> dict[str, object]:
    copy = report.copy
    return {
        "file": str(file),
        "verdict": report.verdict.value,
        "colour": report.text.colour.value,
        "word": report.text.word,
        "sentence": report.text.sentence,
        "problems": list(report.problems),
        "annulment": report.annulment.to_json() if report.annulment else None,
        "number": copy.shown_number if copy else None,
        "code": copy.statement.verification_code if copy else None,
        "sha256": report.inspection.sha256,
        "level": report.inspection.level,
        "signatures": [
            {
                "field": facts.field,
                "kind": facts.kind,
                "indication": facts.indication.value,
                "sub_indication": facts.sub_indication,
                "signer": facts.signer,
                "time": facts.proven_time,
            }
            for facts in report.inspection.signatures
        ],
    }


def _show(report: Report, terminal: Terminal) -> None:
    terminal.say(f"{report.text.word.upper()}. {report.text.sentence}")
    for problem in report.problems:
        terminal.say(f"  - {problem}")
    if report.copy is not None:
        code = show_verification_code(report.copy.statement.verification_code)
        terminal.say(f"Số chứng thực: {report.copy.shown_number}")
        terminal.say(f"Mã tra cứu:    {code}")
    for facts in report.inspection.signatures:
        who = facts.signer or facts.field
        when = _paper_time(facts.proven_time)
        terminal.say(f"  {_INDICATIONS[facts.indication]}: {who}, {when}")


def _paper_time(proven: str | None) -> str:
    if proven is None:
        return "không có dấu thời gian"
    return paper_time(datetime.fromisoformat(proven))
