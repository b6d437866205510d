import pytest

from certify.errors import ServiceUnavailable
from signing.outage import OutageMemory

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
