"""`certify purge`: working scans whose time is over are removed."""

import os
import pwd
from dataclasses import asdict
from datetime import timedelta

from api.cli.terminal import Terminal
from api.settings import Settings
from api.wiring import build_purge
from certify.attestation import Act
from certify.purge import PurgeRound, PurgeScans

_MOST_LISTED = 1000


def purge(settings: Settings, *, dry_run: bool, terminal: Terminal) -> int:
    """Purge everything that is due, round by round; or list it.

    Returns:
        0: all that was due is gone, or was listed.

    Raises:
        ServiceUnavailable: database or scan store is away; run it again.
    """
    _say_rule(settings, terminal)
    with build_purge(settings) as run:
        return _list(run, terminal) if dry_run else _purge(run, terminal)


def _list(run: PurgeScans, terminal: Terminal) -> int:
    due = run.due(_MOST_LISTED)
    terminal.result(
        {
            "dry_run": True,
            "papers": [
                {
                    "original_id": paper.original_id,
                    "case_id": paper.case_id,
                    "released_at": paper.released_at and paper.released_at.isoformat(),
                    "last_act_at": paper.last_act_at.isoformat(),
                }
                for paper in due
            ],
        }
    )
    for paper in due:
        why = "đã phát hành" if paper.released_at else "chưa phát hành"
        terminal.say(f"  {paper.original_id}  {why}")
    terminal.say(f"{len(due)} giấy tờ có bản chụp đến hạn xóa. Chưa xóa gì.")
    return 0


def _purge(run: PurgeScans, terminal: Terminal) -> int:
    act = Act(f"operator:{pwd.getpwuid(os.getuid()).pw_name}", "scan.purge")
    rounds: list[PurgeRound] = []
    while not rounds or rounds[-1].more:
        rounds.append(run(act))
        terminal.note(
            f"Đã xóa bản chụp của {sum(len(r.papers) for r in rounds)} giấy tờ"
        )
    total = PurgeRound(
        papers=tuple(paper for one in rounds for paper in one.papers),
        scans=sum(one.scans for one in rounds),
        settled=sum(one.settled for one in rounds),
        layouts=sum(one.layouts for one in rounds),
        strays=sum(one.strays for one in rounds),
        more=False,
    )
    terminal.result(asdict(total) | {"dry_run": False})
    if not (total.papers or total.layouts):
        terminal.say("Không có bản chụp nào đến hạn xóa.")
        return 0
    terminal.say(
        f"Đã xóa {total.scans} bản chụp của {len(total.papers)} giấy tờ và quên dấu "
        f"vân của {total.layouts} trang. Mã băm, thông tin trang và sổ chứng thực vẫn "
        "còn; việc xóa đã ghi vào nhật ký."
    )
    return 0


def _say_rule(settings: Settings, terminal: Terminal) -> None:
    rule = settings.retention_rule

    def days(period: timedelta) -> str:
        return f"{period.days} ngày"

    terminal.note(
        f"Thời hạn (mặc định ngày {rule.effective_from:%d/%m/%Y}, chưa xác nhận): "
        f"{days(rule.released)} sau khi phát hành; {days(rule.unreleased)} nếu bị từ "
        f"chối hoặc bỏ dở; dấu vân của giấy tờ {days(rule.fingerprints)}."
    )
