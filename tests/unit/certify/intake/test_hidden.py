"""Invariant 5 for PDF: what is not seen is refused or left behind."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.hidden import Hiding, hidings
from tests.support.hidden_families import FAMILIES
from tests.support.hidden_judge import judge

EACH = 5
REFUSED = {"layer", "field"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Hiding]:
    return list(hidings(tmp_path_factory.mktemp("hidden"), EACH, seed=1))


@pytest.mark.parametrize("family", FAMILIES)
def test_only_what_is_seen(family: str, files: list[Hiding], tmp_path: Path) -> None:
    mine = [hiding for hiding in files if hiding.family == family]
    assert len(mine) == EACH
    answers = {judge(h, tmp_path / str(n)) for n, h in enumerate(mine)}
    assert answers == {"refused" if family in REFUSED else "clean"}


def test_the_judge_sees_what_survives(files: list[Hiding], tmp_path: Path) -> None:
    hiding = next(h for h in files if h.family == "under the scan")
    kept = replace(hiding, text=b"sRGB IEC61966")
    assert judge(kept, tmp_path / "text") == "hidden content survives"


def test_every_file_hides_what_it_says(files: list[Hiding]) -> None:
    for hiding in files:
        data = hiding.path.read_bytes()
        text = hiding.text in data
        assert text or hiding.image[0].tobytes() in data, hiding.family
