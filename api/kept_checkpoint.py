"""The newest checkpoint in a file of the data folder.

It lies outside the database: whoever rewrites the database and its checkpoints is
refused by the publisher of every machine that has published before.
"""

from pathlib import Path

from api.trust_folder import locked, replace_file


class CheckpointFile:
    """Fills `certify.publish_checkpoint.KeptCheckpoint`."""

    def __init__(self, path: Path) -> None:
        """Take the file; it need not exist."""
        self._path = path

    def read(self) -> str | None:
        """Return the note, None before the first."""
        if not self._path.is_file():
            return None
        return self._path.read_text(encoding="utf-8", errors="replace")

    def write(self, note: str) -> None:
        """Keep a newer note, durably."""
        with locked(self._path.parent):
            replace_file(self._path, note.encode())
