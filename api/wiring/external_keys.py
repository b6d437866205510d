"""Keys in the hands of their owners: how a worker and a signing page find each other.

Fills `keys.external.SignatureExchange` over the port `SignatureRequests`, which a
worker and the web server share.
"""

import time
from collections.abc import Mapping
from datetime import timedelta

from api.development import SIGNATORY_KEY
from api.settings import Settings
from certify.attestation import Act
from certify.clock import Clock
from certify.collect_signature import is_present
from certify.errors import InvalidInput
from certify.identifiers import new_id
from certify.signature_request import (
    Outcome,
    RequestState,
    SignatureRequest,
    SignatureRequests,
)
from keys.base import KeyOwnerAbsent, KeyRefused, RefusalReason, SigningKey
from keys.external import ExternalKey, SignatureExchange, WantedSignature
from keys.open import open_key
from keys.settings import ExternalKeySettings

LOOK_SECONDS = 0.25  # between two looks for an answer


class StoredExchange:
    """Asks by writing a request down, and looks for the answer until its end."""

    def __init__(
        self, *, requests: SignatureRequests, clock: Clock, worker: str
    ) -> None:
        """`worker` is who asks, in the audit trail."""
        self._requests = requests
        self._clock = clock
        self._act = Act(f"worker:{worker}", "signature.ask")
        self._over = Act(f"worker:{worker}", "signature.end")

    def check_present(self, key_id: str) -> None:
        """Raise KeyOwnerAbsent unless the owner's signing page is ready."""
        if not is_present(self._requests, key_id, self._clock):
            raise KeyOwnerAbsent(key_id=key_id)

    def signature(self, wanted: WantedSignature) -> bytes:
        """Wait for the owner's answer; see `keys.external.SignatureExchange`.

        Raises:
            KeyRefused: PURPOSE_MISSING: nobody is asked to sign what has no name.
        """
        if wanted.purpose is None or wanted.message is None:
            raise KeyRefused(RefusalReason.PURPOSE_MISSING, key_id=wanted.key_id)
        now = self._clock.now()
        request = SignatureRequest(
            id=new_id(),
            key_id=wanted.key_id,
            attestation_id=wanted.purpose.subject,
            attempt=wanted.purpose.attempt,
            certificate_sha256=wanted.certificate_sha256,
            scheme=wanted.scheme.value,
            digest=wanted.digest,
            signed_attributes=wanted.message,
            asked_at=now,
            expires_at=now + timedelta(seconds=wanted.time_limit_seconds),
        )
        self._requests.ask(request, self._act)
        outcome = self._wait(request.id, wanted.time_limit_seconds)
        if outcome.signature is not None:
            return outcome.signature
        if outcome.state is RequestState.DECLINED:
            raise KeyRefused(RefusalReason.DECLINED, key_id=wanted.key_id)
        raise KeyOwnerAbsent(key_id=wanted.key_id)

    def _wait(self, request_id: str, seconds: float) -> Outcome:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            outcome = self._requests.outcome(request_id)
            if outcome.state is not RequestState.PENDING:
                return outcome
            time.sleep(LOOK_SECONDS)
        # An answer of the last moment stands: the end only ends what is pending.
        return self._requests.end(
            request_id, RequestState.EXPIRED, self._over, self._clock.now()
        )


def held_keys(settings: Settings, exchange: SignatureExchange) -> dict[str, SigningKey]:
    """Return the signatory's token, which signs in the place of the development key.

    Raises:
        InvalidInput: the certificate cannot be used.
    """
    if settings.external_certificate is None:
        return {}
    try:
        key = open_key(
            ExternalKeySettings(
                key_id=SIGNATORY_KEY,
                certificates=settings.external_certificate,
                time_limit_seconds=settings.external_seconds,
            ),
            exchange=exchange,
        )
    except KeyRefused as error:
        raise InvalidInput(
            field="CERTIFY_EXTERNAL_CERTIFICATE", reason=error.reason.sentence
        ) from error
    return {SIGNATORY_KEY: key}


def verifies(
    held: Mapping[str, SigningKey], request: SignatureRequest, signature: bytes
) -> bool:
    """Tell whether a signature is one of the request's certificate over its digest."""
    key = held.get(request.key_id)
    return isinstance(key, ExternalKey) and key.verifies(request.digest, signature)
