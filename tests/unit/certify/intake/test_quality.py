"""The quality checks find what they should and leave good pages alone."""

from pathlib import Path

from bench.quality import measure
from tests.support import scans
from tests.support.labelled_pages import FAULTS, labelled_pages


def test_recall_and_false_alarms_on_a_sample() -> None:
    """Small, hence exact: `make quality` measures a thousand."""
    table = measure(labelled_pages(32, seed=11))
    for fault in FAULTS:
        assert table.recall(fault) == 1.0, fault
        assert table.false_alarms(fault) == 0.0, fault


def test_a_page_that_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.tif"
    page, other = scans.drawing(), scans.drawing().rotate(180)
    page.save(path, save_all=True, append_images=[other, page], dpi=scans.DPI)
    findings, _made = scans.read(path, tmp_path)
    assert [f.page for f in findings if f.code == "page.duplicate"] == [3]
