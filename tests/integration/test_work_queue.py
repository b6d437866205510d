"""The work queue on a real PostgreSQL, with the rights of the service's own role."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from procrastinate import periodic
from procrastinate.exceptions import AppNotOpen

from api.dispatch import HandOver, IssueByWorkers
from certify.errors import ServiceUnavailable, TryLater
from certify.identifiers import new_id
from certify.work_queue import Urgency
from storage.backend import ServerLimits
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.work_queue import runner as runner_module
from storage.work_queue.connection import QueueAddress
from storage.work_queue.dispatch import PostgresWorkQueue, open_work_queue
from storage.work_queue.job import PeriodicJob, cron_of
from storage.work_queue.runner import JobRunner
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk, seed_people
from tests.support.fields import FIELDS
from tests.support.issuing import issue
from tests.support.postgres import QUEUE, Server

JOBS, WORKERS = QUEUE[0], QUEUE[3]
CUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'certify-queue'"
)
DISK_FULL_ONCE = f"""
    CREATE SEQUENCE public.endings;
    CREATE FUNCTION public.disk_full_once() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF nextval('public.endings') = 1 THEN
            RAISE 'no space left' USING ERRCODE = 'disk_full';
        END IF;
        RETURN OLD;
    END $$;
    CREATE TRIGGER disk_full_once BEFORE DELETE ON {JOBS}
    FOR EACH ROW EXECUTE FUNCTION public.disk_full_once();
"""
DISK_FREE = """
    DROP FUNCTION public.disk_full_once CASCADE;
    DROP SEQUENCE public.endings;
