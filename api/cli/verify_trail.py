"""What `certify verify` makes of --proof, --checkpoint and --witness."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.cli.terminal import Terminal
from api.cli.trail import read_checkpoint
from api.trust_folder import read_trail_keys
from api.wiring import build_note_dates
from certify.checkpoint import NoteKey
from certify.clock import SystemClock, paper_time
from certify.errors import InvalidInput
from certify.trail_check import Earlier, TrailCheck, check_trail, head_in_record
from certify.trail_proof import MAX_PROOF_BYTES, TrailProof, decode_proof
from certify.verdict import Verdict
from certify.verify import Report, VerifyCopy

_RIGHTLY_SIGNED = {
    Verdict.OURS_IN_FORCE,
    Verdict.OURS_EARLIER_EDITION,
    Verdict.OTHER_IN_FORCE,
    Verdict.OTHER_AUTHORITY,
    Verdict.ANNULLED,
}
"""A witness may be annulled: what it carries was signed all the same."""


@dataclass(frozen=True)
class TrailFiles:
    """What was given on the command line."""

    proof: Path | None = None
    checkpoints: Sequence[Path] = ()
    witnesses: Sequence[Path] = ()

    @property
    def asked(self) -> bool:
        """True if the trail is to be checked at all."""
        return bool(self.proof or self.checkpoints or self.witnesses)


@dataclass(frozen=True)
class TrailAnswer:
    """What came out.

    Attributes:
        stamped_at: verified time of the checkpoint's RFC 3161 token, None without one.
    """

    check: TrailCheck
    stamped_at: datetime | None

    def row(self) -> dict[str, object]:
        """Return the answer for programs."""
        check, newest = self.check, self.check.checkpoint
        row = {
            "exit_code": check.exit_code,
            "size": newest.head.size if newest else None,
            "root": newest.head.root.hex() if newest else None,
            "published_at": newest.at.isoformat() if newest else None,
            "timestamp_at": self.stamped_at.isoformat() if self.stamped_at else None,
            "compared": list(check.compared),
            "broken": list(check.broken),
            "missing": list(check.missing),
        }
        return {"trail_check": row}

    def show(self, terminal: Terminal) -> None:
        """Say the answer to people."""
        if self.check.checkpoint is not None:
            newest = self.check.checkpoint
            terminal.say(
                f"Nhật ký công khai: có trong mốc {newest.head.size} dòng, "
                f"{paper_time(newest.at)}"
            )
            stamped = paper_time(self.stamped_at) if self.stamped_at else "chưa có"
            terminal.say(f"    dấu thời gian của mốc: {stamped}")
        for name in self.check.compared:
            terminal.say(f"    khớp với {name}")
        for what in self.check.broken:
            terminal.say(f"  SAI: {what}")
        for what in self.check.missing:
            terminal.say(f"  THIẾU: {what}")


@dataclass(frozen=True)
class TrailChecker:
    """Checks one file's proof; uses the trust folder, never the service."""

    proof: TrailProof
    files: TrailFiles
    keys: tuple[NoteKey, ...]
    dates: Callable[[str, bytes], datetime]

    def __call__(self, report: Report, judge: VerifyCopy) -> TrailAnswer:
        """Check the proof of a judged file against all that was kept.

        Raises:
            InvalidInput: a kept checkpoint, a witness or the checkpoint's timestamp
                cannot be used.
        """
        earlier = [*self._kept(), *self._witnesses(judge)]
        proof = self.proof
        check = check_trail(proof, report.inspection.sha256, self.keys, earlier)
        stamped = self.dates(proof.note, proof.token) if proof.token else None
        return TrailAnswer(check, stamped)

    def _kept(self) -> Iterator[Earlier]:
        for file in self.files.checkpoints:
            kept = read_checkpoint(file, self.keys)
            yield Earlier(f"mốc đã giữ {file.name}", kept.head)

    def _witnesses(self, judge: VerifyCopy) -> Iterator[Earlier]:
        for file in self.files.witnesses:
            if not file.is_file():
                raise InvalidInput(field=str(file), reason="không có tệp này")
            witness = judge(file)
            if witness.verdict not in _RIGHTLY_SIGNED:
                raise InvalidInput(
                    field=str(file),
                    reason=f"không làm nhân chứng được: {witness.text.word.lower()}",
                )
            head = head_in_record(witness.inspection.record)
            if head is None:
                raise InvalidInput(
                    field=str(file), reason="bản sao này làm trước khi có mốc đầu tiên"
                )
            yield Earlier(f"mốc trong {file.name}", head)


@contextmanager
def trail_checker(trust: Path, files: TrailFiles) -> Iterator[TrailChecker | None]:
    """Open what checks the trail; None when nothing of it was asked.

    Raises:
        InvalidInput: something to compare with, but no proof; or it cannot be read.
    """
    if not files.asked:
        yield None
        return
    if files.proof is None:
        raise InvalidInput(
            field="--proof",
            reason="cần tệp bằng chứng của bản sao, tải ở trang kiểm tra",
        )
    try:
        with files.proof.open("rb") as source:
            data = source.read(MAX_PROOF_BYTES + 1)
    except OSError as error:
        raise InvalidInput(field=str(files.proof), reason="không đọc được") from error
    yield TrailChecker(
        proof=decode_proof(data),
        files=files,
        keys=read_trail_keys(trust),
        dates=build_note_dates(trust, SystemClock()),
    )
