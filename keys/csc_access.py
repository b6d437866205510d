"""The access token of a remote signing service: given, or fetched and kept.

OAuth 2.0 client credentials (RFC 6749 §4.4, CSC API 1.0.4 §8.4); a token lives until
shortly before its end, or until the service refuses it.
"""

import re
import time
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from urllib.parse import urlencode

from pydantic import SecretStr

from keys.base import KeyRefused, RefusalReason
from keys.csc_answers import Token, read_answer
from keys.csc_http import CscTransport, NoAnswerError, check_address
from keys.csc_refusals import TokenRefusedError, check_status
from keys.per_process import PerProcess
from keys.settings import CscBearer, CscKeySettings

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_RENEWED_BEFORE = 0.1  # of its life is left, but no more than
_RENEWED_BEFORE_SECONDS = 30.0
# RFC 6750 §2.1 b64token; anything else would be shown by the HTTP library's error.
_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Access(Protocol):
    """Where the token of each call comes from."""

    @property
    def renewable(self) -> bool:
        """Whether another token can be had."""
        ...

    def token(self, seconds: float) -> SecretStr:
        """Return a token, fetched within so many seconds if need be.

        Raises:
            KeyRefused: CLIENT_REFUSED.
            NoAnswerError: the service gave none.
        """
        ...

    def refused(self, token: SecretStr) -> None:
        """Never use this token again, if another one can be had."""
        ...


def open_access(settings: CscKeySettings, transport: CscTransport) -> Access:
    """Return the access that the settings choose.

    Raises:
        KeyRefused: ACCESS_REFUSED for what is no token, ADDRESS_UNSAFE.
    """
    access, key_id = settings.access, settings.key_id
    if isinstance(access, CscBearer):
        if not _B64TOKEN.fullmatch(access.token):
            raise KeyRefused(RefusalReason.ACCESS_REFUSED, key_id=key_id)
        return GivenToken(SecretStr(access.token))
    address = access.token_url or f"{settings.base_url.rstrip('/')}/oauth2/token"
    check_address(address, key_id=key_id)
    form = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": access.client_id,
            "client_secret": access.client_secret,
        }
    )
    return FetchedToken(address, form.encode(), transport, key_id)


@dataclass(frozen=True)
class GivenToken:
    """One token for ever."""

    given: SecretStr
    renewable: bool = False

    def token(self, seconds: float) -> SecretStr:
        """Return it; see `Access`."""
        del seconds
        return self.given

    def refused(self, token: SecretStr) -> None:
        """Nothing can be had instead."""


@dataclass(frozen=True)
class _Kept:
    token: SecretStr
    until: float


class FetchedToken:
    """Asks for a token when there is none; one thread at a time."""

    renewable = True

    def __init__(
        self, address: str, form: bytes, transport: CscTransport, key_id: str
    ) -> None:
        """Ask nothing yet."""
        self._address = address
        self._form = form
        self._transport = transport
        self._key_id = key_id
        self._kept: _Kept | None = None
        self._lock = PerProcess(Lock)

    def token(self, seconds: float) -> SecretStr:
        """Return the kept token or a new one; see `Access`."""
        with self._lock.get():
            if self._kept is None or time.monotonic() >= self._kept.until:
                self._kept = self._fetch(seconds)
            return self._kept.token

    def refused(self, token: SecretStr) -> None:
        """Forget a token, unless another thread has replaced it already."""
        with self._lock.get():
            if self._kept is not None and self._kept.token is token:
                self._kept = None

    def _fetch(self, seconds: float) -> _Kept:
        asked_at = time.monotonic()
        answer = self._transport.post(self._address, self._form, _FORM, seconds=seconds)
        try:
            check_status(answer, key_id=self._key_id)
        except (TokenRefusedError, KeyRefused) as error:
            reason = RefusalReason.CLIENT_REFUSED
            raise KeyRefused(reason, key_id=self._key_id) from error
        told = read_answer(answer, Token)
        fit = _B64TOKEN.fullmatch(told.access_token.get_secret_value())
        if told.token_type.lower() != "bearer" or not fit:
            raise NoAnswerError("no bearer token")
        early = min(_RENEWED_BEFORE_SECONDS, told.expires_in * _RENEWED_BEFORE)
        return _Kept(told.access_token, asked_at + told.expires_in - early)