"""
GROWN_OLD = (
    f"UPDATE {WORKERS} SET last_heartbeat = last_heartbeat - '1 min'::interval"  # noqa: S608 - our own names
    f" WHERE id = (SELECT min(id) FROM {WORKERS})"
)


class Site:
    """One database as its owner and its service see it."""

    def __init__(
        self, server: Server, url: str, address: QueueAddress | None = None
    ) -> None:
        self.server = server
        self.owner = url
        self.service = url.replace(f"owner:{server.password}", "hand:hand-secret")
        self.address = address or QueueAddress(self.service)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def jobs(self) -> list[tuple[str, int, str]]:
        """Attestation, priority and status of each job, in order of arrival."""
        told = f"SELECT args->>'attestation_id', priority, status FROM {JOBS}"  # noqa: S608 - our own name
        return self.rows(f"{told} WHERE task_name = 'issue' ORDER BY id")


@pytest.fixture(scope="module")
def place(postgresql15: Server) -> Iterator[Site]:
    with postgresql15.fresh() as url:
        postgresql15.execute("DROP ROLE IF EXISTS hand")
        postgresql15.execute("CREATE ROLE hand LOGIN PASSWORD 'hand-secret'")
        owner = Database(url)
        owner.migrate_for("hand")
        owner.close()
        yield Site(postgresql15, url)


@pytest.fixture
def site(place: Site) -> Site:
    place.rows(f"TRUNCATE {', '.join(QUEUE)}")
    return place


@pytest.fixture
def queue(site: Site) -> Iterator[PostgresWorkQueue]:
    with open_work_queue(site.address) as queue:
        yield queue


Work = Callable[[str, Callable[[], bool]], bool]


@contextmanager
def working(
    site: Site, work: Work, *duties: PeriodicJob, concurrency: int = 1
) -> Iterator[JobRunner]:
    """A worker in a thread."""
    runner = JobRunner(site.address, name="w", concurrency=concurrency, issue=work)
    for duty in duties:
        runner.add(duty)
    stop = threading.Event()
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        yield runner
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def nothing(_attestation_id: str, _stopping: Callable[[], bool]) -> bool:
    return True


def test_a_job_holds_an_id_and_waits_once(site: Site, queue: PostgresWorkQueue) -> None:
    ids = [new_id() for _ in range(3)]
    assert queue.put(ids, Urgency.BATCH) == 3
    assert queue.put(ids, Urgency.BATCH) == 0
    assert queue.put([*ids, "new"], Urgency.AGAIN) == 1
    told = [*((i, Urgency.BATCH, "todo") for i in ids), ("new", Urgency.AGAIN, "todo")]
    assert site.jobs() == told
    assert site.rows(f"SELECT args FROM {JOBS} ORDER BY id") == [  # noqa: S608 - our own name
        ({"attestation_id": i},) for i in [*ids, "new"]
    ]
    assert queue.holds("new")
    assert not queue.holds("another")


def test_the_counter_comes_before_the_batch(
    site: Site, queue: PostgresWorkQueue
) -> None:
    batch = [f"batch-{number}" for number in range(3)]
    done: list[str] = []

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        done.append(attestation_id)
        return True

    queue.put(batch, Urgency.BATCH)
    queue.put(["again"], Urgency.AGAIN)
    queue.put(["counter"], Urgency.COUNTER)
    queue.put([batch[2]], Urgency.COUNTER)  # this citizen has come to the counter
    with working(site, work):
        until(lambda: len(done) == 5)
        until(lambda: not site.jobs())  # nothing of what is done is kept
    assert done == ["counter", batch[2], "again", *batch[:2]]


def test_a_job_of_a_killed_worker_is_had_by_another(
    site: Site, queue: PostgresWorkQueue
) -> None:
    queue.put(["a"], Urgency.BATCH)
    child = get_context("fork").Process(target=take_and_hang, args=(site,))
    child.start()
    until(lambda: site.jobs() == [("a", 0, "doing")])
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(10)
    done: list[str] = []

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        done.append(attestation_id)
        return True

    swept: list[int] = []
    with working(site, work) as runner:
        until(lambda: runner._loop)
        swept.append(runner.sweep_stalled())
        assert (swept, done) == ([0], []), "it may be alive: its last sign is young"
        site.rows(GROWN_OLD)
        swept.append(runner.sweep_stalled())
        until(lambda: done == ["a"])
    assert swept == [0, 1]


def test_a_sweep_whose_worker_died_is_swept(
    site: Site, queue: PostgresWorkQueue
) -> None:
    """The sweep itself was being done, as well as a copy, when the power went."""
    queue.put(["a"], Urgency.BATCH)
    done: list[str] = []
    swept: list[int] = []

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        done.append(attestation_id)
        return True

    runner = JobRunner(site.address, name="w", concurrency=1, issue=work)
    sweep = PeriodicJob(
        "stalled",
        timedelta(seconds=1),
        lambda: swept.append(runner.sweep_stalled()),
        alone=False,
    )
    runner.add(sweep)
    lock = "'stalled'" if sweep.alone else "NULL"
    site.rows(
        f"INSERT INTO {JOBS} (queue_name, task_name, lock, queueing_lock, args)"  # noqa: S608 - our own names
        f" VALUES ('duties', 'duty.stalled', {lock}, 'stalled', '{{\"timestamp\": 0}}')"
    )
    site.rows(f"UPDATE {JOBS} SET status = 'doing'")  # noqa: S608 - our own name
    stop = threading.Event()
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        until(lambda: done == ["a"])
    finally:
        stop.set()
        thread.join(30)
    assert max(swept) >= 1


def test_a_worker_outlives_an_outage_of_the_server(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner_module, "AWAY_SECONDS", 0.1)
    monkeypatch.setattr(runner_module, "LOOK_SECONDS", 0.2)
    impatient = ServerLimits(pool_timeout_seconds=0.5)
    hasty = QueueAddress(site.service, limits=impatient)
    done: list[str] = []

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        if attestation_id == "first":  # the server goes away while a job runs
            site.rows("ALTER ROLE hand NOLOGIN")
            site.rows(CUT)
        done.append(attestation_id)
        return True

    with open_work_queue(site.address) as queue:
        queue.put(["first"], Urgency.BATCH)
    with working(Site(site.server, site.owner, hasty), work):
        until(lambda: "the work queue is away" in caplog.text)
        site.rows("ALTER ROLE hand LOGIN")
        with open_work_queue(site.address) as queue:
            queue.put(["second"], Urgency.BATCH)
        until(lambda: "second" in done)
    assert "127.0.0.1" not in caplog.text, "the address is told nowhere"


def test_a_job_whose_end_could_not_be_written_is_had_again(
    site: Site, queue: PostgresWorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker lives, and does not work on it: it would lie there for ever."""
    monkeypatch.setattr(runner_module, "AWAY_SECONDS", 0.1)
    monkeypatch.setattr(runner_module, "LOOK_SECONDS", 0.2)
    done: list[str] = []

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        done.append(attestation_id)
        return True

    site.rows(DISK_FULL_ONCE)
    try:
        queue.put(["a"], Urgency.BATCH)
        with working(site, work) as runner:
            until(lambda: done)

            def swept() -> int:
                with suppress(AppNotOpen, ServiceUnavailable):  # it begins anew
                    return runner.sweep_stalled()
                return 0

            until(swept)
            until(lambda: not site.jobs())
    finally:
        site.rows(DISK_FREE)
    assert done == ["a", "a"]


