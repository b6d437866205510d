"""Certification requests and new keys, judged by OpenSSL."""

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from certify.clock import SystemClock
from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.generate import KeyAlgorithm, generate_file_key
from keys.open import open_key
from keys.placeholder import placeholder_certificate
from keys.proof import prove
from keys.request import certification_request, pem_request
from keys.settings import FileKeySettings
from tests.support.openssl import openssl

PASSPHRASE = "mật khẩu của khóa mới"  # noqa: S105 - of keys made in this test
SUBJECT = x509.Name(
    [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "UBND xã Mường Tè"),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, "Vàng A Páo"),
    ]
)


def settings(folder: Path, spki: bytes, **changes: object) -> FileKeySettings:
    certificate = placeholder_certificate(
        load_der_public_key(spki),  # type: ignore[arg-type]  # of a key we made
        SystemClock().now(),
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    given: dict[str, object] = {
        "key_id": "moi",
        "path": folder / "moi.pem",
        "passphrase": PASSPHRASE,
        "certificates": pem,
    }
    return FileKeySettings(**(given | changes))  # type: ignore[arg-type]  # by name


def generate(folder: Path, algorithm: KeyAlgorithm) -> bytes:
    return generate_file_key(
        folder / "moi.pem", algorithm, key_id="moi", passphrase=PASSPHRASE
    )


@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.RSA_2048, KeyAlgorithm.P_256, KeyAlgorithm.P_384]
)
def test_a_new_key_signs_its_own_request(
    algorithm: KeyAlgorithm, tmp_path: Path
) -> None:
    spki = generate(tmp_path, algorithm)
    key = open_key(settings(tmp_path, spki))
    prove(key)
    file = tmp_path / "moi.csr"
    file.write_text(pem_request(certification_request(key, SUBJECT)))
    done = openssl("req", "-in", file, "-verify", "-noout", "-subject", "-nameopt=utf8")
    assert "Vàng A Páo" in done
    asked = x509.load_pem_x509_csr(file.read_bytes())
    assert asked.is_signature_valid
    assert asked.subject == SUBJECT
    shown = asked.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert shown == spki


def test_a_request_with_pss(tmp_path: Path) -> None:
    spki = generate(tmp_path, KeyAlgorithm.RSA_2048)
    scheme = SignatureScheme.RSA_PSS_SHA256
    key = open_key(settings(tmp_path, spki, scheme=scheme))
    file = tmp_path / "moi.csr"
    file.write_text(pem_request(certification_request(key, SUBJECT)))
    openssl("req", "-in", file, "-verify", "-noout")


def test_the_file_is_private_encrypted_and_never_replaced(tmp_path: Path) -> None:
    generate(tmp_path, KeyAlgorithm.P_256)
    path = tmp_path / "moi.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    with pytest.raises(FileExistsError):
        generate(tmp_path, KeyAlgorithm.P_256)
    assert path.read_bytes() == data


def test_no_passphrase_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused) as caught:
        generate_file_key(
            tmp_path / "x.pem", KeyAlgorithm.P_256, key_id="x", passphrase=""
        )
    assert caught.value.reason is RefusalReason.PASSPHRASE_MISSING
    assert not list(tmp_path.iterdir())


def test_another_keys_certificate_is_refused(tmp_path: Path) -> None:
    generate(tmp_path, KeyAlgorithm.P_256)
    other = tmp_path / "other"
    other.mkdir()
    spki = generate(other, KeyAlgorithm.P_256)
    with pytest.raises(KeyRefused) as caught:
        open_key(settings(tmp_path, spki))
    assert caught.value.reason is RefusalReason.KEY_MISMATCH


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_an_unreadable_certificate_file(tmp_path: Path, content: bytes | None) -> None:
    given = settings(tmp_path, generate(tmp_path, KeyAlgorithm.P_256))
    assert given.certificates is not None
    given.certificates.unlink()
    if content is not None:
        given.certificates.write_bytes(content)
    with pytest.raises(KeyRefused) as caught:
        open_key(given)
    assert caught.value.reason is RefusalReason.CERTIFICATE_UNREADABLE
