"""The highest sequence number of every signed list this installation has met.

It lies outside the trust folder, so that whoever puts an older roster there does not
replace the memory with it. Without a data folder there is no memory.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from certify.errors import StoredDataDamaged


class SeenSequences:
    """Fills `signing.signed_lists.Seen` with a JSON file."""

    def __init__(self, file: Path) -> None:
        """Take the file; its folder exists."""
        self._file = file

    def highest(self) -> Mapping[str, int]:
        """Return the numbers by "<kind>:<id>".

        Raises:
            StoredDataDamaged: somebody edited the file badly.
        """
        try:
            text = self._file.read_text(encoding="utf-8")
            return {str(k): int(v) for k, v in json.loads(text).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError) as error:
            raise StoredDataDamaged(what=self._file.name) from error

    def remember(self, key: str, sequence: int) -> None:
        """Keep a number if it is higher; a reader without the right keeps nothing."""
        seen = dict(self.highest())
        if sequence <= seen.get(key, 0):
            return
        seen[key] = sequence
        fresh = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        with suppress(PermissionError):
            fresh.write_text(json.dumps(seen, sort_keys=True), encoding="utf-8")
            fresh.replace(self._file)
