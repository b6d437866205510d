"""A key that never leaves its token or HSM, through the vendor's PKCS#11 module.

pkcs11.py          settings to key; the key itself
pkcs11_module.py   the module in this process: sessions, faults, forks
pkcs11_thread.py   the one thread that calls it
pkcs11_pin.py      PINs that must not be tried
pkcs11_objects.py  key and certificates on the token
pkcs11_scheme.py   signature schemes as PKCS #11 mechanisms
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

from keys.base import KeyRefused, KeyUnreachable, RefusalReason, SignatureScheme
from keys.chain import issuers_of
from keys.fitness import check_strength
from keys.pkcs11_module import module_at
from keys.pkcs11_objects import TokenKey
from keys.schemes import check_scheme, usual_scheme
from keys.settings import Pkcs11KeySettings

_MAX_PEM_BYTES = 1_000_000
_log = logging.getLogger("certify.keys")


@dataclass(frozen=True, kw_only=True, eq=False)
class Pkcs11Key:
    """A key on a token. Fills `keys.base.SigningKey`; use `keys.open.open_key`.

    It holds no session: each process opens its own, when it needs one.
    """

    key_id: str
    scheme: SignatureScheme
    certificate: Certificate = field(repr=False)
    chain: tuple[Certificate, ...] = field(repr=False)
    settings: Pkcs11KeySettings = field(repr=False)

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest; see `keys.base.SigningKey.sign_digest`.

        Each signature is verified with the certificate before it is returned.
        """
        if len(digest) != self.scheme.hash_algorithm.digest_size:
            raise ValueError("digest length does not fit the scheme")

        def sign(key: TokenKey) -> bytes:
            key.prove(self.certificate, self.scheme)
            return key.sign(self.certificate, self.scheme, digest)

        return module_at(self.settings.module).run(sign, self.settings)

    def check_reachable(self) -> None:
        """Find the token and the key on it; a signature only on the first time."""

        def look(key: TokenKey) -> None:
            key.prove(self.certificate, self.scheme)
            key.ping()

        module_at(self.settings.module).run(look, self.settings)


def open_pkcs11_key(settings: Pkcs11KeySettings) -> Pkcs11Key:
    """Find key and certificate, prove that they belong together.

    A token that is away does not keep the service from starting if the certificate is
    in a file: the proof is made up for before the first signature.

    Raises:
        KeyRefused: see `RefusalReason`.
        KeyUnreachable: the token is away, and with it the certificate.
    """
    key_id = settings.key_id
    _check_complete(settings)
    if settings.certificates is not None:
        certificates = _read_certificates(settings.certificates, key_id)
    else:
        module = module_at(settings.module)
        certificates = module.run(TokenKey.certificates, settings)
    if not certificates:
        raise KeyRefused(RefusalReason.CERTIFICATE_MISSING, key_id=key_id)
    leaf = certificates[0]
    public_key = leaf.public_key()
    check_strength(public_key, key_id=key_id)
    scheme = settings.scheme or usual_scheme(public_key)
    check_scheme(public_key, scheme, key_id=key_id)
    key = Pkcs11Key(
        key_id=key_id,
        scheme=scheme,
        certificate=leaf,
        chain=issuers_of(leaf, certificates[1:]),
        settings=settings,
    )
    try:
        key.check_reachable()
    except KeyUnreachable:
        if settings.certificates is None:
            raise
        _log.warning("%s: its token is away, the key is not proved yet", key_id)
    return key


def _check_complete(settings: Pkcs11KeySettings) -> None:
    token = settings.token_label or settings.token_serial
    if not token or not (settings.key_label or settings.key_cka_id):
        raise KeyRefused(RefusalReason.SETTINGS_INCOMPLETE, key_id=settings.key_id)
    if not settings.pin:
        raise KeyRefused(RefusalReason.PIN_MISSING, key_id=settings.key_id)


def _read_certificates(path: Path, key_id: str) -> list[Certificate]:
    try:
        with path.open("rb") as file:
            return load_pem_x509_certificates(file.read(_MAX_PEM_BYTES))
    except (OSError, ValueError) as error:
        reason = RefusalReason.CERTIFICATE_UNREADABLE
        raise KeyRefused(reason, key_id=key_id) from error
