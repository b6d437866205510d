"""A PKCS#11 module in this process: its library, its sessions, what to do on a fault.

On any fault everything is dropped: a session after a lost token is worth nothing, and
modules forget what they knew. Then all is opened anew and the work tried once more.
"""

import ctypes
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pkcs11 import Session, Token
from pkcs11._pkcs11 import lib  # `pkcs11.lib` keeps a parent's after a fork
from pkcs11.exceptions import (
    DataLenRange,
    KeySizeRange,
    KeyTypeInconsistent,
    MechanismInvalid,
    MechanismParamInvalid,
    MultipleObjectsReturned,
    MultipleTokensReturned,
    NoSuchKey,
    NoSuchToken,
    PKCS11Error,
)

from keys.base import KeyRefused, KeyUnreachable, RefusalReason
from keys.pkcs11_objects import OtherKey, TokenKey
from keys.pkcs11_pin import PinMemory, PinRefused
from keys.pkcs11_thread import ModuleHangs, ModuleThread
from keys.settings import Pkcs11KeySettings

_T = TypeVar("_T")
_log = logging.getLogger("certify.keys")

# What is no outage when it comes again with everything opened anew.
_FINAL: dict[type[PKCS11Error], RefusalReason] = {
    NoSuchKey: RefusalReason.KEY_MISSING,
    MultipleObjectsReturned: RefusalReason.KEY_AMBIGUOUS,
    MultipleTokensReturned: RefusalReason.TOKEN_AMBIGUOUS,
    OtherKey: RefusalReason.KEY_MISMATCH,
    MechanismInvalid: RefusalReason.SCHEME_UNSUITABLE,
    MechanismParamInvalid: RefusalReason.SCHEME_UNSUITABLE,
    KeyTypeInconsistent: RefusalReason.SCHEME_UNSUITABLE,
    KeySizeRange: RefusalReason.SCHEME_UNSUITABLE,
    DataLenRange: RefusalReason.SCHEME_UNSUITABLE,
}

# C_Initialize, C_Finalize and logins count for the whole process (PKCS #11 v2.40 base
# specification §5.4, §5.6), so what guards them must too: keys that know nothing of
# each other share a module. By process, because a forked child must initialise for
# itself and never use its parent's sessions; a parent's entry stays, for its destructor
# would call C_Finalize. `dict.setdefault` needs no lock that a fork could leave locked.
_MODULES: dict[tuple[int, Path], "Pkcs11Module"] = {}


def module_at(path: Path) -> "Pkcs11Module":
    """Return this process's one access to the module."""
    path = path.resolve()
    here = (os.getpid(), path)
    found = _MODULES.get(here)
    if found is not None:
        return found
    of_parents = [
        m for (_, known), m in reversed(list(_MODULES.items())) if known == path
    ]
    return _MODULES.setdefault(here, Pkcs11Module(path, of_parents))


