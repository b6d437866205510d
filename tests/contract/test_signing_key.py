"""What every backend's key must do. A new backend adds its keys to `KEYS`."""

# ruff: noqa: S105 - passphrases of keys made in this test

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from certify.clock import SystemClock
from keys.base import SignatureScheme, SigningKey
from keys.devpki.holders import SealHolder
from keys.devpki.issue import HolderKey, issue_certificate
from keys.open import open_key
from keys.settings import ExternalKeySettings, FileKeySettings, KeySettings
from tests.support.csc import RemoteSigning, keep_remotely
from tests.support.owners import Owners
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id, rsa_key
from tests.support.softhsm import SoftHsm, issue_on

PASSPHRASE = "Mật khẩu thử 123"
OWNERS = Owners()
Build: TypeAlias = Callable[[pytest.FixtureRequest, RunningPki, Path], KeySettings]


def _pkcs12(
    make_key: Callable[[], HolderKey], scheme: SignatureScheme | None = None
) -> Build:
    def build(_: object, pki: RunningPki, __: Path) -> KeySettings:
        key_id = fresh_key_id("contract")
        holder = SealHolder(key_id, AUTHORITY_NAME)
        issued = issue_certificate(
            pki.folder, holder, now=SystemClock().now(), private_key=make_key()
        )
        return FileKeySettings(
            key_id=key_id,
            path=issued.key_path,
            passphrase=issued.passphrase_path.read_text(),
            scheme=scheme,
        )

    return build


def _pem(make_key: Callable[[], HolderKey]) -> Build:
    def build(_: object, pki: RunningPki, folder: Path) -> KeySettings:
        key_id, key = fresh_key_id("contract"), make_key()
        holder = SealHolder(key_id, AUTHORITY_NAME)
        issued = issue_certificate(
            pki.folder, holder, now=SystemClock().now(), private_key=key
        )
        encryption = BestAvailableEncryption(PASSPHRASE.encode())
        # The issuers come in the wrong order on purpose.
        parts = [
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
            issued.certificate.public_bytes(Encoding.PEM),
            pki.pki.root.public_bytes(Encoding.PEM),
            pki.pki.issuing.public_bytes(Encoding.PEM),
        ]
        path = folder / "key.pem"
        path.touch(mode=0o600)
        path.write_bytes(b"".join(parts))
        return FileKeySettings(key_id=key_id, path=path, passphrase=PASSPHRASE)

    return build


def _softhsm(
    make_key: Callable[[], HolderKey],
    scheme: SignatureScheme | None = None,
    *,
    pem: bool = False,
) -> Build:
    def build(
        request: pytest.FixtureRequest, pki: RunningPki, folder: Path
    ) -> KeySettings:
        softhsm: SoftHsm = request.getfixturevalue("softhsm")
        return issue_on(
            softhsm.new_token(),
            pki,
            make_key(),
            scheme=scheme,
            pem=folder / "certificates.pem" if pem else None,
        )

    return build


def _csc(
    make_key: Callable[[], HolderKey], scheme: SignatureScheme | None = None
) -> Build:
    def build(request: pytest.FixtureRequest, pki: RunningPki, _: Path) -> KeySettings:
        service: RemoteSigning = request.getfixturevalue("csc_service")
        key_id = fresh_key_id("contract")
        keep_remotely(service, pki, SealHolder(key_id, AUTHORITY_NAME), make_key())
        return service.settings(key_id, scheme=scheme)

    return build


def _external(
    make_key: Callable[[], HolderKey], scheme: SignatureScheme | None = None
) -> Build:
    held = _pkcs12(make_key, scheme)

    def build(
        request: pytest.FixtureRequest, pki: RunningPki, folder: Path
    ) -> KeySettings:
        return OWNERS.take_out(held(request, pki, folder), folder)

    return build


