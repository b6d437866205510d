"""RFC 3161: asks a TSA for a token and verifies it before it is used.

The State's TSA was measured at 2 to 131 s a call, hence the long timeout and few
tries. How the bytes travel is the transport's matter.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import urllib3
from cryptography import x509

from certify.clock import Clock
from certify.errors import ServiceUnavailable
from signing.outage import OutageMemory
from signing.timestamp_authority import TokenRefusedError
from signing.timestamp_token import Question, Token, TokenVerifier
from signing.trust import TrustAnchors

_MAX_ANSWER_BYTES = 64 * 1024
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}
TIMESTAMP_SERVICE = "Dịch vụ cấp dấu thời gian"


@dataclass(frozen=True)
class TimestampSettings:
    """How to reach a TSA; dated defaults of 2026-11-22.

    Attributes:
        timeout_seconds: for one call.
        tries: calls before the attestation has to wait.
        max_clock_error: a token further from our clock at its call is refused.
    """

    address: str
    timeout_seconds: float = 180.0
    tries: int = 2
    max_clock_error: timedelta = timedelta(minutes=5)


class TimestampTransport(Protocol):
    """Carries a TimeStampReq to a TSA and its TimeStampResp back."""

    def ask(self, request: bytes) -> bytes:
        """Return the answer.

        Raises:
            TokenRefusedError: no answer, or one that cannot be a TimeStampResp.
        """
        ...

    def close(self) -> None:
        """Give up what is held open."""
        ...


class HttpTransport:
    """RFC 3161 §3.4 over kept connections.

    A new connection for each of the three tokens of a copy costs more than the
    signing.
    """

    def __init__(self, settings: TimestampSettings) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=4, retries=False)

    def ask(self, request: bytes) -> bytes:
        """POST the request; redirects are not followed."""
        try:
            response = self._pool.request(
                "POST",
                self._settings.address,
                body=request,
                headers=_HEADERS,
                timeout=self._settings.timeout_seconds,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise TokenRefusedError("no answer") from error
        if response.status != 200 or len(response.data) > _MAX_ANSWER_BYTES:  # noqa: PLR2004
            raise TokenRefusedError(f"HTTP {response.status}")
        return response.data

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()


class TimestampClient:
    """Gets tokens from one TSA."""

    def __init__(
        self,
        *,
        settings: TimestampSettings,
        trust: TrustAnchors,
        clock: Clock,
        transport: TimestampTransport | None = None,
    ) -> None:
        """Ask over HTTP unless another transport is given."""
        self._settings = settings
        self._clock = clock
        self._transport = transport or HttpTransport(settings)
        self._verifier = TokenVerifier(trust=trust)
        self._outages = OutageMemory()

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Path of the TSA that answered last; empty before the first token."""
        return self._verifier.certificates

    def check_reachable(self) -> None:
        """Get a token over random bytes; learns the TSA's certificates.

        Raises:
            ServiceUnavailable: no usable token.
        """
        self.stamp(secrets.token_bytes(32))

    def stamp(self, imprint: bytes) -> Token:
        """Return a verified token over a SHA-256 digest.

        Raises:
            ServiceUnavailable: no answer, or none that verifies; now or a moment ago.
        """
        cause: TokenRefusedError | None = None
        with self._outages.watching(self._settings.address, TIMESTAMP_SERVICE):
            for _ in range(self._settings.tries):
                try:
                    return self._stamp_once(imprint)
                except TokenRefusedError as error:
                    cause = error
            raise ServiceUnavailable(service=TIMESTAMP_SERVICE) from cause

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _stamp_once(self, imprint: bytes) -> Token:
        question = Question(imprint, secrets.randbits(63))
        asked = self._clock.now()
        answer = self._transport.ask(question.encode())
        answered = self._clock.now()
        token = self._verifier.verify(answer, question, answered)
        margin = self._settings.max_clock_error
        if not asked - margin <= token.time <= answered + margin:
            raise TokenRefusedError("the TSA's clock is off")
        return token
