"""Never burn a PIN: a refused one is not tried again, a last try is left to a person.

Tokens lock themselves after some wrong PINs (usually 3 to 10), and a locked HSM stops
every authority that signs with it.
"""

import hmac
import secrets
from hashlib import sha256

from pkcs11 import Token, TokenFlag
from pkcs11.exceptions import (
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserPinNotInitialized,
)

from keys.base import RefusalReason

_VERDICTS: dict[type[PKCS11Error], RefusalReason] = {
    PinIncorrect: RefusalReason.PIN_WRONG,
    PinInvalid: RefusalReason.PIN_WRONG,
    PinLenRange: RefusalReason.PIN_WRONG,
    PinLocked: RefusalReason.PIN_LOCKED,
    PinExpired: RefusalReason.PIN_UNUSABLE,
    UserPinNotInitialized: RefusalReason.PIN_UNUSABLE,
}


class PinRefused(Exception):
    """The PIN of the settings must not be used on this token."""

    def __init__(self, reason: RefusalReason) -> None:
        self.reason = reason
        super().__init__(reason)


class PinMemory:
    """Which PINs were refused by which token, as long as the process lives.

    Forked children inherit it. A new process has forgotten; then the token's own count
    stops it before the last try.
    """

    def __init__(self) -> None:
        """Remember nothing."""
        self._salt = secrets.token_bytes(32)
        self._refused: dict[bytes, RefusalReason] = {}

    def fingerprint(self, token: Token, pin: str) -> bytes:
        """Return a salted digest: the PIN itself is nowhere kept beside its token."""
        text = b"\0".join((token.serial, token.label.encode(), _encoded(pin)))
        return hmac.new(self._salt, text, sha256).digest()

    def check(self, token: Token, pin: str) -> None:
        """Raise PinRefused where a login must not even be tried."""
        known = self._refused.get(self.fingerprint(token, pin))
        if known is not None:
            raise PinRefused(known)
        if token.flags & TokenFlag.USER_PIN_LOCKED:
            raise PinRefused(RefusalReason.PIN_LOCKED)
        if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
            raise PinRefused(RefusalReason.PIN_LAST_TRY)

    def judge(self, token: Token, pin: str, error: PKCS11Error) -> None:
        """Remember and raise PinRefused if an error of C_Login is about the PIN."""
        reason = _VERDICTS.get(type(error))
        if reason is not None:
            self._refused[self.fingerprint(token, pin)] = reason
            raise PinRefused(reason) from error


def _encoded(pin: str) -> bytes:
    try:
        return pin.encode()
    except UnicodeEncodeError:  # bytes of the environment that are no UTF-8
        # The error holds the PIN: it ends here.
        raise PinRefused(RefusalReason.PIN_WRONG) from None
