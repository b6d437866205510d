"""A key in a file: PKCS#12, or PEM with the certificates in the same file.

Parsing and checking an RSA key takes 35-250 ms, so it is done once, when the key is
opened; a signature afterwards costs the RSA operation and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from asn1crypto import keys as asn1_keys
from asn1crypto import pem, pkcs12
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
)
from cryptography.x509 import Certificate, load_der_x509_certificate

from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.chain import issuers_of
from keys.fitness import check_match, check_strength
from keys.private_file import read_private_file
from keys.schemes import ECDSA, rsa_padding, usual_scheme
from keys.settings import FileKeySettings

FilePrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class _Content(NamedTuple):
    private_key: object
    certificates: Sequence[Certificate]  # the leaf first


@dataclass(frozen=True, kw_only=True, eq=False)
class FileKey:
    """A loaded key. Fills `keys.base.SigningKey`; use `keys.open.open_key`.

    Attributes:
        raw_sign: the private key, closed over by a function: digest to signature.
    """

    key_id: str
    scheme: SignatureScheme
    certificate: Certificate = field(repr=False)
    chain: tuple[Certificate, ...] = field(repr=False)
    raw_sign: Callable[[bytes], bytes] = field(repr=False)

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest; see `keys.base.SigningKey.sign_digest`."""
        if len(digest) != self.scheme.hash_algorithm.digest_size:
            raise ValueError("digest length does not fit the scheme")
        return self.raw_sign(digest)

    def check_reachable(self) -> None:
        """Do nothing: the key is in memory."""


def open_file_key(settings: FileKeySettings) -> FileKey:
    """Read the file, prove that key and certificate belong together.

    Raises:
        KeyRefused: see `RefusalReason`.
        KeyUnreachable: the disk did not answer.
    """
    key_id = settings.key_id
    if not settings.passphrase:
        raise KeyRefused(RefusalReason.PASSPHRASE_MISSING, key_id=key_id)
    data = read_private_file(settings.path, key_id=key_id)
    passphrase = settings.passphrase.encode()
    read = _read_pem if pem.detect(data) else _read_pkcs12
    private_key, certificates = read(data, passphrase, key_id)
    if not isinstance(private_key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise KeyRefused(RefusalReason.KEY_UNSUPPORTED, key_id=key_id)
    if not certificates:
        raise KeyRefused(RefusalReason.CERTIFICATE_MISSING, key_id=key_id)
    leaf = certificates[0]
    check_strength(private_key.public_key(), key_id=key_id)
    check_match(private_key.public_key(), leaf, key_id=key_id)
    scheme = settings.scheme or usual_scheme(private_key.public_key())
    return FileKey(
        key_id=key_id,
        certificate=leaf,
        chain=issuers_of(leaf, certificates[1:]),
        scheme=scheme,
        raw_sign=_signer(private_key, scheme, key_id),
    )


def _read_pkcs12(data: bytes, passphrase: bytes, key_id: str) -> _Content:
    try:
        # Only the structure: afterwards a failure to open is the passphrase.
        _ = pkcs12.Pfx.load(data, strict=True).native["version"]
    except (ValueError, TypeError, KeyError) as error:
        raise KeyRefused(RefusalReason.FILE_DAMAGED, key_id=key_id) from error
    if _opens_without_passphrase(data):
        raise KeyRefused(RefusalReason.NOT_ENCRYPTED, key_id=key_id)
    try:
        key, leaf, others = load_key_and_certificates(data, passphrase)
    except ValueError as error:
        raise KeyRefused(RefusalReason.PASSPHRASE_WRONG, key_id=key_id) from error
    return _Content(key, [leaf, *others] if leaf else others)


def _opens_without_passphrase(data: bytes) -> bool:
    try:
        load_key_and_certificates(data, None)
    except ValueError:
        return False
    return True


def _read_pem(data: bytes, passphrase: bytes, key_id: str) -> _Content:
    encrypted, plain, certificates = b"", False, []
    try:
        for label, _headers, der in pem.unarmor(data, multiple=True):
            if label == "CERTIFICATE":
                certificates.append(load_der_x509_certificate(der))
            elif label == "ENCRYPTED PRIVATE KEY":
                _ = asn1_keys.EncryptedPrivateKeyInfo.load(der, strict=True).native
                encrypted = der
            elif label.endswith("PRIVATE KEY"):
                plain = True
    except (ValueError, TypeError, KeyError) as error:
        raise KeyRefused(RefusalReason.FILE_DAMAGED, key_id=key_id) from error
    if plain:
        raise KeyRefused(RefusalReason.NOT_ENCRYPTED, key_id=key_id)
    if not encrypted:
        raise KeyRefused(RefusalReason.FILE_DAMAGED, key_id=key_id)
    try:
        return _Content(load_der_private_key(encrypted, passphrase), certificates)
    except ValueError as error:
        raise KeyRefused(RefusalReason.PASSPHRASE_WRONG, key_id=key_id) from error


def _signer(
    private_key: FilePrivateKey, scheme: SignatureScheme, key_id: str
) -> Callable[[bytes], bytes]:
    """Bind the private key into a function, so that no attribute shows it."""
    prehashed = Prehashed(scheme.hash_algorithm)
    is_ecdsa = scheme in ECDSA
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and is_ecdsa:
        ec_key, ecdsa = private_key, ec.ECDSA(prehashed)
        return lambda digest: ec_key.sign(digest, ecdsa)
    if isinstance(private_key, rsa.RSAPrivateKey) and not is_ecdsa:
        rsa_key, pad = private_key, rsa_padding(scheme)
        return lambda digest: rsa_key.sign(digest, pad, prehashed)
    raise KeyRefused(RefusalReason.SCHEME_UNSUITABLE, key_id=key_id)
