import pytest

from certify.errors import ServiceUnavailable
from signing.outage import OutageMemory
from signing.quota import Quota

TSA, OTHER = "http://127.0.0.1:1/tsa", "http://127.0.0.1:2/tsa"


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(memory: OutageMemory, seconds: Seconds, after: float) -> None:
    def ask() -> None:
        with memory.watching(TSA, "Dịch vụ cấp dấu thời gian"):
            seconds.now += after
            raise ServiceUnavailable(service="Dịch vụ cấp dấu thời gian")

    with pytest.raises(ServiceUnavailable):
        ask()


@pytest.mark.parametrize(("took", "remembered"), [(4.0, 4.0), (360.0, 10.0)])
def test_a_slow_outage_is_not_waited_for_again_at_once(
    took: float, remembered: float
) -> None:
    seconds = Seconds()
    memory = OutageMemory(monotonic=seconds)
    fail(memory, seconds, after=took)
    seconds.now += remembered - 0.01
    with (
        pytest.raises(ServiceUnavailable, match="dấu thời gian"),
        memory.watching(TSA, "Dịch vụ cấp dấu thời gian"),
    ):
        pytest.fail("asked again")
    with memory.watching(OTHER, "Dịch vụ cấp dấu thời gian"):
        pass  # another address is another service
    seconds.now += 0.02
    with memory.watching(TSA, "Dịch vụ cấp dấu thời gian"):
        pass


def test_a_refused_connection_is_tried_again_at_once() -> None:
    seconds = Seconds()
    memory = OutageMemory(monotonic=seconds)
    fail(memory, seconds, after=0.0)
    with memory.watching(TSA, "Dịch vụ cấp dấu thời gian"):
        pass


def test_other_errors_are_no_outage() -> None:
    seconds = Seconds()
    memory = OutageMemory(monotonic=seconds)

    def ask() -> None:
        with memory.watching(TSA, "TSA"):
            seconds.now += 60
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        ask()
    with memory.watching(TSA, "TSA"):
        pass


def test_each_outage_in_a_row_is_remembered_twice_as_long_until_it_answers() -> None:
    seconds = Seconds()
    memory = OutageMemory(monotonic=seconds)
    rests = []
    for _ in range(8):
        memory.failed(TSA, took=180.0)
        rests.append(memory.seconds_left(TSA))
        seconds.now += rests[-1]
    assert rests == [10, 20, 40, 80, 160, 300, 300, 300]
    assert memory.failures(TSA) == 8
    memory.answered(TSA)
    memory.failed(TSA, took=1.0)
    assert memory.seconds_left(TSA) == 1.0


def test_who_asks_to_be_left_alone_is_left_alone() -> None:
    memory = OutageMemory(monotonic=Seconds())
    memory.failed(TSA, took=0.1, at_least=600.0)
    assert memory.seconds_left(TSA) == 600.0


def test_a_quota_counts_in_a_window_that_slides() -> None:
    seconds = Seconds()
    quota = Quota(3, 60.0, monotonic=seconds)
    for _ in range(3):
        assert quota.take()
        seconds.now += 10
    assert not quota.take()
    assert (quota.left(5), quota.seconds_until(1), quota.seconds_until(2)) == (
        0,
        30,
        40,
    )
    seconds.now += 30
    assert (quota.left(5), quota.take(), quota.take()) == (1, True, False)
    assert Quota(None, 60.0).left(5) == 5
