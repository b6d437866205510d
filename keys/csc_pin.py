"""A PIN has few tries: a wrong one is sent once for each process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from keys.base import KeyRefused, RefusalReason
from keys.per_process import PerProcess

# After these the PIN is not sent again: each time may cost one of its tries.
_MAY_COST_A_TRY = {
    RefusalReason.PIN_WRONG,
    RefusalReason.PIN_LOCKED,
    RefusalReason.ACCESS_REFUSED,
    RefusalReason.REQUEST_REFUSED,
}


class PinGuard:
    """Lets the PIN be sent by one thread at a time, and not after a refusal.

    So a wrong PIN costs one try, however many threads sign, until the process ends.
    """

    def __init__(self, key_id: str) -> None:
        """Nothing is known of the PIN yet."""
        self._key_id = key_id
        self._refusal: RefusalReason | None = None
        self._lock = PerProcess(Lock)

    @contextmanager
    def one_try(self) -> Iterator[None]:
        """Send the PIN inside.

        Raises:
            KeyRefused: it was refused, now or before.
        """
        with self._lock.get():
            self.check()
            try:
                yield
            except KeyRefused as error:
                if error.reason in _MAY_COST_A_TRY:
                    self._refusal = error.reason
                raise

    def check(self) -> None:
        """Raise KeyRefused if the PIN was refused before."""
        if self._refusal is not None:
            raise KeyRefused(self._refusal, key_id=self._key_id)
