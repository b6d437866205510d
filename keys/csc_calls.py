"""The three calls of the CSC API 1.0.4 that a signature needs.

credentials/info may be asked again; credentials/authorize and signatures/signHash are
sent once: what became of a lost one is not known, and a wrong PIN costs a try.
"""

import json
import logging
import time
from base64 import b64encode
from collections.abc import Mapping

from pydantic import SecretStr

from keys.base import KeyRefused, KeyUnreachable, RefusalReason
from keys.csc_access import open_access
from keys.csc_algorithms import CscAlgorithm
from keys.csc_answers import (
    A,
    Authorisation,
    CredentialInfo,
    Signatures,
    read_answer,
)
from keys.csc_http import CscTransport, HttpAnswer, NoAnswerError, check_address
from keys.csc_refusals import TokenRefusedError, check_status
from keys.settings import CscKeySettings

_log = logging.getLogger(__name__)
_TRIES_OF_INFO = 2


class CscCalls:
    """Calls about one credential. Safe to use from several threads."""

    def __init__(self, settings: CscKeySettings) -> None:
        """Connect to nothing yet.

        Raises:
            KeyRefused: ADDRESS_UNSAFE, CA_FILE_UNUSABLE, ACCESS_REFUSED.
        """
        self.key_id = settings.key_id
        check_address(settings.base_url, key_id=self.key_id)
        self._base = settings.base_url.rstrip("/")
        self._credential = settings.credential_id
        self._pin = SecretStr(settings.pin)
        self._seconds = settings.timeout_seconds
        self._transport = CscTransport(ca_file=settings.ca_file, key_id=self.key_id)
        self._access = open_access(settings, self._transport)

    def info(self, *, certificates: str, seconds: float) -> CredentialInfo:
        """Ask about the credential; twice if the first answer is lost at once.

        Args:
            certificates: `single` or `chain`.
            seconds: for everything together.

        Raises:
            KeyUnreachable: no answer in time.
            KeyRefused: no access, or no such credential.
        """
        body = {"certificates": certificates, "certInfo": False, "authInfo": True}
        tries = _TRIES_OF_INFO
        return self._call("credentials/info", body, CredentialInfo, seconds, tries)

    def authorize(self, digest: bytes) -> SecretStr:
        """Return signature activation data for one signature over this digest alone.

        Raises:
            KeyUnreachable: no answer.
            KeyRefused: PIN_WRONG, PIN_LOCKED and others.
        """
        body = {
            "numSignatures": 1,
            "hash": [_text(digest)],
            "PIN": self._pin.get_secret_value(),
        }
        said = self._call("credentials/authorize", body, Authorisation, self._seconds)
        return said.sad

    def sign_hash(
        self, digest: bytes, sad: SecretStr, algorithm: CscAlgorithm
    ) -> bytes:
        """Return what the service calls the signature of the digest; not verified.

        Raises:
            KeyUnreachable: no answer, or the SAD was used up or too old.
            KeyRefused: HASH_NOT_AUTHORISED and others.
        """
        body: dict[str, object] = {
            "SAD": sad.get_secret_value(),
            "hash": [_text(digest)],
            "hashAlgo": algorithm.hash_algo,
            "signAlgo": algorithm.sign_algo,
        }
        if algorithm.parameters:
            body["signAlgoParams"] = _text(algorithm.parameters)
        said = self._call("signatures/signHash", body, Signatures, self._seconds)
        return said.signatures[0]

    def unreachable(self, call: str, what: object) -> KeyUnreachable:
        """Note for the operator why the service counts as away."""
        _log.warning("remote key %s: %s: %s", self.key_id, call, what)
        return KeyUnreachable(key_id=self.key_id)

    def _call(
        self,
        call: str,
        body: Mapping[str, object],
        model: type[A],
        seconds: float,
        tries: int = 1,
    ) -> A:
        deadline = time.monotonic() + seconds
        while True:
            tries -= 1
            try:
                return read_answer(self._ask(call, body, deadline), model)
            except NoAnswerError as error:
                if not (tries and error.again and time.monotonic() < deadline):
                    raise self.unreachable(call, error) from error

    def _ask(
        self, call: str, body: Mapping[str, object], deadline: float
    ) -> HttpAnswer:
        """Send once; return a 200."""
        token = self._access.token(deadline - time.monotonic())
        answer = self._transport.post(
            f"{self._base}/{call}",
            json.dumps({"credentialID": self._credential, **body}).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {token.get_secret_value()}",
            },
            seconds=deadline - time.monotonic(),
        )
        try:
            check_status(answer, key_id=self.key_id)
        except KeyRefused:
            self._access.refused(token)  # it may be the reason
            raise
        except TokenRefusedError as error:
            self._access.refused(token)
            if self._access.renewable:
                raise NoAnswerError("the token is too old", again=True) from error
            reason = RefusalReason.ACCESS_REFUSED
            raise KeyRefused(reason, key_id=self.key_id) from error
        return answer


def _text(data: bytes) -> str:
    return b64encode(data).decode()
