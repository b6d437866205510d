"""RFC 3161: asks one TSA for a token and verifies it before it is used.

The State's TSA was measured at 2 to 131 s a call, hence the long timeout, few tries
and few calls at once. How the bytes travel is the transport's matter; which TSA is
asked is that of `signing.timestamps`.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from cryptography import x509

from certify.clock import Clock
from signing.fetch import Fetcher, FetchError, FetchLimits, FetchPolicy
from signing.outage import OutageMemory
from signing.quota import Quota
from signing.timestamp_authority import Refusal, TokenRefusedError
from signing.timestamp_token import Question, Token, TokenVerifier
from signing.trust import TrustAnchors

_MAX_ANSWER_BYTES = 64 * 1024
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}
# Tokens of two TSAs may stand a moment apart: the later one is asked again then.
_PATIENCE = timedelta(seconds=2)
_FRESH_SECONDS = 60.0  # an answer so young proves that the TSA answers


@dataclass(frozen=True)
class TimestampSettings:
    """How to reach a TSA; dated defaults of 2026-11-23.

    Attributes:
        name: what people call it; "" takes its address without the scheme.
        timeout_seconds: for one call.
        tries: rounds over all TSAs before the attestation has to wait.
        max_clock_error: a token further from our clock at its call is refused.
        quota, window_seconds: calls it lets us make in any such window; None: any.
        concurrency: calls at once.
        certificate: the only one its tokens may be signed with; None takes any that
            leads to our roots.
    """

    address: str
    name: str = ""
    timeout_seconds: float = 180.0
    tries: int = 2
    max_clock_error: timedelta = timedelta(minutes=5)
    quota: int | None = None
    window_seconds: float = 1200.0
    concurrency: int = 4
    certificate: x509.Certificate | None = None

    @property
    def shown_name(self) -> str:
        """What the desk calls it."""
        parts = urlsplit(self.address)
        return self.name or f"{parts.netloc}{parts.path}".rstrip("/")


@dataclass(frozen=True)
class TsaCall:
    """How one call to a TSA went, for those who measure.

    Attributes:
        name: what the operator calls it.
        seconds: how long it took.
        refusal: None when there is a usable token.
        ahead_seconds: how far the token's time is ahead of the middle of the call by
            our clock; None without a token.
    """

    name: str
    seconds: float
    refusal: Refusal | None = None
    ahead_seconds: float | None = None


TsaWatch: TypeAlias = Callable[[TsaCall], object]


def unwatched(_call: TsaCall) -> None:
    """Measure nothing."""


class TimestampTransport(Protocol):
    """Carries a TimeStampReq to a TSA and its TimeStampResp back."""

    def ask(self, request: bytes) -> bytes:
        """Return the answer.

        Raises:
            FetchError: no answer, or one that cannot be a TimeStampResp.
        """
        ...

    def close(self) -> None:
        """Give up what is held open."""
        ...


class HttpTransport:
    """RFC 3161 §3.4 over kept connections.

    A new connection for each of the three tokens of a copy costs more than the
    signing. The operator wrote the address down, so any network will do.
    """

    def __init__(self, settings: TimestampSettings) -> None:
        """Open no connection yet."""
        self._address = settings.address
        self._fetcher = Fetcher(
            FetchPolicy(anywhere=True),
            FetchLimits(
                seconds=settings.timeout_seconds,
                max_bytes=_MAX_ANSWER_BYTES,
                connections=settings.concurrency,
            ),
        )

    def ask(self, request: bytes) -> bytes:
        """POST the request; redirects are not followed."""
        return self._fetcher.request(
            "POST", self._address, body=request, headers=_HEADERS
        )

    def close(self) -> None:
        """Close the kept connections."""
        self._fetcher.close()


class TimestampClient:
    """Gets tokens from one TSA, and remembers how it behaved. Thread-safe."""

    def __init__(
        self,
        *,
        settings: TimestampSettings,
        trust: TrustAnchors,
        clock: Clock,
        transport: TimestampTransport | None = None,
        watch: TsaWatch = unwatched,
    ) -> None:
        """Ask over HTTP unless another transport is given; `watch` is told of calls."""
        self.settings = settings
        self._clock = clock
        self._transport = transport or HttpTransport(settings)
        self._verifier = TokenVerifier(trust=trust, only=settings.certificate)
        self._outages = OutageMemory()
        self._quota = Quota(settings.quota, settings.window_seconds)
        self._turns = BoundedSemaphore(settings.concurrency)
        self._answered_at: float | None = None
        self._watch = watch

    @property
    def name(self) -> str:
        """What the desk calls it."""
        return self.settings.shown_name

    @property
    def paths(self) -> tuple[tuple[x509.Certificate, ...], ...]:
        """Paths of the certificates it has signed with; none before a token."""
        return self._verifier.paths

    @property
    def failures(self) -> int:
        """How often in a row it has failed."""
        return self._outages.failures(self.settings.address)

    @property
    def seconds_away(self) -> float:
        """Seconds until it may be asked; 0 when it may be now."""
        resting = self._outages.seconds_left(self.settings.address)
        return max(resting, self._quota.seconds_until(1))

    def calls_left(self, most: int) -> int:
        """How often it may be asked now, `most` at most."""
        resting = self._outages.seconds_left(self.settings.address)
        return 0 if resting else self._quota.left(most)

    def prove(self, *, lately: bool) -> None:
        """Get a token over random bytes, unless it is known to answer.

        Args:
            lately: it must have answered within the last minute, not just once.

        Raises:
            TokenRefusedError: no usable token.
        """
        at = self._answered_at
        fresh = at is not None and time.monotonic() - at <= _FRESH_SECONDS
        if not self.failures and at is not None and (fresh or not lately):
            if not self.calls_left(1):
                raise TokenRefusedError("the quota is used up", Refusal.BUSY)
            return
        self.stamp(secrets.token_bytes(32))

    def stamp(self, imprint: bytes, *, after: datetime | None = None) -> Token:
        """Return a verified token over a SHA-256 digest, not older than `after`.

        Raises:
            TokenRefusedError: no answer, none that verifies, or it may not be asked.
        """
        token = self._ask(imprint)
        if after is not None and token.time < after:
            if after - token.time > _PATIENCE:
                raise TokenRefusedError("older than the token before", Refusal.CLOCK)
            time.sleep((after - token.time).total_seconds())
            token = self._ask(imprint)
            if token.time < after:
                raise TokenRefusedError("older than the token before", Refusal.CLOCK)
        return token

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _ask(self, imprint: bytes) -> Token:
        address = self.settings.address
        with self._turn():
            asked, began = time.monotonic(), self._clock.now()
            try:
                token = self._exchange(imprint)
            except TokenRefusedError as error:
                took = time.monotonic() - asked
                self._outages.failed(address, took, at_least=error.retry_after)
                self._watch(TsaCall(self.name, took, error.refusal))
                raise
            took = time.monotonic() - asked
            middle = began + timedelta(seconds=took / 2)
            ahead = (token.time - middle).total_seconds()
            self._watch(TsaCall(self.name, took, ahead_seconds=ahead))
            self._outages.answered(address)
            self._answered_at = time.monotonic()
        return token

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a turn; raises TokenRefusedError when it may not be asked now."""
        if self._outages.seconds_left(self.settings.address):
            raise TokenRefusedError("it failed a moment ago", Refusal.RESTING)
        if not self._turns.acquire(timeout=self.settings.timeout_seconds):
            raise TokenRefusedError("too many calls at once", Refusal.BUSY)
        try:
            if not self._quota.take():
                raise TokenRefusedError("the quota is used up", Refusal.BUSY)
            yield
        finally:
            self._turns.release()

    def _exchange(self, imprint: bytes) -> Token:
        question = Question(imprint, secrets.randbits(63))
        asked = self._clock.now()
        try:
            answer = self._transport.ask(question.encode())
        except FetchError as error:
            refusal = Refusal.BUSY if error.busy else Refusal.SILENT
            raise TokenRefusedError(
                str(error), refusal, retry_after=error.retry_after
            ) from error
        answered = self._clock.now()
        token = self._verifier.verify(answer, question, answered)
        margin = self.settings.max_clock_error
        if not asked - margin <= token.time <= answered + margin:
            raise TokenRefusedError("the TSA's clock is off", Refusal.CLOCK)
        return token
