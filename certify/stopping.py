"""Stopping in good order: between two steps, and never once the keys were used."""

from collections.abc import Callable

from certify.errors import TryLater

STOPS_UNTIL_STEP = 6  # told before the step begins: until then no key was used
STOPPING = "tiến trình phát hành đang dừng"


def going_on() -> bool:
    """Tell that nobody asked to stop."""
    return False


def between_steps(stopping: Callable[[], bool]) -> Callable[[int, str], None]:
    """Return a progress callback that ends a run when we are asked to stop.

    The lease is given back with the cause, so that another worker goes on at once;
    later steps take a second and are finished.

    Args:
        stopping: tells whether somebody asked to stop.
    """

    def look(step: int, _text: str) -> None:
        if step <= STOPS_UNTIL_STEP and stopping():
            raise TryLater(reason=STOPPING)

    return look
