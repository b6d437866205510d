"""The quality checks find what they should and leave good pages alone.

Small, hence exact: `make quality` measures a thousand.
"""

from pathlib import Path

import pytest

from bench.quality import judge
from tests.support import scans
from tests.support.labelled_pages import FAULTS, GOOD, SAME_FORM

SEED = 11


@pytest.mark.parametrize("label", [GOOD, SAME_FORM, *FAULTS])
def test_a_fault_is_found_and_no_other(label: str) -> None:
    judged = judge(1, label, seed=SEED)
    assert judged.found == {label} & FAULTS.keys(), judged.detail


def test_a_page_that_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.tif"
    page, other = scans.drawing(), scans.drawing().rotate(180)
    page.save(path, save_all=True, append_images=[other, page], dpi=scans.DPI)
    findings, _made = scans.read(path, tmp_path)
    assert [f.page for f in findings if f.code == "page.duplicate"] == [3]