def test_what_a_worker_hangs_on_is_had_by_another(
    site: Site, queue: PostgresWorkQueue
) -> None:
    """In a token's driver, say: it gives signs of life, but its lease has ended."""
    let_go = threading.Event()
    done: list[str] = []

    def hangs(_attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        return let_go.wait(20)

    def work(attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        done.append(attestation_id)
        return True

    queue.put(["a"], Urgency.COUNTER)
    with working(site, hangs):
        until(lambda: site.jobs() == [("a", Urgency.COUNTER, "doing")])
        assert queue.put(["a"], Urgency.COUNTER) == 0
        assert [queue.put(["a"], Urgency.AGAIN) for _ in range(2)] == [1, 0]
        with working(site, work):
            until(lambda: done)
        let_go.set()
    assert (done, site.jobs()) == (["a"], [])


def test_as_many_are_worked_on_at_once_as_was_asked(
    site: Site, queue: PostgresWorkQueue
) -> None:
    together = threading.Barrier(32)

    def work(_attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        with suppress(threading.BrokenBarrierError):
            together.wait(8)
        return True

    queue.put([f"{number}" for number in range(32)], Urgency.BATCH)
    with working(site, work, concurrency=32):
        until(lambda: not site.jobs())
    assert not together.broken


def take_and_hang(site: Site) -> None:
    def work(_attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        time.sleep(60)
        return True

    JobRunner(site.address, name="v", concurrency=1, issue=work).run(threading.Event())


def test_a_worker_that_stops_leaves_its_job_to_another(
    site: Site, queue: PostgresWorkQueue
) -> None:
    began = threading.Event()

    def long_work(_attestation_id: str, stopping: Callable[[], bool]) -> bool:
        began.set()
        until(stopping)
        return False

    queue.put(["a"], Urgency.COUNTER)
    with working(site, long_work):
        assert began.wait(20)
    assert site.jobs() == [("a", Urgency.COUNTER, "todo")]


def test_a_round_is_had_by_one_worker_and_rounds_never_overlap(site: Site) -> None:
    rounds: list[tuple[str, float]] = []

    def duty(who: str) -> PeriodicJob:
        def run() -> None:
            rounds.append((f"{who} begins", time.time()))
            time.sleep(1.2)
            rounds.append((f"{who} ends", time.time()))

        return PeriodicJob("alarm", timedelta(seconds=1), run)

    with working(site, nothing, duty("x")), working(site, nothing, duty("y")):
        until(lambda: len(rounds) >= 6)
    words = [who.split()[1] for who, _ in rounds]
    assert words == ["begins", "ends"] * (len(words) // 2)
    kept = site.rows(f"SELECT args FROM {JOBS}")  # noqa: S608 - our own name
    assert all(set(args) == {"timestamp"} for (args,) in kept)


def test_duties_go_on_when_the_clock_steps_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped = [0.0]
    stepping = SimpleNamespace(time=lambda: time.time() - stepped[0])
    monkeypatch.setattr(periodic, "time", stepping)
    rounds: list[float] = []
    duty = PeriodicJob("alarm", timedelta(seconds=1), lambda: rounds.append(0))
    with working(site, nothing, duty):
        until(lambda: rounds)
        stepped[0] = 3600.0
        before = len(rounds)
        until(lambda: len(rounds) > before + 2)


@pytest.mark.parametrize(
    ("every", "cron"),
    [
        ({"seconds": 30}, "* * * * * */30"),
        ({"seconds": 90}, "*/1 * * * * 0"),
        ({"minutes": 5}, "*/5 * * * * 0"),
        ({"hours": 6}, "0 */6 * * * 0"),
        ({"days": 1}, "23 19 * * * 0"),
    ],
)
def test_a_pause_as_cron(every: dict[str, float], cron: str) -> None:
    assert cron_of(timedelta(**every)) == cron


class Desk:
    """Confirmed copies with made-up files, and who waits for them."""

    def __init__(self, site: Site, queue: PostgresWorkQueue) -> None:
        self.clock = FakeClock()
        self.database = Database(site.service, fields=FIELDS)
        self.cases = SqlCases(database=self.database, clock=self.clock)
        self.register = SqlRegister(database=self.database, clock=self.clock)
        self.register.open_numbering()
        people = SqlPeople(database=self.database, clock=self.clock)
        self.desk = SampleDesk(self.cases, seed_people(people))
        self.hand_over = HandOver(
            queue=queue, cases=self.cases, held_keys=frozenset({"held"})
        )
        self.issue = IssueByWorkers(
            queue=queue, cases=self.cases, register=self.register, patience_seconds=20
        )

    def work(self, attestation_id: str, _stopping: Callable[[], bool]) -> bool:
        issue(self.register, attestation_id, self.clock.now())
        return True


def test_the_desk_waits_for_a_worker(site: Site, queue: PostgresWorkQueue) -> None:
    desk = Desk(site, queue)
    first, second, held = (
        desk.desk.approved().attestation_id,
        desk.desk.approved().attestation_id,
        desk.desk.approve(desk.desk.compared(), signatory_key_id="held").attestation_id,
    )
    desk.hand_over([first])
    desk.hand_over([first, second, held])
    assert site.jobs() == [(first, Urgency.COUNTER, "todo"), (second, 0, "todo")]
    steps: list[int] = []
    with working(site, desk.work):
        edition = desk.issue(second, lambda step, _text: steps.append(step))
        until(lambda: not site.jobs())
        assert desk.issue(first).attestation_id == first, "it is released already"
    assert (edition.attestation_id, edition.sequence) == (second, 1)
    assert steps
    assert steps[0] == 1
    with working(site, nothing), pytest.raises(TryLater, match="sẽ thử lại"):
        desk.issue(held)
    desk.database.close()


def test_a_server_that_is_away_is_tried_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = QueueAddress("postgresql://nobody:bi-mat@127.0.0.1:1/nothing")
    assert "bi-mat" not in repr(address)
    with open_work_queue(address) as queue:
        queue._jobs.connector.pool.timeout = 0.3  # type: ignore[attr-defined] # not 10 seconds
        with pytest.raises(ServiceUnavailable):
            queue.put(["a"], Urgency.BATCH)
        HandOver(queue=queue, cases=AnyCases(), held_keys=frozenset())(["a"])  # type: ignore[arg-type] # what it asks
    assert "not handed over: service.unavailable" in caplog.text
    assert "127.0.0.1" not in caplog.text, "the address is told nowhere"


class AnyCases:
    def attestation(self, _attestation_id: str) -> Any:
        return type("View", (), {"statement": None})
