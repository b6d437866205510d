"""A sample of `python -m tests.insider.run`."""

from collections.abc import Iterator

import pytest

from tests.fuzz.chance import chance
from tests.insider.hands import Cover
from tests.insider.register_crimes import IN_REGISTER
from tests.insider.run import Office, audited, commit_crime, go_on_working, office
from tests.insider.trail_crimes import IN_TRAIL

KINDS = len(IN_TRAIL) * len(Cover) + len(IN_REGISTER)
# Crimes against the register, and those against the trail that only the kept one tells.
SIGNED_AGAIN = range(Cover.SIGNED_AGAIN, len(IN_TRAIL) * len(Cover), len(Cover))
SAMPLE = (*SIGNED_AGAIN[::2], *range(len(IN_TRAIL) * len(Cover), KINDS, 2))


@pytest.fixture(scope="module")
def place() -> Iterator[Office]:
    with office("sqlite") as made:
        yield made


def test_the_kept_checkpoint_reveals_what_nothing_inside_does(place: Office) -> None:
    missed, revealed = [], 0
    for number in SAMPLE:
        with place.copy() as url:
            name, cover = commit_crime(url, number, 7, place.kept)
            codes = {finding.code for finding in audited(url, place.kept).findings}
            if not codes:
                missed.append((name, cover))
            revealed += codes == {"tree.kept"}
    assert missed == []
    assert revealed >= 4


def test_honest_work_raises_no_alarm(place: Office) -> None:
    for number in range(3):
        with place.copy() as url:
            go_on_working(url, chance("honest", number))
            assert audited(url, place.kept).findings == ()
