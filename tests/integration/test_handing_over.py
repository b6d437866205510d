"""Confirmed over the API, issued by a worker: a whole service on PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from api.cli.serve import handing_over
from api.cli.status import status
from api.cli.terminal import Terminal
from api.cli.worker import work_with_others
from api.samples import Sample
from api.settings import Settings
from certify.access import Scope
from certify.rounds import DONE
from certify.work_queue import Urgency
from tests.support.postgres import Server
from tests.support.web import WebSystem, compared, confirmed, web_system

pytestmark = pytest.mark.timeout(300)
JOBS = (
    "SELECT args, priority FROM certify_queue.procrastinate_jobs"
    " WHERE task_name = 'issue' ORDER BY id"
)


@pytest.fixture
def database(postgresql15: Server) -> Iterator[str]:
    with postgresql15.fresh() as url:
        yield url


def test_a_worker_issues_what_the_api_confirms(
    database: str,
    papers: list[Sample],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address = SecretStr(database)
    settings = Settings(data=tmp_path / "data", database_url=address, sweep_seconds=2)
    with (
        web_system(tmp_path, papers, database_url=address) as alone,
        handing_over(alone.services, settings) as services,
    ):
        system = WebSystem(services, alone.keys, papers)
        first, lost = (compared(system, papers[1])["id"] for _ in range(2))
        confirmed(system, first)
        with psycopg.connect(database, autocommit=True) as connection:
            assert connection.execute(JOBS.encode()).fetchall() == [
                ({"attestation_id": first}, Urgency.COUNTER)
            ]
            confirmed(system, lost)
            connection.execute(
                "DELETE FROM certify_queue.procrastinate_jobs"
                " WHERE args->>'attestation_id' = %s",
                [lost],
            )
        stop = threading.Event()
        # Its own replay, as another process has: numbering is opened by the worker.
        worker = threading.Thread(
            target=work_with_others,
            args=(alone.services, settings, stop),
            kwargs={"concurrency": 1},
        )
        worker.start()
        try:
            with system.client(Scope.SIGN) as caller:
                issued = caller.post(f"/api/v1/attestations/{first}/issue")
            assert issued.status_code == 200, issued.text
            assert issued.json()["sequence"] == 1
            await_release(system, lost)
            await_duties(system)
        finally:
            stop.set()
            worker.join(60)
        assert not worker.is_alive()
        status(services, terminal=Terminal(as_json=False))
        assert "hoàn tất hồ sơ dở dang (reconcile): xong lúc" in capsys.readouterr().out


def await_release(system: WebSystem, attestation_id: str) -> None:
    """The sweep finds what the queue has lost."""
    deadline = time.monotonic() + 120
    while system.services.register.released_attestation(attestation_id) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def await_duties(system: WebSystem) -> None:
    """Until each had a round that went well."""
    wanted = {"reconcile", "lists", "renewal", "stalled", "revocation", "deadlines"}
    deadline = time.monotonic() + 60
    while True:
        rounds = system.services.rounds.latest()
        well = {last.duty for last in rounds if last.outcome == DONE}
        if wanted <= well:
            return
        assert time.monotonic() < deadline, rounds
        time.sleep(0.1)