KEYS = {
    "pkcs12 RSA-2048": _pkcs12(lambda: rsa_key(2048)),
    "pem RSA-3072": _pem(lambda: rsa_key(3072)),
    "pkcs12 RSA-2048 PSS": _pkcs12(
        lambda: rsa_key(2048), SignatureScheme.RSA_PSS_SHA256
    ),
    "pkcs12 P-256": _pkcs12(lambda: ec_key(ec.SECP256R1())),
    "pem P-384": _pem(lambda: ec_key(ec.SECP384R1())),
    "SoftHSM RSA-2048": _softhsm(lambda: rsa_key(2048)),
    "SoftHSM RSA-3072": _softhsm(lambda: rsa_key(3072), pem=True),
    "SoftHSM RSA-2048 PSS": _softhsm(
        lambda: rsa_key(2048), SignatureScheme.RSA_PSS_SHA256
    ),
    "SoftHSM P-256": _softhsm(lambda: ec_key(ec.SECP256R1()), pem=True),
    "SoftHSM P-256 SHA-384": _softhsm(
        lambda: ec_key(ec.SECP256R1()), SignatureScheme.ECDSA_SHA384
    ),
    "SoftHSM P-384": _softhsm(lambda: ec_key(ec.SECP384R1())),
    "csc RSA-2048": _csc(lambda: rsa_key(2048)),
    "csc RSA-3072": _csc(lambda: rsa_key(3072)),
    "csc RSA-2048 PSS": _csc(lambda: rsa_key(2048), SignatureScheme.RSA_PSS_SHA256),
    "csc P-256": _csc(lambda: ec_key(ec.SECP256R1())),
    "external RSA-2048": _external(lambda: rsa_key(2048)),
    "external RSA-3072": _external(lambda: rsa_key(3072)),
    "external RSA-2048 PSS": _external(
        lambda: rsa_key(2048), SignatureScheme.RSA_PSS_SHA256
    ),
    "external P-256": _external(lambda: ec_key(ec.SECP256R1())),
}


@pytest.fixture(params=KEYS.values(), ids=KEYS.keys(), scope="module")
def settings(
    request: pytest.FixtureRequest,
    running_pki: RunningPki,
    tmp_path_factory: pytest.TempPathFactory,
) -> KeySettings:
    built: KeySettings = request.param(
        request, running_pki, tmp_path_factory.mktemp("key")
    )
    return built


@pytest.fixture(scope="module")
def key(settings: KeySettings) -> SigningKey:
    return open_key(settings, exchange=OWNERS)


def _verify(key: SigningKey, signature: bytes, message: bytes) -> None:
    public_key = key.certificate.public_key()
    match key.scheme:
        case SignatureScheme.RSA_PKCS1_SHA256:
            assert isinstance(public_key, rsa.RSAPublicKey)
            public_key.verify(signature, message, padding.PKCS1v15(), SHA256())
        case SignatureScheme.RSA_PSS_SHA256:
            assert isinstance(public_key, rsa.RSAPublicKey)
            pss = padding.PSS(padding.MGF1(SHA256()), salt_length=32)
            public_key.verify(signature, message, pss, SHA256())
        case SignatureScheme.ECDSA_SHA256:
            assert isinstance(public_key, ec.EllipticCurvePublicKey)
            public_key.verify(signature, message, ec.ECDSA(SHA256()))
        case SignatureScheme.ECDSA_SHA384:
            assert isinstance(public_key, ec.EllipticCurvePublicKey)
            public_key.verify(signature, message, ec.ECDSA(SHA384()))


def _digest(key: SigningKey, message: bytes) -> bytes:
    return hashlib.new(key.scheme.hash_algorithm.name, message).digest()


def test_signature_verifies_with_the_certificate(key: SigningKey) -> None:
    message = b"page digest"
    _verify(key, key.sign_digest(_digest(key, message)), message)


def test_signs_from_several_threads(key: SigningKey) -> None:
    messages = [f"copy {n}".encode() for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        signatures = list(
            pool.map(lambda m: key.sign_digest(_digest(key, m)), messages)
        )
    for message, signature in zip(messages, signatures, strict=True):
        _verify(key, signature, message)


@pytest.mark.parametrize("length", [0, 20, 33, 64])
def test_digest_of_another_length_is_refused(key: SigningKey, length: int) -> None:
    with pytest.raises(ValueError, match="digest length"):
        key.sign_digest(bytes(length))


def test_a_key_that_answers_is_reachable(key: SigningKey) -> None:
    key.check_reachable()


def test_chain_leads_to_the_root(key: SigningKey, running_pki: RunningPki) -> None:
    assert key.chain == (running_pki.pki.issuing, running_pki.pki.root)


def _secrets(settings: object) -> Iterator[str]:
    """Yield what settings keep out of their `repr`."""
    assert is_dataclass(settings)
    for one in fields(settings):
        value = getattr(settings, one.name)
        if is_dataclass(value):
            yield from _secrets(value)
        elif not one.repr:
            yield value


def test_no_secret_in_repr(key: SigningKey, settings: KeySettings) -> None:
    shown = repr(key) + str(key) + repr(settings) + str(settings)
    secrets = list(_secrets(settings))
    assert secrets or isinstance(settings, ExternalKeySettings)  # its owner has them
    assert [s for s in secrets if not s or s in shown] == []
    assert "PrivateKey" not in shown
    assert key.key_id == settings.key_id
    assert key.key_id in repr(key)
