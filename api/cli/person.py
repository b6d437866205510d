"""`certify person`, `certify case hold`: demands about data, and what stops them."""

import json
import os
import pwd
from pathlib import Path

from api.cli.terminal import Terminal
from api.settings import Settings
from api.wiring import build_person_desk
from certify.errors import InvalidInput
from certify.person import PersonWanted
from certify.person_erasure import VisitPlan

_PRIVATE_FILE = 0o600


def export(
    settings: Settings, wanted: PersonWanted, *, out: Path, terminal: Terminal
) -> int:
    """Write everything known of a person to a new private file.

    Raises:
        InvalidInput: the file is there already or cannot be made; or nobody was named.
        NotFound: nothing is known of such a person.
    """
    with build_person_desk(settings) as desk:
        try:
            descriptor = os.open(
                out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE
            )
        except OSError as error:
            raise InvalidInput(
                field="--out", reason="tệp đã có hoặc không tạo được"
            ) from error
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                found = desk.export(wanted, _operator())
                json.dump(found, file, ensure_ascii=False, indent=2)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
    visits, copies = len(found["visits"]), len(found["recovered_copies"])
    terminal.result({"visits": visits, "recovered_copies": copies, "out": str(out)})
    terminal.say(
        f"Đã ghi {visits} hồ sơ và {copies} bản sao khôi phục ra {out}. Chỉ giao cho "
        "chính người đó sau khi kiểm tra giấy tờ tùy thân, rồi xóa tệp này."
    )
    return 0


def erase(
    settings: Settings, wanted: PersonWanted, *, confirm: bool, terminal: Terminal
) -> int:
    """Show what would be erased, or erase it.

    Raises:
        InvalidInput: nobody was named; or to be erased by name, which others bear too.
        NotFound: no visit of such a person is known.
        ServiceUnavailable: database or scan store is away; run it again.
    """
    with build_person_desk(settings) as desk:
        plans = desk.erase(wanted, _operator()) if confirm else desk.erase.plan(wanted)
    terminal.result({"dry_run": not confirm, "visits": [_plain(p) for p in plans]})
    for plan in plans:
        _say(plan, terminal)
    if confirm:
        terminal.say("Đã xóa như trên và ghi vào nhật ký.")
    else:
        terminal.say("Chưa xóa gì. Kiểm tra xong, hãy chạy lại với --confirm.")
    return 0


def hold(settings: Settings, case_code: str, reason: str, *, terminal: Terminal) -> int:
    """Have a visit kept.

    Raises:
        InvalidInput: no reason.
        NotFound: no such visit.
        WrongState: it is held already.
    """
    with build_person_desk(settings) as desk:
        desk.hold(case_code.strip(), _operator(), reason)
    terminal.result({"case": case_code.strip(), "held": True})
    terminal.say("Hồ sơ được giữ: không xóa gì cho đến khi có lệnh thôi giữ.")
    return 0


def unhold(
    settings: Settings, case_code: str, reason: str, *, terminal: Terminal
) -> int:
    """Let a visit go again.

    Raises:
        InvalidInput, NotFound, WrongState: as for `hold`.
    """
    with build_person_desk(settings) as desk:
        desk.hold.lift(case_code.strip(), _operator(), reason)
    terminal.result({"case": case_code.strip(), "held": False})
    terminal.say("Đã thôi giữ hồ sơ.")
    return 0


def _plain(plan: VisitPlan) -> dict[str, object]:
    erasure = plan.erasure
    return {
        "case": plan.case_code,
        "contact": erasure.contact,
        "name": erasure.name,
        "drafts": list(erasure.drafts),
        "scans_of": list(plan.scans),
        "fingerprints_of": list(erasure.layouts),
        "reasons_of": list(erasure.reasons),
        "kept": [{"paper": paper, "ground": ground} for paper, ground in plan.kept],
    }


def _say(plan: VisitPlan, terminal: Terminal) -> None:
    erasure = plan.erasure
    terminal.say(f"Hồ sơ {plan.case_code}")
    if not plan.anything:
        terminal.say("  Không còn gì xóa được.")
    if erasure.contact:
        terminal.say("  Xóa: thư điện tử, điện thoại")
    if erasure.name:
        terminal.say("  Xóa: họ tên người yêu cầu")
    if plan.scans:
        terminal.say(f"  Xóa: bản chụp của {len(plan.scans)} giấy tờ")
    if erasure.drafts:
        terminal.say(f"  Xóa: {len(erasure.drafts)} giấy tờ chưa phát hành")
    if erasure.layouts:
        terminal.say(f"  Xóa: dấu vân của {len(erasure.layouts)} giấy tờ")
    if erasure.reasons:
        terminal.say(f"  Xóa: lý do cán bộ đã ghi ở {len(erasure.reasons)} chỗ")
    for ground in dict.fromkeys(ground for _, ground in plan.kept):
        terminal.say(f"  Giữ: {ground}")


def _operator() -> str:
    return f"operator:{pwd.getpwuid(os.getuid()).pw_name}"
