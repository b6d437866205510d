"""Whatever a task does, the caller gets a named failure and nothing stays behind."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from certify.errors import ReaderUnavailable, SystemBusy
from certify.isolation.limits import MIB, FailureKind, IsolatedFailure, Limits
from certify.isolation.runner import IsolatedRunner
from certify.isolation.turns import Turns

T = "tests.support.isolated_tasks:"
NAMES = [
    "echo",
    "segfault",
    "hang",
    "spin",
    "eat_memory",
    "fork_and_leave",
    "connect",
    "print_garbage",
    "huge_reply",
    "endless_reply",
    "lie_in_reply",
    "nested_reply",
    "raise_error",
    "write_file",
    "environment",
    "not_json",
    "missing",
]
LIMITS = Limits(memory_bytes=256 * MIB, wall_seconds=10, cpu_seconds=5)


@pytest.fixture(scope="module")
def runner() -> Iterator[IsolatedRunner]:
    with IsolatedRunner(
        tasks=[T + name for name in NAMES],
        preload=["tests.support.isolated_tasks"],
        limits=LIMITS,
    ) as runner:
        yield runner


def descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    found = [int(p) for p in text.split()]
    return found + [d for child in found for d in descendants(child)]


def running(pid: int | str) -> bool:
    """A zombie that a container's init has not collected is not running."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(*pids: int | str) -> None:
    for _ in range(200):
        if not any(running(pid) for pid in pids):
            return
        time.sleep(0.02)
    raise AssertionError("a process is left")


def wait_until_alone(pid: int) -> None:
    for _ in range(100):
        if not descendants(pid):
            return
        time.sleep(0.02)
    raise AssertionError(descendants(pid))


def test_values_cross_as_json(runner: IsolatedRunner) -> None:
    value = {"số": [1, 2.5, None, True], "long": "x" * 300_000}
    assert runner.run(T + "echo", {"value": value}) == value


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("segfault", FailureKind.CRASHED),
        ("eat_memory", FailureKind.MEMORY),
        ("huge_reply", FailureKind.PROTOCOL),
        ("endless_reply", FailureKind.PROTOCOL),
        ("lie_in_reply", FailureKind.PROTOCOL),
        ("nested_reply", FailureKind.PROTOCOL),
        ("raise_error", FailureKind.CRASHED),
        ("not_json", FailureKind.CRASHED),
        ("missing", FailureKind.CRASHED),
    ],
)
def test_misbehaviour_has_a_name(
    runner: IsolatedRunner, task: str, kind: FailureKind
) -> None:
    with pytest.raises(IsolatedFailure) as failure:
        runner.run(T + task, {})
    assert failure.value.kind is kind
    assert runner.zygote_pid is not None
    wait_until_alone(runner.zygote_pid)
    assert runner.run(T + "echo", {"value": 1}) == 1


def test_an_exception_names_its_place_and_hides_its_text(
    runner: IsolatedRunner,
) -> None:
    with pytest.raises(IsolatedFailure, match=r"ValueError at isolated_tasks.py") as f:
        runner.run(T + "raise_error", {})
    assert "content of the scan" not in str(f.value)


@pytest.mark.parametrize(
    ("task", "limits"),
    [
        ("hang", Limits(wall_seconds=0.5)),
        ("spin", Limits(wall_seconds=30, cpu_seconds=1)),
    ],
)
def test_slow_tasks_are_killed(
    runner: IsolatedRunner, task: str, limits: Limits
) -> None:
    start = time.monotonic()
    with pytest.raises(IsolatedFailure) as failure:
        runner.run(T + task, {}, limits=limits)
    assert failure.value.kind is FailureKind.TIMEOUT
    assert time.monotonic() - start < 5
    assert runner.zygote_pid is not None
    wait_until_alone(runner.zygote_pid)


def test_forks_of_a_task_do_not_outlive_it(runner: IsolatedRunner) -> None:
    runner.run(T + "fork_and_leave", {})
    assert runner.zygote_pid is not None
    wait_until_alone(runner.zygote_pid)


