"""`certify trail checkpoint|verify|proof|key`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from api.cli.audit import plain_finding, say_findings
from api.cli.terminal import Terminal
from api.services import Services
from api.settings import Settings
from api.wiring import open_trail_room
from certify.auditing.part import AuditPart
from certify.checkpoint import (
    MAX_NOTE_CHARACTERS,
    Checkpoint,
    NoteError,
    NoteKey,
    open_note,
)
from certify.clock import paper_time
from certify.errors import InvalidInput
from certify.trail_audit import TrailAudit

SOUND, FAULTY = 0, 1
_EVERY = 10_000


def checkpoint(services: Services, *, terminal: Terminal) -> int:
    """Publish one round now.

    Raises:
        TrailContradicted: what is stored is not what was published.
    """
    done = services.publish_checkpoint()
    newest = done.checkpoint
    terminal.result(
        {
            "size": newest.head.size if newest else 0,
            "root": newest.head.root.hex() if newest else None,
            "at": newest.at.isoformat() if newest else None,
            "added": done.added,
            "fresh": done.fresh,
            "waiting_for_token": done.waiting_for_token or None,
        }
    )
    if newest is None:
        terminal.say("Nhật ký chưa có dòng nào.")
        return SOUND
    word = "Đã công bố mốc mới" if done.fresh else "Không có gì mới; mốc hiện tại"
    terminal.say(
        f"{word}: {newest.head.size} dòng, {paper_time(newest.at)} "
        f"(thêm {done.added} dòng)."
    )
    terminal.say(f"  gốc cây: {newest.head.root.hex()}")
    if done.waiting_for_token:
        terminal.say(f"  CHƯA có dấu thời gian: {done.waiting_for_token}")
    return SOUND


def verify(settings: Settings, files: Sequence[Path], *, terminal: Terminal) -> int:
    """Run the full check; 1 when anything is not as it was recorded."""

    def progress(part: AuditPart, done: int) -> None:
        if done % _EVERY == 0:
            terminal.note(f"{part.title}: đã xem {done}")

    with open_trail_room(settings) as room:
        kept = [read_checkpoint(file, room.keys) for file in files]
        found = room.audit((*kept, *room.kept), progress=progress)
    kept_at = max((one.at for one in kept), default=None)
    terminal.result(
        {
            "sound": found.sound,
            "rows": found.rows,
            "outside": found.outside,
            "checkpoints": found.checkpoints,
            "kept_at": kept_at.isoformat() if kept_at else None,
            "findings": [plain_finding(one) for one in found.findings],
        }
    )
    _say(found, kept_at, terminal)
    return SOUND if found.sound else FAULTY


def proof(
    settings: Settings,
    file: Path,
    since: Sequence[int],
    out: Path | None,
    *,
    terminal: Terminal,
) -> int:
    """Write the proof of a copy.

    Raises:
        InvalidInput: no such file, a size that was never reached, or a proof that
            cannot be written there.
        NotFound: the file was not released here.
        ProofPending: the next checkpoint will hold it.
    """
    if not file.is_file():
        raise InvalidInput(field=str(file), reason="không có tệp này")
    digest = sha256(file.read_bytes()).hexdigest()
    with open_trail_room(settings) as room:
        made = room.prove.proof(digest, since)
    terminal.result(made.to_json())
    if out is None:
        terminal.say(made.encode().rstrip())
        return SOUND
    try:
        out.write_text(made.encode(), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(field=str(out), reason="không ghi được tệp") from error
    terminal.say(f"Đã ghi bằng chứng ra {out}.")
    return SOUND


def key(settings: Settings, *, terminal: Terminal) -> int:
    """Print the public keys of checkpoints, the one in use first."""
    with open_trail_room(settings) as room:
        lines = [one.encode() for one in room.keys]
    terminal.result({"keys": lines})
    for line in lines:
        terminal.say(line)
    return SOUND


def read_checkpoint(file: Path, keys: Iterable[NoteKey]) -> Checkpoint:
    """Read a checkpoint that somebody kept.

    Raises:
        InvalidInput: no such file, or not one that our key signed.
    """
    try:
        with file.open(encoding="utf-8") as source:
            return open_note(source.read(MAX_NOTE_CHARACTERS + 1), keys)
    except OSError as error:
        raise InvalidInput(field=str(file), reason="không đọc được tệp này") from error
    except (NoteError, UnicodeDecodeError) as error:
        raise InvalidInput(
            field=str(file), reason="không phải mốc kiểm chứng có chữ ký đúng"
        ) from error


def _say(found: TrailAudit, kept_at: datetime | None, terminal: Terminal) -> None:
    terminal.say(
        f"Đã tính lại {found.rows} dòng nhật ký, so với {found.checkpoints} mốc; "
        f"{found.outside} dòng chưa vào mốc."
    )
    say_findings(found.findings, terminal)
    if not found.sound:
        terminal.say("Hãy giữ nguyên máy chủ và báo ngay người quản trị.")
    elif kept_at is None:
        terminal.say(
            "Không thấy gì sai. Muốn chắc cả khi người quản trị cơ sở dữ liệu gian dối "
            "thì phải so với mốc giữ bên ngoài: --checkpoint TỆP"
        )
    else:
        terminal.say(
            f"Không thấy gì sai; mọi dòng trước {paper_time(kept_at)} còn nguyên."
        )
