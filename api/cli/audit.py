"""`certify audit`: every released copy held against the archive."""

from dataclasses import asdict

from api.cli.terminal import Terminal
from api.settings import Settings
from api.wiring import build_archive_audit
from certify.archive_audit import ArchiveAudit

SOUND, FAULTY, STOPPED = 0, 1, 4
_EVERY = 100
_TITLES = {
    "missing": "Không còn trong kho",
    "damaged": "Khác mã băm trong sổ",
    "unlocked": "Không còn được khóa giữ",
    "without_evidence": "Thiếu bằng chứng lưu kèm",
    "unknown": "Tệp không thuộc bản sao đã cấp",
}


def audit(settings: Settings, *, after: str, terminal: Terminal) -> int:
    """Read every released edition by its version, and name what is wrong.

    Args:
        settings: name the data folder and the archive.
        after: go on after this digest; "" begins anew.
        terminal: told the progress, with the digest to go on after.

    Returns:
        0 all is sound; 1 something is not; 4 the archive went away before the end.
    """

    def progress(done: int, total: int, sha256: str) -> None:
        if done % _EVERY == 0:
            terminal.note(f"Đã xem {done}/{total}; nếu dừng: --after {sha256}")

    with build_archive_audit(settings) as run:
        found = run(after=after.strip().lower(), progress=progress)
    terminal.result(asdict(found) | {"sound": found.sound})
    _say(found, terminal)
    if not found.sound:
        return FAULTY
    return SOUND if found.complete else STOPPED


def _say(found: ArchiveAudit, terminal: Terminal) -> None:
    terminal.say(f"Đã đối chiếu {found.checked} trên {found.editions} tệp đã cấp.")
    for name, title in _TITLES.items():
        named: list[str] = getattr(found, name)
        terminal.say(f"  {title:<32}{len(named):>8}")
        for one in named:
            terminal.say(f"    {one}")
    terminal.say(f"  {'Do người khác ghi đè, đánh dấu xóa':<32}{len(found.foreign):>8}")
    for version in found.foreign:
        terminal.say(f"    {version.key} ({version.version_id})")
    if not found.complete:
        terminal.say(
            "Kho lưu trữ không phản hồi nên chưa xem hết. Hãy chạy tiếp: certify audit "
            f"--after {found.after or '0'}"
        )
