"""Begins issuing in the background: the signatory's page asks, then signs.

A copy whose key is on a token waits for its owner in the middle of issuing. Several
wait at once, so that one PIN serves them together; the page that began them is free.
"""

import logging
import threading
from collections.abc import Callable

from api.observe.logs import fault
from certify.errors import CertifyError

AT_ONCE = 16  # each is a thread that mostly waits

_log = logging.getLogger("certify.issue_soon")


class IssueSoon:
    """Runs the main job for some attestations at once, each in a thread.

    What outlives the server's stop is abandoned with it, as in `api.periodic`: its
    lease expires and the next run resumes it with the same number.
    """

    def __init__(
        self, issue: Callable[[str], object], *, at_once: int = AT_ONCE
    ) -> None:
        """Take the main job and how many may run at once."""
        self._issue = issue
        self._at_once = at_once
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, attestation_id: str) -> bool:
        """Begin issuing; False when it runs already or too many do."""
        with self._lock:
            full = len(self._running) >= self._at_once
            if full or attestation_id in self._running:
                return False
            self._running.add(attestation_id)
        threading.Thread(
            target=self._run, args=(attestation_id,), name="issue", daemon=True
        ).start()
        return True

    def running(self) -> frozenset[str]:
        """Return what is being issued here now."""
        with self._lock:
            return frozenset(self._running)

    def _run(self, attestation_id: str) -> None:
        try:
            self._issue(attestation_id)
        except CertifyError as error:  # the desk shows what the attestation waits for
            _log.info("issuing waits: %s", error.code)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one copy only
            # Class and place only: a message may quote data of a case.
            name = type(error).__name__
            _log.error("issuing failed: %s", name, extra={"facts": fault(error)})
        finally:
            with self._lock:
                self._running.discard(attestation_id)
