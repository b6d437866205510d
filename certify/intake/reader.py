"""`SandboxedIntake` fills the `Intake` port: every file is opened in a child.

The child is not believed: digests are computed here, and the page images are read
back from the finished file by a second, fresh child.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from certify.errors import ScanRefused
from certify.fingerprint import FINGERPRINTED_PAGES
from certify.intake import tasks
from certify.intake.checks import CHECKS
from certify.intake.checks.check import run_checks
from certify.intake.facts import DocumentFacts, Kind
from certify.intake.failures import failure_finding
from certify.intake.limits import UPLOAD_BYTES
from certify.intake.progress import MOST_SECONDS, START_SECONDS
from certify.isolation.limits import FailureKind, IsolatedFailure, Limits
from certify.isolation.runner import IsolatedRunner
from certify.scan import (
    ArrangedFile,
    CanonicalScan,
    Finding,
    PlacedPage,
    Severity,
    findings_from_json,
    fingerprints_from_json,
    pages_from_json,
)

READING = Limits(
    cpu_seconds=START_SECONDS, cpu_most_seconds=MOST_SECONDS, wall_seconds=600.0
)
"""What is earned page by page (`progress`); the wall is for a machine that is busy."""
LOOKING = Limits()
ARRANGING_FILES = 256
"""A paper may be of 100 files (`certify.arrangement`), open at once."""


class SandboxedIntake:
    """Reads uploads in children of an `IsolatedRunner` that allows `tasks.TASKS`."""

    def __init__(
        self,
        *,
        runner: IsolatedRunner,
        reading: Limits = READING,
        looking: Limits = LOOKING,
    ) -> None:
        """Take the runner and the limits of reading a scan and of one preview."""
        self._runner = runner
        self._reading = reading
        self._looking = looking

    def read(
        self, upload: Path, stated_page_mm: tuple[float, float] | None, workdir: Path
    ) -> CanonicalScan:
        """Make the canonical scan in `workdir`, with all findings.

        Raises:
            ScanRefused: nothing could be made of the file; `findings` says why.
        """
        if (size := upload.stat().st_size) > UPLOAD_BYTES:
            raise _refused(
                run_checks(CHECKS, DocumentFacts(Kind.PDF, size, page_count=1))
            )
        try:
            answer = self._read(upload, stated_page_mm, workdir)
            findings = findings_from_json(answer["findings"])
            if not answer["made"]:
                raise _refused(findings)
            path = workdir / tasks.CANONICAL
            rows = self._runner.run(
                tasks.READ_PAGES, {"path": str(path)}, limits=self._looking
            )
            pages = pages_from_json(rows)
            fingerprints = fingerprints_from_json(
                answer["fingerprints"][:FINGERPRINTED_PAGES]
            )
        except IsolatedFailure as failure:
            raise _refused([failure_finding(failure)]) from failure
        except (KeyError, TypeError, ValueError, FileNotFoundError) as error:
            # A child that was taken over may answer anything.
            raise _refused([failure_finding(_PROTOCOL)]) from error
        return CanonicalScan(
            path=path,
            sha256=_sha256(path),
            size_bytes=path.stat().st_size,
            upload_sha256=_sha256(upload),
            pages=pages,
            findings=findings,
            fingerprints=fingerprints,
        )

    def arrange(
        self,
        parts: Sequence[Path],
        pages: Sequence[PlacedPage],
        dpi: int | None,
        workdir: Path,
    ) -> ArrangedFile:
        """Make one scan in `workdir` of pages of several.

        Raises:
            ScanRefused: the child gave no answer.
        """
        arguments = {
            "parts": [str(path) for path in parts],
            "pages": [[p.part, p.page, p.turn] for p in pages],
            "dpi": dpi,
            "workdir": str(workdir),
        }
        try:
            limits = replace(self._reading, open_files=ARRANGING_FILES)
            answer = self._runner.run(tasks.ARRANGE, arguments, limits=limits)
            path = workdir / tasks.CANONICAL
            rows = self._runner.run(
                tasks.READ_PAGES, {"path": str(path)}, limits=self._looking
            )
            return ArrangedFile(
                path=path,
                sha256=_sha256(path),
                size_bytes=path.stat().st_size,
                pages=pages_from_json(rows),
                saved_bytes=int(answer["saved"]),
            )
        except IsolatedFailure as failure:
            raise _refused([failure_finding(failure)]) from failure
        except (KeyError, TypeError, ValueError, FileNotFoundError) as error:
            raise _refused([failure_finding(_PROTOCOL)]) from error

    def preview(self, scan: Path, page: int, target: Path, width_px: int) -> None:
        """Render one page (1-based) of a canonical scan as PNG.

        Raises:
            ScanRefused: it could not be rendered.
        """
        arguments = {
            "path": str(scan),
            "page": page,
            "target": str(target),
            "width_px": width_px,
        }
        try:
            self._runner.run(tasks.RENDER_PREVIEW, arguments, limits=self._looking)
        except IsolatedFailure as failure:
            raise _refused([failure_finding(failure)]) from failure

    def _read(
        self, upload: Path, stated: tuple[float, float] | None, workdir: Path
    ) -> Any:  # noqa: ANN401 - untrusted JSON
        arguments = {
            "upload": str(upload),
            "stated_page_mm": list(stated) if stated else None,
            "workdir": str(workdir),
        }
        return self._runner.run(tasks.READ_SCAN, arguments, limits=self._reading)


_PROTOCOL = IsolatedFailure(FailureKind.PROTOCOL)


def _refused(findings: Sequence[Finding]) -> ScanRefused:
    """The error for the user: every blocking sentence, joined."""
    blocking = [f.vi for f in findings if f.severity is Severity.BLOCK]
    return ScanRefused(field="scan", reason=" ".join(blocking), findings=findings)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