def test_no_network(runner: IsolatedRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert runner.run(T + "connect", {"port": port}) != "connected"


def test_output_and_environment_stay_apart(
    runner: IsolatedRunner,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CERTIFY_SECRET", "x")
    assert runner.run(T + "print_garbage", {}) == "quiet"
    assert capfd.readouterr() == ("", "")
    assert "CERTIFY_SECRET" not in runner.run(T + "environment", {})


def test_files_are_limited(runner: IsolatedRunner, tmp_path: Path) -> None:
    path = tmp_path / "out"
    arguments = {"path": str(path), "size": 3 * MIB}
    runner.run(T + "write_file", arguments)
    with pytest.raises(IsolatedFailure, match="OSError"):
        runner.run(T + "write_file", arguments, limits=Limits(file_bytes=MIB))
    assert path.stat().st_size <= MIB


def test_only_listed_tasks_run(runner: IsolatedRunner) -> None:
    with pytest.raises(RuntimeError, match="not an allowed task"):
        runner.run("os:system", {"command": "true"})


def test_many_threads_get_their_own_answers(runner: IsolatedRunner) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: runner.run(T + "echo", {"value": n}), range(40))
        assert list(answers) == list(range(40))


def test_a_slow_job_does_not_hold_up_others(runner: IsolatedRunner) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(runner.run, T + "hang", {}, limits=Limits(wall_seconds=1))
        start = time.monotonic()
        assert runner.run(T + "echo", {"value": "quick"}) == "quick"
        assert time.monotonic() - start < 1
        assert isinstance(slow.exception(), IsolatedFailure)


def test_a_job_survives_the_thread_that_started_the_zygote() -> None:
    with IsolatedRunner(tasks=[T + "echo"], limits=LIMITS) as runner:
        first = threading.Thread(target=runner.run, args=(T + "echo", {"value": 1}))
        first.start()
        first.join()
        pid = runner.zygote_pid
        assert runner.run(T + "echo", {"value": 2}) == 2
        assert runner.zygote_pid == pid


def test_a_killed_zygote_is_replaced() -> None:
    with IsolatedRunner(tasks=[T + "echo", T + "hang"], limits=LIMITS) as runner:
        runner.run(T + "echo", {"value": 1})
        old = runner.zygote_pid
        assert old is not None
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(runner.run, T + "hang", {})
            while not descendants(old):
                time.sleep(0.01)
            child = descendants(old)[0]
            os.kill(old, signal.SIGKILL)
            failure = job.exception()
        assert isinstance(failure, ReaderUnavailable)  # the file did nothing wrong
        assert runner.run(T + "echo", {"value": 2}) == 2
        assert runner.zygote_pid != old
        wait_until_gone(child)


def test_close_leaves_no_process() -> None:
    runner = IsolatedRunner(tasks=[T + "hang"], limits=LIMITS)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(runner.run, T + "hang", {})
        while runner.zygote_pid is None or not descendants(runner.zygote_pid):
            time.sleep(0.01)
        pids = [runner.zygote_pid, *descendants(runner.zygote_pid)]
        runner.close()
        assert isinstance(job.exception(), ReaderUnavailable)
    wait_until_gone(*pids)


def test_a_forked_process_starts_its_own_zygote(runner: IsolatedRunner) -> None:
    runner.run(T + "echo", {"value": 1})
    ours = runner.zygote_pid
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            answer = runner.run(T + "echo", {"value": 2})
            code = 0 if answer == 2 and runner.zygote_pid != ours else 2
            runner.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert runner.run(T + "echo", {"value": 3}) == 3
    assert runner.zygote_pid == ours


def test_the_zygote_ends_with_its_owner(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    pid = os.fork()
    if pid == 0:
        runner = IsolatedRunner(tasks=[T + "echo"], limits=LIMITS)
        runner.run(T + "echo", {"value": 2})
        note.write_text(str(runner.zygote_pid))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    wait_until_gone(note.read_text())


SLOW = """
import pathlib, time
seen = pathlib.Path(__file__).with_suffix(".seen")
if not seen.exists():
    seen.touch()
    time.sleep(60)
"""


def test_a_start_that_hangs_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_once.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    with IsolatedRunner(
        tasks=[T + "echo"], preload=["slow_once"], limits=LIMITS, start_seconds=6
    ) as runner:
        assert runner.run(T + "echo", {"value": 1}) == 1
    assert (tmp_path / "slow_once.seen").exists()


def test_a_machine_too_busy_to_start_it_means_try_later() -> None:
    with IsolatedRunner(
        tasks=[T + "echo"], limits=LIMITS, start_seconds=0.001
    ) as runner:
        with pytest.raises(ReaderUnavailable) as away:
            runner.run(T + "echo", {"value": 1})
        assert (away.value.exit_code, away.value.retryable) == (4, True)
        assert runner.zygote_pid is None


def test_warming_up_starts_the_zygote_that_the_first_job_uses() -> None:
    with IsolatedRunner(tasks=[T + "echo"], limits=LIMITS) as runner:
        runner.warm_up()
        pid = runner.zygote_pid
        assert pid is not None
        assert runner.run(T + "echo", {"value": 1}) == 1
        assert runner.zygote_pid == pid


def test_what_cannot_be_imported_is_a_fault_of_ours() -> None:
    with (
        IsolatedRunner(tasks=[T + "echo"], preload=["no_such_module"]) as runner,
        pytest.raises(RuntimeError, match="no_such_module"),
    ):
        runner.run(T + "echo", {"value": 1})


def test_a_flood_starts_no_more_children_than_it_may() -> None:
    turns = Turns(jobs=2, patience_seconds=0.3)
    with IsolatedRunner(tasks=[T + "hang", T + "echo"], turns=turns) as runner:
        runner.run(T + "echo", {"value": 1})
        pid = runner.zygote_pid
        assert pid is not None
        limits = Limits(wall_seconds=2)
        with ThreadPoolExecutor(30) as pool:
            jobs = [
                pool.submit(runner.run, T + "hang", {}, limits=limits)
                for _ in range(30)
            ]
            most = 0
            while not all(job.done() for job in jobs):
                most = max(most, len(descendants(pid)))
                time.sleep(0.01)
            ends = [type(job.exception()) for job in jobs]
        assert most == 2
        assert ends.count(IsolatedFailure) == 2
        assert ends.count(SystemBusy) == 28
        assert runner.run(T + "echo", {"value": 2}) == 2


def test_who_need_not_wait_long_gets_a_turn() -> None:
    turns = Turns(jobs=1, patience_seconds=20)
    with (
        IsolatedRunner(tasks=[T + "echo"], turns=turns) as runner,
        ThreadPoolExecutor(5) as pool,
    ):
        answers = pool.map(lambda n: runner.run(T + "echo", {"value": n}), range(5))
        assert list(answers) == list(range(5))


def test_a_fork_that_fails_ends_its_job_alone() -> None:
    with IsolatedRunner(
        tasks=[T + "echo"], preload=["tests.support.no_first_fork"], limits=LIMITS
    ) as runner:
        with pytest.raises(SystemBusy):
            runner.run(T + "echo", {"value": 1})
        pid = runner.zygote_pid
        assert runner.run(T + "echo", {"value": 2}) == 2
        assert runner.zygote_pid == pid
