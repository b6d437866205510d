"""No attack makes a certified copy of a file, no good copy is called bad.

The suite judges the first files of each family; `make attacks` judges them all, asks
EU DSS as well and writes `docs/attacks.md`.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from certify.verdict import Verdict
from tests.attacks.judging import FAMILIES, Workshop, is_valid, workshop

FILES = 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("attacks")) as made:
        yield made


def test_the_genuine_copy_is_good(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "genuine.pdf"
    path.write_bytes(shop.world.copy.data)
    ours, stranger = shop.verifier(path)
    assert (ours.verdict, ours.problems) == (Verdict.OURS_IN_FORCE, ())
    assert stranger.verdict is Verdict.OTHER_AUTHORITY


@pytest.mark.timeout(300)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_attack_never_makes_a_valid_copy(
    family: str, shop: Workshop, tmp_path: Path
) -> None:
    path = tmp_path / "forged.pdf"
    for attack, situation in islice(shop.attacks(family), FILES):
        assert attack.data != shop.world.copy.data, attack.name
        path.write_bytes(attack.data)
        for report in shop.verifier(path, situation):
            assert not is_valid(report), (attack.name, report)
            assert report.text.exit_code != 0


@pytest.mark.timeout(300)
def test_no_good_copy_is_called_bad(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "good.pdf"
    for good, situation in islice(shop.good_copies(), 3, 8):
        path.write_bytes(good.data)
        _, stranger = shop.verifier(path, situation)
        assert stranger.verdict is Verdict.OTHER_AUTHORITY, (good.name, stranger)
