"""The thread in front of a PKCS#11 module, with work that is no module's."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from keys.pkcs11_thread import ModuleHangs, ModuleThread


@pytest.fixture
def thread() -> ModuleThread:
    return ModuleThread(name="pkcs11 test", close=lambda: None)


def test_all_work_is_done_by_one_thread(thread: ModuleThread) -> None:
    def work() -> int:
        return threading.get_ident()

    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(thread.call, work, time_limit_seconds=30) for _ in range(50)
        ]
    (only,) = {one.result() for one in asked}
    assert only != threading.get_ident()


@pytest.mark.parametrize("error", [ValueError, TimeoutError])
def test_an_error_of_the_work_is_its_callers(
    thread: ModuleThread, error: type[Exception]
) -> None:
    def fail() -> None:
        raise error("of the work")

    with pytest.raises(error, match="of the work"):
        thread.call(fail, time_limit_seconds=30)
    assert thread.call(lambda: "goes on", time_limit_seconds=30) == "goes on"


def test_waiting_behind_others_is_no_hanging(thread: ModuleThread) -> None:
    def work() -> float:
        time.sleep(0.1)
        return time.monotonic()

    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(thread.call, work, time_limit_seconds=0.7) for _ in range(8)
        ]
        assert len({one.result() for one in asked}) == 8


def test_who_waits_for_work_that_hangs_is_told_and_nothing_of_theirs_is_done(
    thread: ModuleThread, caplog: pytest.LogCaptureFixture
) -> None:
    release, done = threading.Event(), []
    with pytest.raises(ModuleHangs):
        thread.call(release.wait, time_limit_seconds=0.3)
    began = time.monotonic()
    for number in range(3):
        with pytest.raises(ModuleHangs):
            thread.call(lambda n=number: done.append(n), time_limit_seconds=0.3)
    assert time.monotonic() - began < 0.9  # at once, not after the limit each
    assert caplog.text.count("no answer for") == 1
    release.set()
    assert thread.call(lambda: "answers", time_limit_seconds=30) == "answers"
    assert done == []
    assert "answers again" in caplog.text
