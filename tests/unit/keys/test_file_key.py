# ruff: noqa: S105, S106 - passphrases of keys made in this test

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12PrivateKeyTypes,
    serialize_key_and_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from certify.clock import SystemClock
from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.devpki.profiles import BACKDATE, YEAR, _key_usage
from keys.fitness import check_usable
from keys.open import open_key
from keys.settings import FileKeySettings
from tests.support.pki import ec_key, rsa_key

PASSPHRASE = "bí-mật-của-khóa"
DOCUMENT = frozenset({"digital_signature", "content_commitment"})


def certificate(
    key: PKCS12PrivateKeyTypes,
    *,
    usages: frozenset[str] | None = DOCUMENT,
    purposes: list[ObjectIdentifier] | None = None,
    ca: bool = False,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lò Văn Thử")])
    now = SystemClock().now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + YEAR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if usages is not None:
        builder = builder.add_extension(_key_usage(usages), critical=True)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    signer = rsa_key(2048) if algorithm else key
    return builder.sign(signer, algorithm)


def write(path: Path, data: bytes, mode: int = 0o600) -> FileKeySettings:
    path.write_bytes(data)
    path.chmod(mode)
    return FileKeySettings(key_id="chairman", path=path, passphrase=PASSPHRASE)


def pkcs12(
    path: Path,
    key: PKCS12PrivateKeyTypes,
    leaf: x509.Certificate | None,
    *,
    encrypted: bool = True,
) -> FileKeySettings:
    encryption = (
        BestAvailableEncryption(PASSPHRASE.encode()) if encrypted else NoEncryption()
    )
    return write(
        path, serialize_key_and_certificates(None, key, leaf, None, encryption)
    )


def pem(
    path: Path, key: PKCS12PrivateKeyTypes, *leaves: x509.Certificate
) -> FileKeySettings:
    encryption = BestAvailableEncryption(PASSPHRASE.encode())
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return write(path, data + b"".join(c.public_bytes(Encoding.PEM) for c in leaves))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chairman.key"


def refusal(settings: FileKeySettings) -> RefusalReason:
    with pytest.raises(KeyRefused) as caught:
        open_key(settings)
    error = caught.value
    assert error.key_id == "chairman"
    assert not error.retryable
    # Neither the passphrase nor the place of the file is told.
    assert not settings.passphrase or settings.passphrase not in str(error)
    assert str(settings.path) not in str(error)
    return error.reason


def test_every_reason_has_a_sentence() -> None:
    sentences = {reason.sentence for reason in RefusalReason}
    assert len(sentences) == len(RefusalReason)


def test_no_passphrase(path: Path) -> None:
    settings = FileKeySettings(key_id="chairman", path=path, passphrase="")
    assert refusal(settings) is RefusalReason.PASSPHRASE_MISSING


@pytest.mark.parametrize("form", [pkcs12, pem], ids=["pkcs12", "pem"])
def test_wrong_passphrase(path: Path, form: Callable[..., FileKeySettings]) -> None:
    key = rsa_key(2048)
    settings = form(path, key, certificate(key))
    wrong = FileKeySettings(key_id="chairman", path=settings.path, passphrase="sai")
    assert refusal(wrong) is RefusalReason.PASSPHRASE_WRONG


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o601])
def test_file_others_can_touch(path: Path, mode: int) -> None:
    key = rsa_key(2048)
    pkcs12(path, key, certificate(key)).path.chmod(mode)
    settings = FileKeySettings(key_id="chairman", path=path, passphrase=PASSPHRASE)
    assert refusal(settings) is RefusalReason.FILE_EXPOSED


def test_missing_file(path: Path) -> None:
    settings = FileKeySettings(key_id="chairman", path=path, passphrase=PASSPHRASE)
    assert refusal(settings) is RefusalReason.FILE_MISSING


def test_folder_in_place_of_a_file(path: Path) -> None:
    path.mkdir()
    settings = FileKeySettings(key_id="chairman", path=path, passphrase=PASSPHRASE)
    assert refusal(settings) is RefusalReason.FILE_UNREADABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_we_may_not_read(path: Path) -> None:
    settings = write(path, b"", mode=0)
    assert refusal(settings) is RefusalReason.FILE_UNREADABLE


def test_unencrypted_pkcs12(path: Path) -> None:
    key = rsa_key(2048)
    settings = pkcs12(path, key, certificate(key), encrypted=False)
    assert refusal(settings) is RefusalReason.NOT_ENCRYPTED


