"""What is measured. `api.wiring` gives the same meter to everything it wraps."""

from typing import Protocol


class Meter(Protocol):
    """Takes measurements. Never fails, never waits; seconds are wall-clock."""

    def step(self, step: str, outcome: str, seconds: float) -> None:
        """One step of issuing ended: "ok" or an error's code."""

    def issued(self) -> None:
        """A copy was released."""

    def issue_failed(self, code: str) -> None:
        """A run of the main job ended with an error, for good or to wait."""

    def tsa(self, name: str, outcome: str, seconds: float) -> None:
        """A TSA was asked; `name` is the operator's for it."""

    def clock_drift(self, reference: str, seconds: float) -> None:
        """How far another clock is ahead of ours: "tsa" or "database"."""

    def key(self, backend: str, outcome: str, seconds: float) -> None:
        """A key was asked to sign."""

    def archive(self, operation: str, outcome: str, seconds: float) -> None:
        """The archive was asked to put, fetch or list."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is a template, never a path."""

    def fault(self) -> None:
        """Something failed that is our own fault, or stored data are damaged."""


class Unmetered:
    """Measures nothing: for commands that end before anybody could ask."""

    def step(self, step: str, outcome: str, seconds: float) -> None:
        """See `Meter`."""

    def issued(self) -> None:
        """See `Meter`."""

    def issue_failed(self, code: str) -> None:
        """See `Meter`."""

    def tsa(self, name: str, outcome: str, seconds: float) -> None:
        """See `Meter`."""

    def clock_drift(self, reference: str, seconds: float) -> None:
        """See `Meter`."""

    def key(self, backend: str, outcome: str, seconds: float) -> None:
        """See `Meter`."""

    def archive(self, operation: str, outcome: str, seconds: float) -> None:
        """See `Meter`."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """See `Meter`."""

    def fault(self) -> None:
        """See `Meter`."""
