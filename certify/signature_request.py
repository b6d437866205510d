"""A signature that a person is asked for, whose key is on a token in their hands.

The worker that issues a copy asks; the person's machine answers; both meet in the
database. A request is bound to one attestation, attempt, certificate and digest, takes
one signature once, and ends by itself. It holds no personal data and no document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from certify.attestation import Act

PRESENT_FOR = timedelta(seconds=30)  # after a signing page's last word
MOST_TRIES = 3  # bad signatures that one request takes


class RequestState(StrEnum):
    """Where a request stands; every state but the first is final."""

    PENDING = "pending"
    ANSWERED = "answered"
    EXPIRED = "expired"
    DECLINED = "declined"
    REPLACED = "replaced"  # a later attempt of the same copy asks
    SPOILT = "spoilt"  # too many bad signatures


@dataclass(frozen=True)
class SignatureRequest:
    """One signature that is asked for.

    Attributes:
        key_id: whose signature.
        certificate_sha256: of the DER, hex: the certificate it must verify with.
        scheme: value of a `keys.base.SignatureScheme`.
        digest: what the key signs.
        signed_attributes: DER SET OF (RFC 5652 §5.4) that the digest was made of.
        asked_at, expires_at: aware UTC.
    """

    id: str
    key_id: str
    attestation_id: str
    attempt: int
    certificate_sha256: str
    scheme: str
    digest: bytes
    signed_attributes: bytes
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class SignatureAnswer:
    """What a person's machine sends back; it repeats what it was asked."""

    attestation_id: str
    attempt: int
    certificate_sha256: str
    digest: bytes
    signature: bytes


@dataclass(frozen=True)
class Outcome:
    """Where a request stands, with the signature once it is answered."""

    state: RequestState
    signature: bytes | None


class SignatureRequests(Protocol):
    """The requests, and which key's owner is at the signing page.

    Every method that writes is one committed transaction and, but for `note_present`
    and `note_bad`, MUST append to the audit trail in it.
    """

    def ask(self, request: SignatureRequest, act: Act) -> None:
        """Store a request.

        Pending ones of earlier attempts MUST end as REPLACED. MUST raise WrongState
        when this key was already asked for this attempt.
        """
        ...

    def outcome(self, request_id: str) -> Outcome:
        """Tell where a request stands. Raises NotFound."""
        ...

    def pending(self, key_id: str, now: datetime) -> Sequence[SignatureRequest]:
        """Return what this key's owner is asked for now, oldest first."""
        ...

    def request(self, request_id: str) -> SignatureRequest:
        """Return a request in whatever state. Raises NotFound."""
        ...

    def answer(
        self, request_id: str, signature: bytes, act: Act, now: datetime
    ) -> None:
        """Take the signature, which the caller has verified.

        Of two answers at once MUST take one. MUST raise SignatureAnswered or
        SignatureLate, and change nothing, unless the request is pending and `now` is
        before its end.
        """
        ...

    def note_bad(self, request_id: str, now: datetime, *, most: int) -> int:
        """Count a bad signature; return how many tries are left.

        At none the request MUST end as SPOILT. MUST raise as `answer` does.
        """
        ...

    def end(
        self, request_id: str, state: RequestState, act: Act, now: datetime
    ) -> Outcome:
        """End a pending request without a signature; return where it stands now.

        MUST change nothing when it has ended before.
        """
        ...

    def note_present(self, key_id: str, now: datetime) -> None:
        """Remember that this key's owner is ready to sign; MAY forget within 5 s."""
        ...

    def note_absent(self, key_id: str) -> None:
        """Forget that the owner is there."""
        ...

    def last_present(self, key_id: str) -> datetime | None:
        """When this key's owner was last known to be ready."""
        ...
