"""Renewal that is killed, interrupted, refused or restored: nothing twice, none missed.

A process that is killed does nothing any more: from the moment of the blow every
collaborator is out of its reach, the end of its lease included.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from certify.errors import LeaseHeld
from certify.verdict import Verdict
from tests.chaos.injection import Tapped
from tests.support.generations import Office, open_office

WITHIN = 12 * 11 + 11  # months: more than the TSA has left, so that all is due
PARTS = ("_renewals", "_archive", "_renewer", "_inspector")
BLOWS = (
    *(
        (side, call)
        for call in ("take", "measured", "make_ready", "intend", "renew", "add_edition")
        for side in ("before", "after")
    ),
    ("after", "put_once"),
    ("after", "put_once 2"),
)


class Killed(BaseException):
    """The process is gone."""


class Blow:
    """Kills at one moment of a run."""

    def __init__(self, side: str, call: str) -> None:
        name, _, count = call.partition(" ")
        self._at, self._left = (side, name), int(count or 1)
        self._dead = False

    def __call__(self, side: str, call: str) -> None:
        if (side, call) == self._at:
            self._left -= 1
            self._dead = self._dead or self._left == 0
        if self._dead:
            raise Killed


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with (
        pytest.MonkeyPatch.context() as patch,
        open_office(folder, patch, renew_within_months=12) as opened,
    ):
        yield opened


def start_anew(office: Office, number: int) -> list[str]:
    """New copies under the old TSA, and a TSA that protects for longer."""
    made = office.issue(number)
    office.clock.advance(hours=1)
    return made


@pytest.fixture(scope="module")
def copies(office: Office) -> list[str]:
    """Enough for every test; they are due once the next generation is there."""
    made = start_anew(office, len(BLOWS) + 6)
    office.clock.advance(days=365)
    office.next_generation()
    return made


def killed(office: Office, side: str, call: str, attestation_id: str) -> None:
    """Renew one copy in a process that is killed at that moment."""
    run: Any = office.services.renew_due._renew
    real = {part: getattr(run, part) for part in PARTS}
    blow = Blow(side, call)
    for part, inner in real.items():
        setattr(run, part, TappedRenewal(inner, blow))
    try:
        with pytest.raises(Killed):
            run(attestation_id, before=far(office))
    finally:
        for part, inner in real.items():
            setattr(run, part, inner)


class TappedRenewal(Tapped):
    """What `make_ready` returns is a collaborator too."""

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        return value


def far(office: Office) -> Any:
    return office.services.renew_due._before(office.clock.now(), WITHIN)


@pytest.mark.parametrize("blow", BLOWS, ids=lambda b: " ".join(b))
def test_killed_anywhere_it_is_renewed_once(
    office: Office, copies: list[str], blow: tuple[str, str]
) -> None:
    attestation_id = copies[BLOWS.index(blow)]
    killed(office, *blow, attestation_id)
    run = office.services.renew_due._renew
    if blow != ("before", "take"):
        with pytest.raises(LeaseHeld):  # nobody else works on it meanwhile
            run(attestation_id, before=far(office))
    archived = len(list(office.services.archive.list(f"{attestation_id}/")))
    office.clock.advance(seconds=200)  # its lease ends by itself
    if len(office.copy(attestation_id).editions) == 1:
        run(attestation_id, before=far(office))
    copy = office.copy(attestation_id)
    assert [e.reason for e in copy.editions] == ["issued", "renewed"]
    assert [e.sequence for e in copy.editions] == [1, 2]
    objects = list(office.services.archive.list(f"{attestation_id}/"))
    # A file that was archived and not released is adopted, not made again.
    assert len(objects) == max(archived, 2)
    report = office.services.verify(office.file(attestation_id))
    assert report.verdict is Verdict.OURS_IN_FORCE
    office.services.trail.check(copy.number.authority_id)
