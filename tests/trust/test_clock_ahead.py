"""A copy made, or judged, with a clock a little off still proves its time."""

from pathlib import Path

import pytest

from api.devpki import serve_if_free
from certify.clock import SystemClock
from certify.inspection import Indication
from signing.embed import FontPrograms
from signing.pictures import Picture
from tests.chaos.injection import SteppingClock
from tests.support.pki import HOLDERS, make_pki
from tests.support.sealing import (
    inspect,
    make_canonical_scan,
    make_order,
    make_sealer,
    seal,
    trust_folder,
)


@pytest.mark.parametrize("ahead", [-120, 5, 240])
def test_a_clock_a_little_ahead_of_real_time_proves_its_time(
    ahead: float, fonts: FontPrograms, pictures: dict[str, Picture], tmp_path: Path
) -> None:
    clock = SteppingClock(ahead)
    disk = make_pki(tmp_path / "pki", clock=clock, holders=HOLDERS)
    server = serve_if_free(disk.pki, clock=clock, port=disk.port)
    assert server is not None
    sealer = make_sealer(disk, pictures=pictures, fonts=fonts, clock=clock)
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    copy = seal(sealer, make_order(sealer, scan, tmp_path, clock=clock))
    server.stop()
    trust = trust_folder(disk, tmp_path / "trust")
    for judge in (clock, SystemClock()):
        found = inspect(copy.path, trust, judge)
        assert [s.indication for s in found.signatures] == [Indication.TOTAL_PASSED] * 3
