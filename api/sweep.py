"""The embedded worker: finishes what a crash or an outage left half done.

A copy is issued in the thread of the request that asks for it. This thread calls
`Reconcile` at start-up and then at every pause, so an attestation that waits for a
time stamping authority is tried again without anybody asking; then it renews a few
archived editions whose timestamps soon end. It lives in the server
process; leases keep it apart from other processes on the same data.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from api.repeated import Repeated
from certify.errors import CertifyError
from certify.reconcile import Reconciliation
from certify.renew_due import Tries

_log = logging.getLogger("certify.sweep")


class _Reconcile(Protocol):
    def __call__(self, *, due: bool) -> Reconciliation: ...


class Sweep(Repeated):
    """Runs `reconcile` now and then, until stopped.

    What fails is tried again later and later (`certify.retry`). A copy that outlives
    the server's stop is abandoned with it: its lease expires and the next sweep
    resumes it with the same number.
    """

    def __init__(
        self,
        *,
        reconcile: _Reconcile,
        pause_seconds: float,
        renew: Callable[[], Tries] = Tries,
    ) -> None:
        """Take what to run and how long to rest between two runs.

        `renew` renews a small batch of archived editions, after the waiting copies.
        """
        self._reconcile = reconcile
        self._renew = renew
        super().__init__("sweep", self._once, pause_seconds=pause_seconds)

    def _once(self) -> None:
        self._finish_waiting()
        self._renew_some()

    def _renew_some(self) -> None:
        try:
            tries = self._renew()
        except CertifyError as error:
            _log.warning("renewal waits: %s", error.code)
        except Exception as error:  # noqa: BLE001 - the worker outlives any fault
            _log.error("renewal failed: %s", type(error).__name__)
        else:
            if tries.renewed or tries.failed or tries.waiting:
                _log.info(
                    "renewal: renewed %d, failed %d, waiting %d",
                    len(tries.renewed),
                    len(tries.failed),
                    len(tries.waiting),
                )

    def _finish_waiting(self) -> None:
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
