"""Fetches revocation data ahead, so that no copy waits for it and none misses news."""

import logging

from api.repeated import Repeated
from certify.condition import SigningCondition

PAUSE_SECONDS = 60.0
_log = logging.getLogger("certify.ahead")


class FetchAhead(Repeated):
    """The thread that keeps OCSP answers and revocation lists fresh."""

    def __init__(
        self, condition: SigningCondition, *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        """Take what to refresh and how long to rest between two rounds."""
        self._condition = condition
        super().__init__("fetch-ahead", self._once, pause_seconds=pause_seconds)

    def _once(self) -> None:
        try:
            missing = self._condition.refresh()
        except Exception as error:  # noqa: BLE001 - the thread outlives any fault
            _log.error("revocation data: %s", type(error).__name__)
        else:
            if missing:
                _log.warning("revocation data: %d could not be had", missing)
