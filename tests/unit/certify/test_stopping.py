from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from certify.errors import TryLater
from certify.reconcile import Reconcile
from certify.stopping import STOPS_UNTIL_STEP, between_steps
from tests.support.clock import FakeClock


def test_a_run_ends_between_steps_until_the_keys_were_used() -> None:
    asked = False
    look = between_steps(lambda: asked)
    for step in range(1, 10):
        look(step, "")
    asked = True
    for step in range(1, STOPS_UNTIL_STEP + 1):
        with pytest.raises(TryLater, match="đang dừng"):
            look(step, "")
    for step in range(STOPS_UNTIL_STEP + 1, 10):
        look(step, "")


def test_a_sweep_that_is_stopped_leaves_the_rest_to_the_next() -> None:
    tried: list[str] = []
    stopping = False

    def issue(attestation_id: str, progress: Callable[[int, str], None]) -> None:
        nonlocal stopping
        tried.append(attestation_id)
        progress(1, "")
        stopping = attestation_id == "b"
        progress(2, "")

    reconcile = Reconcile(
        register=Waiting("a", "b", "c"),  # type: ignore[arg-type] # what it asks
        issue=issue,  # type: ignore[arg-type] # as above
        replay=tuple,
        clock=FakeClock(),
    )
    result = reconcile(due=True, stopping=lambda: stopping)
    assert tried == ["a", "b"]
    assert result.released == ["a"]
    assert list(result.waiting) == ["b"]


class Waiting:
    def __init__(self, *ids: str) -> None:
        self._ids = ids

    def unfinished(self, _now: datetime, **_: Any) -> tuple[str, ...]:
        return self._ids
