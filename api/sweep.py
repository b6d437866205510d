"""The embedded worker: finishes what a crash or an outage left half done.

A copy is issued in the thread of the request that asks for it. This thread calls
`Reconcile` at start-up and then at every pause, so an attestation that waits for a
time stamping authority is tried again without anybody asking. It lives in the server
process; leases keep it apart from other processes on the same data.
"""

import logging
import threading
from collections.abc import Callable

from certify.errors import CertifyError
from certify.reconcile import Reconciliation

_log = logging.getLogger("certify.sweep")


class Sweep:
    """Runs `reconcile` now and then, until stopped."""

    def __init__(
        self, *, reconcile: Callable[[], Reconciliation], pause_seconds: float
    ) -> None:
        """Take what to run and how long to rest between two runs."""
        self._reconcile = reconcile
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        """Begin; the first run is at once."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10) -> None:
        """Ask the thread to end and wait for the copy in hand.

        A copy that takes longer is abandoned with the process: its lease expires and
        the next sweep resumes it with the same number.
        """
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._once()
            self._stopping.wait(self._pause_seconds)

    def _once(self) -> None:
        try:
            result = self._reconcile()
        except CertifyError as error:
            _log.warning("sweep waits: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the worker outlives any fault
            # The class only: a message may quote data of a case.
            _log.error("sweep failed: %s", type(error).__name__)
        else:
            if result.released or result.waiting:
                _log.info(
                    "sweep: released %d, waiting %d",
                    len(result.released),
                    len(result.waiting),
                )
