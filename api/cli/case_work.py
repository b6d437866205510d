"""What `certify case …` prints."""

from api.cli.context import PaperDesk
from api.cli.terminal import Terminal
from certify.desk_record import DeskRecord

_SHOWN = 20
_WORDS = {"refusal": "Phiếu từ chối", "forgery": "Biên bản"}


def list_cases(desk: PaperDesk, *, terminal: Terminal) -> int:
    """Print the newest visits with their papers, refusals and reports."""
    cases = desk.cases.cases(desk.authority_id, limit=_SHOWN, offset=0)
    rows = []
    for case in cases:
        records = desk.records.records(case.id)
        papers = desk.cases.originals(case.id)
        row = {"case": case.code, "id": case.id, "status": int(case.status)}
        rows.append(
            {
                **row,
                "originals": [{"id": p.id, "title": p.title} for p in papers],
                "records": [record_row(record) for record in records],
            }
        )
        terminal.say(f"{case.code}  {case.requester.name}")
        for paper in papers:
            terminal.say(f"  {paper.id}  {paper.title}")
        for record in records:
            terminal.say(f"  {record.id}  {_line(record)}")
    terminal.result(rows)
    return 0


def show(record: DeskRecord, *, terminal: Terminal) -> int:
    """Print what was drawn up."""
    terminal.result(record_row(record))
    terminal.say(_line(record))
    terminal.say(f"  {record.content.reason} [{record.content.citation}]")
    terminal.say(f"  In tại: /desk/records/{record.id}")
    return 0


def record_row(record: DeskRecord) -> dict[str, object]:
    """What programs get to know of a record."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "number": record.shown_number,
        "original": record.original_id,
        "code": record.content.code,
        "in_force": record.in_force,
    }


def _line(record: DeskRecord) -> str:
    ended = "" if record.in_force else " (đã thu hồi)"
    words = _WORDS[record.kind.value]
    return f"{words} số {record.shown_number}: {record.heading.title}{ended}"
