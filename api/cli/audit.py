"""`certify audit`: archive, books and trail held against each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from api.cli.terminal import Terminal
from api.settings import Settings
from api.wiring import build_audit
from certify.auditing.finding import Finding
from certify.auditing.run import INTERRUPTED, AuditReport, Progress

SOUND, FAULTY, STOPPED = 0, 1, 4
_TOO_LONG = 90  # seconds that are said in seconds


def audit(settings: Settings, *, quick: bool, anew: bool, terminal: Terminal) -> int:
    """Audit, going on where an earlier run stopped, and name what is wrong.

    Args:
        settings: name the data folder, the database and the archive.
        quick: pass signatures over.
        anew: forget an earlier run that stopped.
        terminal: told the progress and the findings.

    Returns:
        0 all is sound; 1 something is not; 4 nothing is wrong so far, but not all
        could be looked at or judged.
    """
    with build_audit(settings, quick=quick) as run:
        titles = {part.name: part.title for part in run.parts}
        report = run(anew=anew, progress=lambda step: terminal.note(_line(step)))
    terminal.result(_plain(report))
    _say(report, titles, terminal)
    if report.faults:
        return FAULTY
    return SOUND if report.is_complete else STOPPED


def _line(step: Progress) -> str:
    counted = f"{step.looked_at}"
    left = ""
    if step.total is not None:
        counted += f"/{step.total}"
        seconds = max(0, step.total - step.looked_at) / max(step.rate, 0.001)
        left = f", còn khoảng {_duration(seconds)}"
    return (
        f"{step.part.title}: {counted}, {step.rate:.0f} mục/giây{left}; "
        f"{step.findings} phát hiện"
    )


def _duration(seconds: float) -> str:
    if seconds < _TOO_LONG:
        return f"{seconds:.0f} giây"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} giờ {minutes} phút" if hours else f"{minutes} phút"


def _plain(report: AuditReport) -> dict[str, Any]:
    """What programs read; codes are stable."""
    state = report.state
    return {
        "sound": report.is_complete and not report.faults,
        "complete": report.is_complete,
        "stopped_by": report.stopped_by or None,
        "resumed": report.resumed,
        "quick": state.quick,
        "started_at": state.started_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "looked_at": state.looked_at,
        "findings": [
            {"part": part, **plain_finding(found)} for part, found in state.findings
        ],
        "unlisted": state.unlisted,
    }


def plain_finding(found: Finding) -> dict[str, Any]:
    """Return what programs read of a finding; codes are stable."""
    return {
        "code": found.code,
        "subject": found.subject,
        "detail": found.detail,
        "is_fault": found.meaning.is_fault,
        "message": found.meaning.sentence,
        "advice": found.meaning.advice,
    }


def _say(report: AuditReport, titles: Mapping[str, str], terminal: Terminal) -> None:
    state = report.state
    width = max(map(len, titles.values()))
    terminal.say(f"{'':<{width}}  {'đã xem':>10}  {'phát hiện':>10}")
    for name, title in titles.items():
        count = sum(many for (part, _), many in state.found.items() if part == name)
        looked_at = state.looked_at.get(name)
        seen = "chưa xem" if looked_at is None else str(looked_at)
        terminal.say(f"{title:<{width}}  {seen:>10}  {count:>10}")
    more = Counter[str]()
    for codes in state.unlisted.values():
        more.update(codes)
    say_findings([found for _, found in state.findings], terminal, more=more)
    terminal.say(_conclusion(report))


def say_findings(
    findings: Iterable[Finding],
    terminal: Terminal,
    *,
    more: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Name findings, those of one code together with its advice.

    `more`: code → how many were found that are not listed.
    """
    groups: dict[str, list[Finding]] = {}
    for found in findings:
        groups.setdefault(found.code, []).append(found)
    for code, group in groups.items():
        meaning = group[0].meaning
        terminal.say(f"\n{meaning.sentence} [{code}]")
        for found in group:
            detail = f" ({found.detail})" if found.detail else ""
            terminal.say(f"  {found.subject}{detail}")
        if unlisted := more.get(code):
            terminal.say(f"  … và {unlisted} mục nữa")
        terminal.say(f"  → {meaning.advice}")


def _conclusion(report: AuditReport) -> str:
    if report.stopped_by:
        why = "Đã dừng theo yêu cầu"
        if report.stopped_by != INTERRUPTED:
            why = "Cơ sở dữ liệu hoặc kho lưu trữ không phản hồi"
        return f"\n{why}; chưa xem hết. Chạy lại certify audit để xem tiếp từ đây."
    if report.faults:
        return (
            f"\nCó {report.faults} điểm sai. Không sửa dữ liệu trước khi lập biên bản."
        )
    if not report.is_complete:
        return "\nChưa thấy sai, nhưng có mục chưa xác định được."
    passed_over = " (chưa kiểm tra chữ ký)" if report.state.quick else ""
    return f"\nTất cả đều đúng{passed_over}."
