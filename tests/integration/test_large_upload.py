"""A big scan is read in little memory while others are served; see `make large`."""

from pathlib import Path

import pytest

from bench.large import page_jpegs, read, write_pdf
from certify.intake import tasks
from certify.isolation.runner import IsolatedRunner
from tests.support import scans

PAGES = 60
PAGE_BYTES = 500_000


@pytest.mark.timeout(300)  # a busy machine
def test_sixty_pages_of_thirty_megabytes(tmp_path: Path) -> None:
    (jpeg,) = page_jpegs(1, PAGE_BYTES)
    upload = tmp_path / "big.pdf"
    write_pdf(upload, [jpeg] * PAGES)
    assert upload.stat().st_size > PAGES * PAGE_BYTES * 0.8
    small = scans.saved(tmp_path / "small.jpg", scans.drawing())
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        seen = read(runner, upload, small, tmp_path)
        pid = runner.zygote_pid
        left = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert seen.pages == PAGES
    assert 0 < seen.peak_mb < 1000
    assert seen.small, "nobody else was served"
    assert max(seen.small) < seen.wall
    assert left == []