class Pkcs11Module:
    """One module in one process; all but `run` and `__init__` is its thread's."""

    def __init__(self, path: Path, of_parents: list["Pkcs11Module"]) -> None:
        """Load nothing yet.

        Args:
            path: the shared library.
            of_parents: what processes this one was forked from made of it, newest
                first.
        """
        self._path = path
        self._inherited = next((m.library for m in of_parents if m.library), None)
        self.pins: PinMemory = of_parents[0].pins if of_parents else PinMemory()
        self.library: lib | None = None
        self._sessions: dict[bytes, tuple[Session, bytes]] = {}
        self._keys: dict[Pkcs11KeySettings, TokenKey] = {}
        self._thread = ModuleThread(name=f"pkcs11 {path.name}", close=self._drop)

    def run(self, work: Callable[[TokenKey], _T], settings: Pkcs11KeySettings) -> _T:
        """Have the module's thread do something with an opened key.

        Raises:
            KeyRefused: no such key, PIN refused, no such module …
            KeyUnreachable: it failed twice, or the module does not answer.
        """
        try:
            return self._thread.call(
                lambda: self._twice(work, settings),
                time_limit_seconds=settings.time_limit_seconds,
            )
        except ModuleHangs as error:
            raise KeyUnreachable(key_id=settings.key_id) from error

    def _twice(self, work: Callable[[TokenKey], _T], settings: Pkcs11KeySettings) -> _T:
        try:
            return self._once(work, settings)
        except PKCS11Error as error:
            _log.warning("%s: %s, opening anew", settings.key_id, type(error).__name__)
        try:
            return self._once(work, settings)
        except PKCS11Error as error:
            if (reason := _FINAL.get(type(error))) is not None:
                raise KeyRefused(reason, key_id=settings.key_id) from error
            _log.error("%s: %s again, away", settings.key_id, type(error).__name__)
            raise KeyUnreachable(key_id=settings.key_id) from error

    def _once(self, work: Callable[[TokenKey], _T], settings: Pkcs11KeySettings) -> _T:
        try:
            return work(self._key(settings))
        except PKCS11Error:
            self._drop()
            raise
        except PinRefused as error:
            self._drop()  # a session may have been opened for the login
            raise KeyRefused(error.reason, key_id=settings.key_id) from error

    def _key(self, settings: Pkcs11KeySettings) -> TokenKey:
        if settings not in self._keys:
            session = self._session(settings)
            self._keys[settings] = TokenKey(session, settings, self.pins)
        return self._keys[settings]

    def _session(self, settings: Pkcs11KeySettings) -> Session:
        """Return the token's one session, logged in; keys on a token share it."""
        token = self._token(settings)
        pin = self.pins.fingerprint(token, settings.pin)
        if token.serial in self._sessions:
            session, opened_with = self._sessions[token.serial]
            if pin != opened_with:  # a token has one user PIN, and it is the other one
                raise KeyRefused(RefusalReason.PIN_WRONG, key_id=settings.key_id)
            return session
        self.pins.check(token, settings.pin)
        try:
            session = token.open(user_pin=settings.pin)  # read-only
        except PKCS11Error as error:
            self.pins.judge(token, settings.pin, error)
            raise
        self._sessions[token.serial] = session, pin
        return session

    def _token(self, settings: Pkcs11KeySettings) -> Token:
        found = [t for t in self._tokens(settings.key_id) if _is_meant(t, settings)]
        if not found:
            raise NoSuchToken
        if len(found) > 1:
            raise MultipleTokensReturned
        return found[0]

    def _tokens(self, key_id: str) -> Iterator[Token]:
        for slot in self._initialised(key_id).get_slots(token_present=True):
            try:
                yield slot.get_token()
            except PKCS11Error as error:  # perhaps another token than ours
                _log.info("slot %d: %s", slot.slot_id, type(error).__name__)

    def _initialised(self, key_id: str) -> lib:
        if self.library is None:
            self.library = self._loaded(key_id)
        self.library.initialize()
        return self.library

    def _loaded(self, key_id: str) -> lib:
        if not self._path.is_file():
            raise KeyRefused(RefusalReason.MODULE_MISSING, key_id=key_id)
        try:
            _ = ctypes.CDLL(str(self._path)).C_GetFunctionList
        except (OSError, AttributeError) as error:
            raise KeyRefused(RefusalReason.MODULE_UNUSABLE, key_id=key_id) from error
        try:
            return lib(str(self._path))
        except PKCS11Error:
            if self._inherited is None:
                raise
            # The module has not noticed the fork: it says it is initialised already.
            self._inherited.reinitialize()
            return self._inherited

    def _drop(self) -> None:
        """Forget every session; C_Finalize closes them, if anything still can."""
        self._keys.clear()
        self._sessions.clear()
        if self.library is not None and self.library.initialized:
            try:
                self.library.finalize()
            except PKCS11Error as error:
                _log.info("C_Finalize: %s", type(error).__name__)


def _is_meant(token: Token, settings: Pkcs11KeySettings) -> bool:
    label, serial = settings.token_label, settings.token_serial
    return (label is None or token.label == label) and (
        serial is None or token.serial == serial.encode()
    )
