"""Several processes, one sum: it never falls, whoever comes and goes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COUNTING = (sys.executable, "-m", "tests.support.counting")
SIGNED = 'certify_issue_step_seconds_bucket{le="0.25",outcome="ok",step="sign"}'


@contextmanager
def counted(folder: Path, copies: int) -> Iterator[None]:
    """A process that has counted, and is killed at the end."""
    with subprocess.Popen(
        (*COUNTING, "count", str(folder), str(copies)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        try:
            yield
        finally:
            process.kill()


def scraped(folder: Path) -> dict[str, float]:
    done = subprocess.run(
        (*COUNTING, "scrape", str(folder)), capture_output=True, text=True, check=True
    )
    lines = [line for line in done.stdout.splitlines() if line and line[0] != "#"]
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines)}


def test_the_sum_over_processes_outlives_them(tmp_path: Path) -> None:
    with counted(tmp_path, 4):
        with counted(tmp_path, 3):
            both = scraped(tmp_path)
        assert len(list(tmp_path.glob("counter_*.db"))) == 2
        one = scraped(tmp_path)  # one was killed: its files are added to those of 0
        names = {file.name for file in tmp_path.glob("counter_*.db")}
        assert len(names) == 2
        assert "counter_0.db" in names
    with counted(tmp_path, 2):
        again = scraped(tmp_path)
    assert [seen["certify_issued_total"] for seen in (both, one, again)] == [7, 7, 9]
    assert [seen[SIGNED] for seen in (both, one, again)] == [7, 7, 9]
    # a gauge is the newest one's, not a sum
    drift = 'certify_clock_drift_seconds{reference="tsa"}'
    assert [seen[drift] for seen in (both, one, again)] == [3, 3, 2]
