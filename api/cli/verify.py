"""`certify verify FILE...`: is each a certified copy, unchanged and in force?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from api.cli.terminal import Terminal
from api.cli.verify_trail import TrailChecker
from api.many_files import JudgedFile, judge_each, worst
from api.report_words import (
    changes_words,
    conclusion_words,
    coverage_words,
    kind_words,
)
from api.schemas.verification import ReportOut
from certify.clock import paper_time
from certify.errors import InvalidInput
from certify.identifiers import show_verification_code
from certify.inspection import SignatureFacts
from certify.verdict import Verdict
from certify.verify import Report, VerifyCopy


def verify(
    judge: VerifyCopy,
    files: Sequence[Path],
    *,
    offline_ok: bool,
    terminal: Terminal,
    trail: TrailChecker | None = None,
) -> int:
    """Judge files, one after the other.

    Args:
        judge: with the register, or from a trust folder alone.
        files: the PDFs to judge.
        offline_ok: accept "right signatures, register not asked" as good.
        terminal: where to speak.
        trail: checks the one file's proof of being in the public trail.

    Returns:
        Exit code: 0 only when each is an intact certified copy in force, else the
        worst of all.
    """

    def one(path: Path) -> Report:
        if not path.is_file():
            raise InvalidInput(field=str(path), reason="không có tệp này")
        return judge(path)

    if trail is not None and len(files) > 1:
        raise InvalidInput(field="--proof", reason="chỉ kiểm tra được từng tệp một")
    answer = None
    if len(files) == 1:
        report = one(files[0])
        judged = [JudgedFile(str(files[0]), report=report)]
        answer = trail(report, judge) if trail else None
        terminal.result(_row(judged[0]) | (answer.row() if answer else {}))
    else:
        judged = list(judge_each(one, ((str(file), file) for file in files)))
    codes = [_exit_code(found, offline_ok=offline_ok) for found in judged]
    if len(files) > 1:
        rows = [_row(found) for found in judged]
        terminal.result({"files": rows, "exit_code": worst(codes)})
    for found in judged:
        if len(files) > 1:
            terminal.say(f"== {found.name}")
        _show(found, terminal)
    if answer is not None:
        answer.show(terminal)
        codes.append(answer.check.exit_code)
    return worst(codes)


def _exit_code(found: JudgedFile, *, offline_ok: bool) -> int:
    report = found.report
    if offline_ok and report and report.verdict is Verdict.OTHER_AUTHORITY:
        return 0
    return found.text.exit_code


def _row(found: JudgedFile) -> dict[str, object]:
    report = found.report
    if report is None:
        text = found.text
        return {
            "file": found.name,
            "verdict": None,
            "colour": text.colour.value,
            "word": text.word,
            "sentence": text.sentence,
            "exit_code": text.exit_code,
        }
    copy = report.copy
    return {
        "file": found.name,
        "number": copy.shown_number if copy else None,
        "code": copy.statement.verification_code if copy else None,
        **ReportOut.of(report).model_dump(mode="json"),
    }


def _show(found: JudgedFile, terminal: Terminal) -> None:
    text, report = found.text, found.report
    terminal.say(f"{text.word.upper()}. {text.sentence}")
    if report is None:
        return
    for problem in report.problems:
        terminal.say(f"  - {problem}")
    if report.copy is not None:
        code = show_verification_code(report.copy.statement.verification_code)
        terminal.say(f"Số chứng thực: {report.copy.shown_number}")
        terminal.say(f"Mã tra cứu:    {code}")
    for facts in report.inspection.signatures:
        _show_signature(facts, terminal)
    terminal.say(f"Chính sách kiểm tra: {report.policy.shown}")
    if report.trail is not None:
        terminal.say(report.trail.sentence)


def _show_signature(facts: SignatureFacts, terminal: Terminal) -> None:
    who = facts.signer or facts.field
    terminal.say(f"  {kind_words(facts)}: {who}, {_paper_time(facts.proven_time)}")
    level = f"; mức {facts.level}" if facts.level else ""
    terminal.say(f"    {conclusion_words(facts)}{level}")
    terminal.say(f"    phạm vi: {coverage_words(facts)}")
    terminal.say(f"    thay đổi sau khi ký: {changes_words(facts)}")
    if facts.chain:
        terminal.say(f"    nơi cấp: {' ← '.join(facts.chain)}")


def _paper_time(proven: str | None) -> str:
    if proven is None:
        return "không có dấu thời gian"
    return paper_time(datetime.fromisoformat(proven))
