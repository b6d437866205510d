"""Acceptance: restored on an empty machine, audit clean, no number reused."""

from pathlib import Path

import pytest

from tests.chaos.backup_under_load import embedded, run


@pytest.mark.timeout(400)
def test_a_backup_under_load_comes_back_on_empty_machines(tmp_path: Path) -> None:
    found = run(tmp_path, embedded(), processes=2, each=2)
    assert found.violations == [], found.numbers
