"""Fills the `Inspector` port: inspection in a child process, trust from a folder."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from certify.clock import Clock
from certify.errors import ServiceUnavailable
from certify.inspection import Inspection, inspection_from_json
from certify.isolation.limits import FailureKind, IsolatedFailure
from certify.isolation.runner import IsolatedRunner
from signing.inspection_memory import InspectionMemory, circumstances
from signing.revocation import RevocationClient

INSPECT_TASK = "signing.inspect:inspect_file"
INSPECT_MODULE = "signing.inspect"
REVOCATION_FILE = "revocation.json"
_PROBLEMS = {FailureKind.TIMEOUT: "time", FailureKind.MEMORY: "limits"}


class SandboxedInspector:
    """Inspects files in children of a runner that allows `INSPECT_TASK`."""

    def __init__(
        self,
        *,
        runner: IsolatedRunner,
        trust_dir: Path,
        revocation: RevocationClient,
        clock: Clock,
        memory: InspectionMemory | None = None,
    ) -> None:
        """Take the collaborators; without `memory` every file is read anew.

        `<trust_dir>/revocation.json` lists the addresses of the trusted CAs'
        revocation lists: {"crls": [...]}. Nothing else is ever fetched, least of all
        an address from the file under inspection.
        """
        self._runner = runner
        self._trust_dir = trust_dir
        self._revocation = revocation
        self._clock = clock
        self._memory = memory

    def inspect(self, path: Path) -> Inspection:
        """Inspect one file; a child that crashes or hits a limit is an answer too."""
        lists = self._current_lists()
        if self._memory is None:
            return self._inspect(path, lists)
        under = circumstances(self._trust_dir, lists, self._clock.now())
        digest = _digest(path)
        known = self._memory.recall(digest, under) if under else None
        if known is not None:
            return known
        inspection = self._inspect(path, lists)
        # Not when the folder changed meanwhile, nor what is said of other bytes.
        after = circumstances(self._trust_dir, lists, self._clock.now())
        same = under and after and under.digest == after.digest
        if under and same and inspection.sha256 == digest:
            self._memory.keep(digest, under, inspection)
        return inspection

    def _inspect(self, path: Path, lists: Sequence[bytes]) -> Inspection:
        with TemporaryDirectory(prefix="inspect-") as folder:
            files = [Path(folder) / f"{number}.crl" for number in range(len(lists))]
            for file, data in zip(files, lists, strict=True):
                file.write_bytes(data)
            arguments = {
                "path": str(path.resolve()),
                "trust": str(self._trust_dir.resolve()),
                "now": self._clock.now().isoformat(),
                "crls": [str(file) for file in files],
            }
            try:
                answer = self._runner.run(INSPECT_TASK, {"arguments": arguments})
                found = inspection_from_json(answer)
                # Which file it is, the child does not say: it may be a stranger's own.
                return replace(found, sha256=_digest(path))
            except IsolatedFailure as failure:
                problem = _PROBLEMS.get(failure.kind, "damaged")
            except (TypeError, ValueError, KeyError):
                problem = "damaged"  # the child answered something else
        return Inspection(
            sha256=_digest(path), size_bytes=path.stat().st_size, problem=problem
        )

    def _current_lists(self) -> list[bytes]:
        """Fetch the trusted CAs' lists; without them old copies are undetermined."""
        found: list[bytes] = []
        for address in list_addresses(self._trust_dir):
            with suppress(ServiceUnavailable):
                found.append(self._revocation.current_list(address))
        return found


def list_addresses(trust: Path) -> Sequence[str]:
    """Return the addresses of the trusted CAs' revocation lists."""
    file = trust / REVOCATION_FILE
    if not file.exists():
        return ()
    return [str(address) for address in json.loads(file.read_text())["crls"]]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
