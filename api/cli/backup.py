"""`certify backup` and `certify restore`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from api.cli.terminal import Terminal
from api.settings import Settings
from api.wiring import build_backup, build_restore
from certify.clock import VIETNAM

DONE, INCOMPLETE = 0, 1
_EVERY = 100


def backup(settings: Settings, target: Path, *, terminal: Terminal) -> int:
    """Make a point of the backup.

    Returns:
        0 everything is in it; 1 some objects could not be read: they are named, the
        rest is in it.

    Raises:
        CertifyError: see `api.backup.make.MakeBackup`.
    """
    with build_backup(settings, target) as make:
        made = make(_progress(terminal, "Đã chép {} tệp mới"))
    manifest = made.manifest
    terminal.result(
        {
            "point": manifest.point,
            "made_at": manifest.made_at.isoformat(),
            "objects": manifest.objects,
            "scans": manifest.scans,
            "copied": made.copied,
            "unreadable": made.unreadable,
        }
    )
    terminal.say(
        f"Đã sao lưu về thời điểm {_moment(manifest.made_at)}: cơ sở dữ liệu, "
        f"{manifest.objects} tệp lưu trữ, {manifest.scans} bản chụp "
        f"({made.copied} tệp mới chép). Mã: {manifest.point}"
    )
    for name in made.unreadable:
        terminal.say(f"  Không đọc được: {name}")
    if made.unreadable:
        terminal.say(
            "Hãy chạy certify audit để xem các tệp này hỏng ra sao; tệp nào kho vẫn "
            "tốt thì bản chép trong store/ hỏng: xóa bản chép đó rồi sao lưu lại."
        )
    return INCOMPLETE if made.unreadable else DONE


def restore(settings: Settings, source: Path, *, point: str, terminal: Terminal) -> int:
    """Restore a point into an empty data folder and an empty database.

    Raises:
        CertifyError: see `api.backup.restore.RestoreBackup`.
    """
    run = build_restore(settings)
    restored = run(source, point, _progress(terminal, "Đã khôi phục {} tệp"))
    manifest, beyond = restored.manifest, restored.beyond
    terminal.result(
        {
            "point": manifest.point,
            "made_at": manifest.made_at.isoformat(),
            "put_back": restored.put_back,
            "beyond": beyond,
        }
    )
    terminal.say(
        f"Đã khôi phục về thời điểm {_moment(manifest.made_at)}; "
        f"chép lại {restored.put_back} tệp mà kho không còn."
    )
    terminal.say(
        f"Kho có {len(beyond)} tệp mới hơn sổ (cấp sau đó, hoặc lần ký bỏ dở)."
    )
    terminal.say(
        "Hãy chạy tiếp: certify reconcile (ghi lại vào sổ các bản sao đã cấp; trước đó "
        "hệ thống không cấp số mới), rồi certify audit."
    )
    terminal.note(
        "Nếu kho cũ đã mất, bản sao cấp sau thời điểm trên không còn dấu vết ở đây: "
        "xem docs/operate/backup.md trước khi cấp số."
    )
    return DONE


def _progress(terminal: Terminal, sentence: str) -> Callable[[int], None]:
    def show(count: int) -> None:
        if count % _EVERY == 0:
            terminal.note(sentence.format(count))

    return show


def _moment(made_at: datetime) -> str:
    return made_at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")
