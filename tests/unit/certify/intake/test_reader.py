"""`SandboxedIntake` over real children: good scans, refusals, and broken children."""

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from certify.arrangement import MAX_PARTS
from certify.errors import ReaderUnavailable, ScanRefused
from certify.intake import tasks
from certify.intake.limits import UPLOAD_BYTES
from certify.intake.reader import SandboxedIntake
from certify.isolation.limits import MIB, Limits
from certify.isolation.runner import IsolatedRunner
from certify.ports import Intake
from certify.scan import PlacedPage, Severity
from tests.support import scans


@pytest.fixture(scope="module")
def runner() -> Iterator[IsolatedRunner]:
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        yield runner


@pytest.fixture
def intake(runner: IsolatedRunner) -> Intake:
    return SandboxedIntake(runner=runner)


def test_a_scan_with_its_digests(intake: Intake, tmp_path: Path) -> None:
    upload = scans.saved(tmp_path / "a.jpg", scans.drawing())
    scan = intake.read(upload, None, tmp_path)
    assert scan.sha256 == hashlib.sha256(scan.path.read_bytes()).hexdigest()
    assert scan.upload_sha256 == hashlib.sha256(upload.read_bytes()).hexdigest()
    assert scan.size_bytes == scan.path.stat().st_size
    assert [p.width_px for p in scan.pages] == [400]
    assert not scan.blocked
    assert {f.code for f in scan.findings} == {"page.small"}


def test_blocking_findings_come_with_a_scan_when_one_can_be_made(
    intake: Intake, tmp_path: Path
) -> None:
    upload = scans.saved(tmp_path / "a.jpg", scans.drawing(), dpi=(100, 100))
    scan = intake.read(upload, None, tmp_path)
    assert scan.blocked
    assert "resolution.low" in {f.code for f in scan.findings}


def test_stated_paper_size(intake: Intake, tmp_path: Path) -> None:
    scans.drawing().save(tmp_path / "a.png")
    with pytest.raises(ScanRefused) as refused:
        intake.read(tmp_path / "a.png", None, tmp_path)
    assert [f.code for f in refused.value.findings] == ["resolution.missing"]
    assert "hãy chọn khổ giấy" in str(refused.value)
    scan = intake.read(tmp_path / "a.png", (47.4, 33.9), tmp_path)
    assert scan.pages[0].dpi[0] == pytest.approx(300, rel=0.01)


def test_preview(intake: Intake, tmp_path: Path) -> None:
    upload = scans.saved(tmp_path / "a.jpg", scans.drawing())
    scan = intake.read(upload, None, tmp_path)
    intake.preview(scan.path, 1, tmp_path / "1.png", 200)
    with Image.open(tmp_path / "1.png") as shown:
        assert shown.size == (200, 280)
        assert shown.convert("L").getextrema()[0] < 50
    with pytest.raises(ScanRefused):
        intake.preview(scan.path, 2, tmp_path / "2.png", 200)


def test_a_paper_of_as_many_files_as_allowed(intake: Intake, tmp_path: Path) -> None:
    upload = scans.saved(tmp_path / "a.jpg", scans.drawing())
    scan = intake.read(upload, None, tmp_path)
    part = scan.path.rename(tmp_path / "part.pdf")
    pages = [PlacedPage(n, 1, 90) for n in range(1, MAX_PARTS + 1)]
    made = intake.arrange([part] * MAX_PARTS, pages, None, tmp_path)
    assert made.pages == tuple(page.turned(90) for page in scan.pages * MAX_PARTS)
    assert made.size_bytes == made.path.stat().st_size


def test_the_upload_is_measured_again(intake: Intake, tmp_path: Path) -> None:
    upload = tmp_path / "a.pdf"
    with upload.open("wb") as file:
        file.truncate(UPLOAD_BYTES + 1)
    with pytest.raises(ScanRefused) as refused:
        intake.read(upload, None, tmp_path)
    assert [f.code for f in refused.value.findings] == ["file.too_large"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(wall_seconds=0.0), "file.too_slow"),
        (Limits(memory_bytes=30 * MIB), "file.too_much_memory"),
        (Limits(file_bytes=1000), "file.too_large_decoded"),
    ],
)
def test_limits_are_findings(
    runner: IsolatedRunner, limits: Limits, code: str, tmp_path: Path
) -> None:
    big = scans.drawing(size=(4000, 5600))
    upload = scans.saved(tmp_path / "a.png", big)
    intake = SandboxedIntake(runner=runner, reading=limits)
    with pytest.raises(ScanRefused) as refused:
        intake.read(upload, None, tmp_path)
    (finding,) = refused.value.findings
    assert (finding.code, finding.severity) == (code, Severity.BLOCK)


def test_a_good_file_is_not_blamed_for_a_reader_that_died(tmp_path: Path) -> None:
    upload = scans.saved(tmp_path / "a.png", scans.drawing(size=(4000, 5600)))
    with (
        IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner,
        ThreadPoolExecutor(1) as pool,
    ):
        intake = SandboxedIntake(runner=runner)
        reading = pool.submit(intake.read, upload, None, tmp_path)
        while runner.zygote_pid is None or not _children(runner.zygote_pid):
            time.sleep(0.005)
        os.kill(runner.zygote_pid, signal.SIGKILL)
        failure = reading.exception()
        assert isinstance(failure, ReaderUnavailable)
        assert failure.retryable
        assert intake.read(upload, None, tmp_path).pages


def _children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def test_a_child_that_lies_is_not_believed(tmp_path: Path) -> None:
    """A taken-over child says "made" but what lies there is not a canonical file."""
    upload = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    (tmp_path / tasks.CANONICAL).write_bytes(upload.read_bytes())
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as real:

        class Lying(IsolatedRunner):
            def run(self, task, arguments, *, limits=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - a stand-in
                if task == tasks.READ_SCAN:
                    return {"made": True, "findings": []}
                return real.run(task, arguments, limits=limits)

        intake = SandboxedIntake(runner=Lying(tasks=tasks.TASKS))
        with pytest.raises(ScanRefused) as refused:
            intake.read(upload, None, tmp_path)
    assert [f.code for f in refused.value.findings] == ["file.crashed"]