@pytest.mark.parametrize(
    "form",
    [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL],
    ids=["pkcs8", "traditional"],
)
def test_unencrypted_pem(path: Path, form: PrivateFormat) -> None:
    key = rsa_key(2048)
    data = key.private_bytes(Encoding.PEM, form, NoEncryption())
    settings = write(path, data + certificate(key).public_bytes(Encoding.PEM))
    assert refusal(settings) is RefusalReason.NOT_ENCRYPTED


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_truncated_pkcs12(path: Path, keep: int) -> None:
    key = rsa_key(2048)
    data = pkcs12(path, key, certificate(key)).path.read_bytes()
    assert refusal(write(path, data[:keep])) is RefusalReason.FILE_DAMAGED


def test_garbage_and_huge_files(path: Path) -> None:
    assert refusal(write(path, b"no key at all")) is RefusalReason.FILE_DAMAGED
    assert refusal(write(path, bytes(2_000_000))) is RefusalReason.FILE_DAMAGED


def test_damaged_pem(path: Path) -> None:
    key = rsa_key(2048)
    data = pem(path, key, certificate(key)).path.read_bytes()
    shorter = re.sub(rb"(BEGIN ENCRYPTED PRIVATE KEY-----\n)[^\n]+\n", rb"\1", data)
    assert shorter != data
    assert refusal(write(path, shorter)) is RefusalReason.FILE_DAMAGED


def test_pem_without_a_key(path: Path) -> None:
    data = certificate(rsa_key(2048)).public_bytes(Encoding.PEM)
    assert refusal(write(path, data)) is RefusalReason.FILE_DAMAGED


def test_no_certificate(path: Path) -> None:
    assert refusal(pem(path, rsa_key(2048))) is RefusalReason.CERTIFICATE_MISSING


def test_certificate_of_another_key(path: Path) -> None:
    settings = pem(path, rsa_key(2048), certificate(rsa_key(2048, 1)))
    assert refusal(settings) is RefusalReason.KEY_MISMATCH


@pytest.mark.parametrize(
    "make_key",
    [lambda: rsa_key(1024), lambda: ec_key(ec.SECP224R1())],
    ids=["RSA-1024", "P-224"],
)
def test_weak_key(path: Path, make_key: Callable[[], PKCS12PrivateKeyTypes]) -> None:
    key = make_key()
    settings = pkcs12(path, key, certificate(key))
    assert refusal(settings) is RefusalReason.KEY_WEAK


@pytest.mark.parametrize(
    "make_key",
    [ed25519.Ed25519PrivateKey.generate, lambda: ec_key(ec.SECP256K1())],
    ids=["Ed25519", "secp256k1"],
)
def test_unsupported_key(
    path: Path, make_key: Callable[[], PKCS12PrivateKeyTypes]
) -> None:
    key = make_key()
    settings = pkcs12(path, key, certificate(key))
    assert refusal(settings) is RefusalReason.KEY_UNSUPPORTED


def test_scheme_of_another_key_type(path: Path) -> None:
    key = rsa_key(2048)
    pkcs12(path, key, certificate(key))
    settings = FileKeySettings(
        key_id="chairman",
        path=path,
        passphrase=PASSPHRASE,
        scheme=SignatureScheme.ECDSA_SHA256,
    )
    assert refusal(settings) is RefusalReason.SCHEME_UNSUITABLE


@pytest.mark.parametrize(
    ("usages", "purposes", "ca"),
    [
        (None, None, False),
        (frozenset({"crl_sign"}), None, False),
        (DOCUMENT, [ExtendedKeyUsageOID.TIME_STAMPING], False),
        (DOCUMENT, [ExtendedKeyUsageOID.OCSP_SIGNING], False),
        (DOCUMENT, None, True),
    ],
    ids=["no keyUsage", "only cRLSign", "timestamping", "OCSP", "a CA"],
)
def test_certificate_not_for_documents(
    path: Path,
    usages: frozenset[str] | None,
    purposes: list[ObjectIdentifier] | None,
    *,
    ca: bool,
) -> None:
    key = rsa_key(2048)
    leaf = certificate(key, usages=usages, purposes=purposes, ca=ca)
    assert refusal(pkcs12(path, key, leaf)) is RefusalReason.USAGE_WRONG


def test_email_purpose_of_real_certificates_is_fine(path: Path) -> None:
    key = rsa_key(2048)
    leaf = certificate(key, purposes=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
    assert open_key(pkcs12(path, key, leaf)).certificate == leaf


def test_validity_period(path: Path) -> None:
    rsa_private = rsa_key(2048)
    key = open_key(pkcs12(path, rsa_private, certificate(rsa_private)))
    now = SystemClock().now()
    check_usable(key, now)
    with pytest.raises(KeyRefused) as early:
        check_usable(key, now - 2 * BACKDATE)
    assert early.value.reason is RefusalReason.NOT_YET_VALID
    with pytest.raises(KeyRefused) as late:
        check_usable(key, now + 2 * YEAR)
    assert late.value.reason is RefusalReason.EXPIRED
