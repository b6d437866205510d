"""The rule that CI never skips a real component, tried on pytest itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.real import need

ROOT = Path(__file__).resolve().parents[2]
LACKING = """
import pytest
from tests.support import real

@pytest.fixture
def absent(monkeypatch):
    monkeypatch.setitem(real.PACKAGES, "no-such-command", "no-such-package")
    return real.need("no-such-command")

def test_in_a_fixture(absent):
    raise AssertionError("never reached")

def test_for_another_reason():
    pytest.skip("không có kho mẫu ngoài")
"""


def run(folder: Path, ci: str) -> str:
    file = folder / "test_lacking.py"
    file.write_text(LACKING, encoding="utf-8")
    plugin = ("-p", "tests.support.real", "-p", "no:cacheprovider", "-rsf")
    environment = os.environ | {"CI": ci}  # noqa: TID251 - a child's own environment
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *plugin, file],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_a_missing_component_skips_at_home_and_says_what_to_install(
    tmp_path: Path,
) -> None:
    said = run(tmp_path, ci="")
    assert "cần no-such-command (apt: no-such-package)" in said
    assert "2 skipped" in said


def test_a_missing_component_fails_in_ci_and_other_skips_stay(tmp_path: Path) -> None:
    said = run(tmp_path, ci="true")
    assert "CI=true: cần no-such-command (apt: no-such-package)" in said
    assert "1 skipped, 1 error" in said or "1 failed, 1 skipped" in said


def test_a_component_that_is_there_is_found() -> None:
    assert need("openssl").name == "openssl"


def test_only_listed_components_may_be_asked_for() -> None:
    with pytest.raises(KeyError):
        need("unlisted")
