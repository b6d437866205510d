import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from certify.clock import SystemClock
from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.csc_algorithms import algorithm_for, verified
from keys.devpki.issue import HolderKey
from keys.schemes import usual_scheme
from tests.support.pki import ec_key, rsa_key

RSA, SHA256_RSA, PSS = (f"1.2.840.113549.1.1.{n}" for n in (1, 11, 10))
ECDSA_SHA256, EC_KEY = "1.2.840.10045.4.3.2", "1.2.840.10045.2.1"
DIGEST = hashlib.sha256(b"signed attributes").digest()
P256 = ec_key(ec.SECP256R1())


def certificate(key: HolderKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lò Văn Thử")])
    now = SystemClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )


@pytest.fixture(scope="module")
def rsa_leaf() -> x509.Certificate:
    return certificate(rsa_key(2048))


@pytest.fixture(scope="module")
def ec_leaf() -> x509.Certificate:
    return certificate(P256)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([RSA, SHA256_RSA, PSS], SHA256_RSA),
        ([PSS, RSA], RSA),
    ],
)
def test_the_own_oid_of_an_algorithm_is_preferred(
    offered: list[str], chosen: str, rsa_leaf: x509.Certificate
) -> None:
    scheme = SignatureScheme.RSA_PKCS1_SHA256
    algorithm = algorithm_for(scheme, rsa_leaf, offered, key_id="chairman")
    assert algorithm.sign_algo == chosen
    assert algorithm.hash_algo == "2.16.840.1.101.3.4.2.1"
    assert algorithm.parameters == b""


@pytest.mark.parametrize(
    ("scheme", "offered"),
    [
        (SignatureScheme.RSA_PSS_SHA256, [RSA, SHA256_RSA]),
        (SignatureScheme.RSA_PKCS1_SHA256, [PSS]),
        (SignatureScheme.ECDSA_SHA256, [ECDSA_SHA256, EC_KEY]),
    ],
)
def test_what_key_or_service_cannot_do_is_refused(
    scheme: SignatureScheme, offered: list[str], rsa_leaf: x509.Certificate
) -> None:
    with pytest.raises(KeyRefused) as caught:
        algorithm_for(scheme, rsa_leaf, offered, key_id="chairman")
    assert caught.value.reason is RefusalReason.SCHEME_UNSUITABLE


def test_the_usual_scheme_follows_the_curve(ec_leaf: x509.Certificate) -> None:
    longer = certificate(ec_key(ec.SECP384R1()))
    assert usual_scheme(ec_leaf.public_key()) is SignatureScheme.ECDSA_SHA256
    assert usual_scheme(longer.public_key()) is SignatureScheme.ECDSA_SHA384


def test_an_ecdsa_signature_is_read_as_der_and_as_two_numbers(
    ec_leaf: x509.Certificate,
) -> None:
    scheme = SignatureScheme.ECDSA_SHA256
    der = P256.sign(DIGEST, ec.ECDSA(Prehashed(SHA256())))
    r, s = decode_dss_signature(der)
    raw = r.to_bytes(32) + s.to_bytes(32)
    for form in (der, raw):
        assert verified(form, DIGEST, scheme, ec_leaf) == der
    swapped = s.to_bytes(32) + r.to_bytes(32)
    for wrong in (der[:-1], raw[:-1], raw + b"0", swapped, b"", bytes(64), bytes(9)):
        with pytest.raises(InvalidSignature):
            verified(wrong, DIGEST, scheme, ec_leaf)


def test_an_rsa_signature_of_the_other_padding_is_wrong(
    rsa_leaf: x509.Certificate,
) -> None:
    pss = padding.PSS(padding.MGF1(SHA256()), salt_length=32)
    prehashed = Prehashed(SHA256())
    plain = rsa_key(2048).sign(DIGEST, padding.PKCS1v15(), prehashed)
    salted = rsa_key(2048).sign(DIGEST, pss, prehashed)
    for scheme, right, wrong in (
        (SignatureScheme.RSA_PKCS1_SHA256, plain, salted),
        (SignatureScheme.RSA_PSS_SHA256, salted, plain),
    ):
        assert verified(right, DIGEST, scheme, rsa_leaf) == right
        with pytest.raises(InvalidSignature):
            verified(wrong, DIGEST, scheme, rsa_leaf)
