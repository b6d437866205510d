"""The token of a person who sits in front of it, through its PKCS#11 module.

Unlike `keys.pkcs11`, which serves a service for months, this is used by the signing
agent: certificates are listed without a PIN, a PIN comes with each batch from the
person's hand, and with the batch the session ends, which logs out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cryptography.x509 import Certificate, load_der_x509_certificate
from pkcs11 import Attribute, ObjectClass, Token, TokenFlag
from pkcs11._pkcs11 import lib
from pkcs11.exceptions import NoSuchKey, PKCS11Error

from keys.base import KeyRefused, KeyUnreachable, RefusalReason, SignatureScheme
from keys.fitness import check_strength, check_usage
from keys.pkcs11_objects import TokenKey
from keys.pkcs11_pin import PinMemory, PinRefused
from keys.pkcs11_thread import ModuleHangs, ModuleThread
from keys.settings import Pkcs11KeySettings

TOKEN = "USB token"  # noqa: S105 - the key's name in errors
_SECONDS = 60.0  # of one batch; a token takes up to a second for an RSA signature

_T = TypeVar("_T")
_Found = tuple[bytes, Certificate]  # CKA_ID, certificate


class PersonsToken:
    """All tokens of one module, or those of one label. One thread makes all calls."""

    def __init__(self, module: Path, *, token_label: str | None = None) -> None:
        """Load nothing yet."""
        self._module = module
        self._label = token_label
        self._library: lib | None = None
        self._pins = PinMemory()
        self._known: dict[bytes, list[_Found]] = {}
        self._thread = ModuleThread(name="token", close=self._close)

    def certificates(self) -> list[Certificate]:
        """Return the certificates that may sign documents; asks for no PIN.

        Raises:
            KeyUnreachable: the module does not answer.
            KeyRefused: MODULE_MISSING, MODULE_UNUSABLE.
        """
        return self._call(self._listed)

    def sign(
        self,
        certificate: Certificate,
        pin: str,
        wanted: Sequence[tuple[SignatureScheme, bytes]],
    ) -> list[bytes]:
        """Sign digests with the key of a certificate: one login, then logged out.

        A refused PIN is never tried again, neither here nor in a later call.

        Raises:
            KeyRefused: PIN_WRONG, PIN_LOCKED, PIN_LAST_TRY, KEY_MISSING …
            KeyUnreachable: the token was pulled out, or does not answer.
        """
        return self._call(lambda: self._signed(certificate, pin, wanted))

    def _call(self, work: Callable[[], _T]) -> _T:
        try:
            return self._thread.call(
                lambda: self._guarded(work), time_limit_seconds=_SECONDS
            )
        except ModuleHangs as error:
            raise KeyUnreachable(key_id=TOKEN) from error

    def _guarded(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except PinRefused as error:
            raise KeyRefused(error.reason, key_id=TOKEN) from error
        except NoSuchKey as error:
            raise KeyRefused(RefusalReason.KEY_MISSING, key_id=TOKEN) from error
        except PKCS11Error as error:
            self._close()  # modules forget what they knew when a token is pulled out
            raise KeyUnreachable(key_id=TOKEN) from error

    def _listed(self) -> list[Certificate]:
        found = [
            certificate
            for token in self._tokens()
            for _, certificate in self._on(token)
        ]
        if not found:
            self._close()  # some modules see a new token only when they begin anew
        return found

    def _signed(
        self,
        certificate: Certificate,
        pin: str,
        wanted: Sequence[tuple[SignatureScheme, bytes]],
    ) -> list[bytes]:
        token, cka_id = self._holding(certificate)
        settings = Pkcs11KeySettings(
            key_id=TOKEN, module=self._module, key_cka_id=cka_id, pin=pin
        )
        self._pins.check(token, pin)
        try:
            session = token.open(user_pin=pin)
        except PKCS11Error as error:
            self._pins.judge(token, pin, error)
            raise
        with session:  # the last session's end logs out (PKCS #11 v2.40 §5.6)
            key = TokenKey(session, settings, self._pins)
            return [key.sign(certificate, scheme, digest) for scheme, digest in wanted]

    def _holding(self, certificate: Certificate) -> tuple[Token, bytes]:
        for token in self._tokens():
            for cka_id, found in self._on(token):
                if found == certificate:
                    return token, cka_id
        raise NoSuchKey

    def _tokens(self) -> Iterator[Token]:
        """Give the tokens that are plugged in."""
        present = set()
        for slot in self._opened().get_slots(token_present=True):
            with suppress(PKCS11Error):  # an empty or foreign reader
                token = slot.get_token()
                made = token.flags & TokenFlag.TOKEN_INITIALIZED
                if made and self._label in (None, token.label):
                    present.add(token.serial)
                    yield token
        for serial in set(self._known) - present:
            del self._known[serial]

    def _on(self, token: Token) -> list[_Found]:
        """Read a token's certificates once, until it is pulled out."""
        if token.serial not in self._known:
            self._known[token.serial] = _signing_certificates(token)
        return self._known[token.serial]

    def _opened(self) -> lib:
        if self._library is None:
            if not self._module.is_file():
                raise KeyRefused(RefusalReason.MODULE_MISSING, key_id=TOKEN)
            try:
                self._library = lib(str(self._module))
            except PKCS11Error as error:
                reason = RefusalReason.MODULE_UNUSABLE
                raise KeyRefused(reason, key_id=TOKEN) from error
        self._library.initialize()
        return self._library

    def _close(self) -> None:
        self._known.clear()
        if self._library is not None and self._library.initialized:
            with suppress(PKCS11Error):
                self._library.finalize()


def _signing_certificates(token: Token) -> list[_Found]:
    found = []
    with token.open() as session:
        objects = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        for each in list(objects):
            with suppress(ValueError, KeyRefused, PKCS11Error, LookupError):
                certificate = load_der_x509_certificate(each[Attribute.VALUE])
                check_strength(certificate.public_key(), key_id=TOKEN)
                check_usage(certificate, key_id=TOKEN)
                found.append((bytes(each[Attribute.ID]), certificate))
    return found
