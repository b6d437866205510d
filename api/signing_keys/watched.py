"""Measures a key and changes nothing else. An exception passes through as it came."""

from functools import partial

from cryptography.x509 import Certificate

from api.observe.archive import timed
from api.observe.meter import Meter
from certify.errors import CertifyError
from keys.base import (
    AttendedKey,
    KeyOwnerAbsent,
    KeyRefused,
    KeyUnreachable,
    SignatureScheme,
    SigningKey,
    SigningPurpose,
)


class WatchedKey:
    """Measures a key."""

    def __init__(self, key: SigningKey, *, backend: str, meter: Meter) -> None:
        """Watch this one, of this kind of backend."""
        self._key = key
        self._note = partial(meter.key, backend)

    @property
    def key_id(self) -> str:
        """See `keys.base.SigningKey`."""
        return self._key.key_id

    @property
    def certificate(self) -> Certificate:
        """See `keys.base.SigningKey`."""
        return self._key.certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """See `keys.base.SigningKey`."""
        return self._key.chain

    @property
    def scheme(self) -> SignatureScheme:
        """See `keys.base.SigningKey`."""
        return self._key.scheme

    def sign_digest(self, digest: bytes) -> bytes:
        """See `keys.base.SigningKey`."""
        with timed(self._note, _key_outcome):
            return self._key.sign_digest(digest)

    def check_reachable(self) -> None:
        """See `keys.base.SigningKey`."""
        self._key.check_reachable()


class WatchedAttendedKey(WatchedKey):
    """Measures a key in its owner's hands: most of the time is the owner's."""

    def __init__(self, key: AttendedKey, *, backend: str, meter: Meter) -> None:
        """Watch this one."""
        super().__init__(key, backend=backend, meter=meter)
        self._attended = key

    def sign_message(self, message: bytes, purpose: SigningPurpose) -> bytes:
        """See `keys.base.AttendedKey`."""
        with timed(self._note, _key_outcome):
            return self._attended.sign_message(message, purpose)


def watched_key(backend: str, key: SigningKey, *, meter: Meter) -> SigningKey:
    """Wrap a key of a kind of backend so that it still is what it was."""
    if isinstance(key, AttendedKey):
        return WatchedAttendedKey(key, backend=backend, meter=meter)
    return WatchedKey(key, backend=backend, meter=meter)


def _key_outcome(error: Exception) -> str:
    match error:
        case KeyRefused():
            return "refused"
        case KeyOwnerAbsent():
            return "absent"
        case KeyUnreachable():
            return "unreachable"
        case _:
            return CertifyError.code
