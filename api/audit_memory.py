"""Where an audit stands, in a file of the data folder: a line for every second of it.

Lines are only added, so that saving costs what is new; a line that a power cut tore is
left out. The first line says which audit it is.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from certify.auditing.finding import MEANINGS, Finding
from certify.auditing.run import AuditState
from certify.errors import WrongState

FORMAT = 2


class AuditFile:
    """Fills the `AuditMemory` port."""

    def __init__(self, file: IO[bytes]) -> None:
        """Use an open file that nobody else has; see `audit_file`."""
        self._file = file
        self._findings = 0

    def load(self) -> AuditState | None:
        """Return what the last whole line says; None without one of this format."""
        self._file.seek(0)
        state, end = None, 0
        for line in self._file:
            try:
                state = _add(state, json.loads(line))
            except (ValueError, KeyError, TypeError):
                break  # torn, or written by another version: go on from before it
            end += len(line)
        self._file.truncate(end)
        self._findings = len(state.findings) if state is not None else 0
        return state

    def save(self, state: AuditState) -> None:
        """Add a line with what is new."""
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            self._write(
                {
                    "format": FORMAT,
                    "started_at": state.started_at.isoformat(),
                    "quick": state.quick,
                }
            )
        self._write(
            {
                "part": state.part,
                "position": state.position,
                "looked_at": state.looked_at,
                "unlisted": state.unlisted,
                "findings": [
                    [part, found.code, found.subject, found.detail]
                    for part, found in state.findings[self._findings :]
                ],
            }
        )
        self._file.flush()
        self._findings = len(state.findings)

    def clear(self) -> None:
        """Forget everything."""
        self._file.truncate(0)
        self._findings = 0

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")


@contextmanager
def audit_file(path: Path) -> Iterator[AuditFile]:
    """Open the state for one audit at a time; private, as it names what is wrong.

    Raises:
        WrongState: another audit runs on this data folder.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WrongState(reason="một lần kiểm tra khác đang chạy") from error
        yield AuditFile(file)


def _add(state: AuditState | None, line: dict[str, Any]) -> AuditState | None:
    if state is None:
        if line["format"] != FORMAT:
            raise ValueError("another format")
        started_at = datetime.fromisoformat(line["started_at"])
        return AuditState(started_at, bool(line["quick"]), part="")
    found = [(part, Finding(*words)) for part, *words in line["findings"]]
    if any(finding.code not in MEANINGS for _, finding in found):
        raise ValueError("a code of another version")
    state.part, state.position = line["part"], line["position"]
    state.looked_at = dict(line["looked_at"])
    state.unlisted = {part: dict(codes) for part, codes in line["unlisted"].items()}
    state.findings += found
    return state
