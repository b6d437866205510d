"""Fills `Meter` with Prometheus metrics.

Import this only after `api.observe.processes.share`: prometheus-client decides at its
import whether several processes count together.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.observe.issuing import STEPS

# From a key in a file (1 ms) to a State TSA (131 s were measured).
_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class PrometheusMeter:
    """Counts and times. One for each process: two would overwrite each other's sums."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Make every metric in this registry."""
        self._registry = registry
        self._steps = self._times(
            "certify_issue_step_seconds",
            "Time of each step of issuing a copy (certify/issue.py).",
            ("step", "outcome"),
        )
        self._tsa = self._times(
            "certify_tsa_request_seconds",
            "Time of calls to time stamping authorities.",
            ("tsa", "outcome"),
        )
        self._keys = self._times(
            "certify_key_sign_seconds",
            "Time of one signature by a key, by kind of backend.",
            ("backend", "outcome"),
        )
        self._archive = self._times(
            "certify_archive_seconds",
            "Time of one call to the archive.",
            ("operation", "outcome"),
        )
        self._requests = self._times(
            "certify_http_request_seconds",
            "Time of requests, by template of the route.",
            ("method", "route", "status"),
        )
        self._make_counters()
        for step in STEPS.values():  # so that a rate is 0, not absent, before the first
            self._steps.labels(step, "ok")

    def _times(self, name: str, words: str, labels: Sequence[str]) -> Histogram:
        return Histogram(name, words, labels, buckets=_BUCKETS, registry=self._registry)

    def _make_counters(self) -> None:
        registry = self._registry
        self._issued = Counter("certify_issued", "Copies released.", registry=registry)
        self._failed = Counter(
            "certify_issue_failed",
            "Runs of issuing that ended with an error, by its code.",
            ("code",),
            registry=registry,
        )
        self._faults = Counter(
            "certify_faults",
            "Requests and runs of issuing that failed by our own fault.",
            registry=registry,
        )
        self._drift = Gauge(
            "certify_clock_drift_seconds",
            "How far another clock was ahead of ours when last seen.",
            ("reference",),
            multiprocess_mode="mostrecent",
            registry=registry,
        )

    def step(self, step: str, outcome: str, seconds: float) -> None:
        """One step of issuing ended."""
        self._steps.labels(step, outcome).observe(seconds)

    def issued(self) -> None:
        """A copy was released."""
        self._issued.inc()

    def issue_failed(self, code: str) -> None:
        """A run of the main job ended with an error."""
        self._failed.labels(code).inc()

    def tsa(self, name: str, outcome: str, seconds: float) -> None:
        """A TSA was asked."""
        self._tsa.labels(name, outcome).observe(seconds)

    def clock_drift(self, reference: str, seconds: float) -> None:
        """How far another clock is ahead of ours."""
        self._drift.labels(reference).set(seconds)

    def key(self, backend: str, outcome: str, seconds: float) -> None:
        """A key was asked to sign."""
        self._keys.labels(backend, outcome).observe(seconds)

    def archive(self, operation: str, outcome: str, seconds: float) -> None:
        """The archive was asked."""
        self._archive.labels(operation, outcome).observe(seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; its method is the client's, so any word may come."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).observe(seconds)

    def fault(self) -> None:
        """Something failed that is our own fault."""
        self._faults.inc()
