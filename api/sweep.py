"""The embedded worker: finishes what a crash or an outage left half done.

A copy is issued in the thread of the request that asks for it. This thread calls
`Reconcile` at start-up and then at every pause, so an attestation that waits for a
time stamping authority is tried again without anybody asking. It lives in the server
process; leases keep it apart from other processes on the same data.
"""

import logging
from typing import Protocol

from api.repeated import Repeated
from certify.errors import CertifyError
from certify.reconcile import Reconciliation

_log = logging.getLogger("certify.sweep")


class _Reconcile(Protocol):
    def __call__(self, *, due: bool) -> Reconciliation: ...


class Sweep(Repeated):
    """Runs `reconcile` now and then, until stopped.

    What fails is tried again later and later (`certify.retry`). A copy that outlives
    the server's stop is abandoned with it: its lease expires and the next sweep
    resumes it with the same number.
    """

    def __init__(self, *, reconcile: _Reconcile, pause_seconds: float) -> None:
        """Take what to run and how long to rest between two runs."""
        self._reconcile = reconcile
        super().__init__("sweep", self._once, pause_seconds=pause_seconds)

    def _once(self) -> None:
        try:
            result = self._reconcile(due=True)
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
