"""A worker that lives keeps its lease, however slow what it waits for is.

So a lease may be short: what a killed worker held is taken over within two minutes,
though one timestamp may take longer than that (131 s were measured).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from certify.errors import CertifyError, LeaseLost

DEFAULT_LEASE = timedelta(minutes=2)
AT_MOST = timedelta(minutes=30)
"""Two signatures of a person with a token, and six slow timestamps, with room."""
_BEATS = 4  # in a lease: one that fails, or two, lose nothing


@dataclass(frozen=True)
class Heartbeat:
    """Renews a lease beside the work that it covers.

    Attributes:
        lease: how long it lasts from each renewal.
        at_most: a run that hangs for ever, in a token's driver for instance, is given
            up after this time, and another worker takes over.
    """

    lease: timedelta = DEFAULT_LEASE
    at_most: timedelta = AT_MOST

    @contextmanager
    def keeping(self, renew: Callable[[], object]) -> Iterator[None]:
        """Renew every quarter of a lease while the body runs.

        A lease that is lost is not won back; the body learns of it at its next commit.
        """
        ended = Event()
        beat = Thread(
            target=self._beat, args=(renew, ended), name="heartbeat", daemon=True
        )
        beat.start()
        try:
            yield
        finally:
            ended.set()
            beat.join()

    def _beat(self, renew: Callable[[], object], ended: Event) -> None:
        pause = self.lease / _BEATS
        for _ in range(self.at_most // pause):
            if ended.wait(pause.total_seconds()):
                return
            try:
                renew()
            except LeaseLost:
                return
            except CertifyError:  # the register is away for a moment: the next beat
                continue
