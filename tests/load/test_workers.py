"""Real `certify worker` processes on a real PostgreSQL, one killed in mid-copy."""

from pathlib import Path

import pytest

from tests.load.workers import Plan, run
from tests.support.postgres import Server


@pytest.mark.timeout(600)  # a busy machine is no fault
def test_a_killed_worker_leaves_no_gap_and_no_double(
    postgresql15: Server, tmp_path: Path
) -> None:
    plan = Plan(
        workers=2,
        authorities=3,
        copies=15,
        kill_every=1,
        kills=1,
        limit=500,
        lease_seconds=12,
        sweep_seconds=2,
        only_busy=True,
    )
    with postgresql15.fresh() as url:
        result = run(tmp_path, url, plan)
    log = (tmp_path / "workers.log").read_text()
    assert result["violations"] == [], log
    assert (result["released"], result["killed"]) == (15, 1)
    assert result["leases"] > 15, "the copy in hand was taken up by another"
    assert "Lò Văn Thử" not in log
    assert "Traceback" not in log
