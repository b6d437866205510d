import pytest

from keys.base import KeyRefused, KeyUnreachable, RefusalReason
from keys.recent_check import RecentCheck

SECONDS = 10.0


class Backend:
    """Answers after a while; keeps its own time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.takes = 0.0
        self.says: Exception | None = None
        self.recent = RecentCheck(
            "chairman", seconds=SECONDS, monotonic=lambda: self.now
        )

    def _ask(self) -> None:
        self.asked += 1
        self.now += self.takes
        if self.says is not None:
            raise self.says

    def check(self) -> None:
        self.recent.run(self._ask)


@pytest.fixture
def backend() -> Backend:
    return Backend()


def test_a_good_result_counts_for_some_seconds(backend: Backend) -> None:
    backend.check()
    backend.says = KeyUnreachable(key_id="chairman")
    backend.now = SECONDS - 0.1
    backend.check()
    assert backend.asked == 1
    backend.now = SECONDS
    with pytest.raises(KeyUnreachable):
        backend.check()
    assert backend.asked == 2


def test_what_is_noticed_at_once_is_asked_anew_at_once(backend: Backend) -> None:
    for error in (
        KeyUnreachable(key_id="chairman"),
        KeyRefused(RefusalReason.CREDENTIAL_DISABLED, key_id="chairman"),
    ):
        backend.says = error
        with pytest.raises(type(error)):
            backend.check()
    assert backend.asked == 2
    backend.says = None
    backend.check()


@pytest.mark.parametrize(("takes", "counts"), [(4.0, 4.0), (60.0, SECONDS)])
def test_what_took_long_is_said_again_for_as_long(
    backend: Backend, takes: float, counts: float
) -> None:
    backend.takes = takes
    backend.says = KeyRefused(RefusalReason.CREDENTIAL_DISABLED, key_id="chairman")
    with pytest.raises(KeyRefused) as first:
        backend.check()
    backend.says = None
    backend.now += counts - 0.1
    with pytest.raises(KeyRefused) as again:
        backend.check()
    assert again.value is not first.value
    assert again.value.reason is RefusalReason.CREDENTIAL_DISABLED
    assert backend.asked == 1
    backend.now += 0.1
    backend.check()
    assert backend.asked == 2


def test_an_outage_said_again_is_an_outage(backend: Backend) -> None:
    backend.takes, backend.says = 5.0, KeyUnreachable(key_id="chairman")
    for _ in range(3):
        with pytest.raises(KeyUnreachable):
            backend.check()
    assert backend.asked == 1


def test_a_fault_of_ours_is_no_good_result(backend: Backend) -> None:
    backend.takes, backend.says = 5.0, ZeroDivisionError()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            backend.check()
    assert backend.asked == 2
