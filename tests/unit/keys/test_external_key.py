"""A key in its owner's hands: what comes back is believed only once it verifies."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys.base import (
    AttendedKey,
    KeyOwnerAbsent,
    KeyRefused,
    RefusalReason,
    SignatureScheme,
    SigningPurpose,
)
from keys.external import ExternalKey, WantedSignature
from keys.open import open_key
from keys.settings import ExternalKeySettings
from tests.support.agents import person_certificate

PURPOSE = SigningPurpose("attestation", 2)


@dataclass
class Carrier:
    """Brings whatever it is told to bring."""

    brings: bytes = b""
    present: bool = True
    asked: list[WantedSignature] = field(default_factory=list)

    def check_present(self, key_id: str) -> None:
        if not self.present:
            raise KeyOwnerAbsent(key_id=key_id)

    def signature(self, wanted: WantedSignature) -> bytes:
        self.asked.append(wanted)
        return self.brings


@pytest.fixture
def private_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def settings(
    private_key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> ExternalKeySettings:
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(person_certificate(private_key).public_bytes(Encoding.PEM))
    return ExternalKeySettings(key_id="token", certificates=pem)


@pytest.fixture
def key(settings: ExternalKeySettings, carrier: Carrier) -> ExternalKey:
    opened = open_key(settings, exchange=carrier)
    assert isinstance(opened, ExternalKey)
    return opened


def test_the_message_goes_along_with_its_purpose(
    key: ExternalKey, carrier: Carrier, private_key: ec.EllipticCurvePrivateKey
) -> None:
    assert isinstance(key, AttendedKey)
    message = b"signed attributes"
    carrier.brings = private_key.sign(message, ec.ECDSA(SHA256()))
    assert key.sign_message(message, PURPOSE) == carrier.brings
    (wanted,) = carrier.asked
    assert wanted.message == message
    assert wanted.purpose == PURPOSE
    assert wanted.digest == hashlib.sha256(message).digest()
    assert wanted.scheme is SignatureScheme.ECDSA_SHA256
    assert timedelta(seconds=wanted.time_limit_seconds) < timedelta(minutes=5)


def test_what_does_not_verify_is_not_accepted(
    key: ExternalKey, carrier: Carrier, private_key: ec.EllipticCurvePrivateKey
) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    for brings in (
        b"",
        b"rubbish",
        stranger.sign(b"message", ec.ECDSA(SHA256())),
        private_key.sign(b"another message", ec.ECDSA(SHA256())),
    ):
        carrier.brings = brings
        with pytest.raises(KeyRefused) as refused:
            key.sign_message(b"message", PURPOSE)
        assert refused.value.reason is RefusalReason.KEY_MISMATCH


def test_an_absent_owner_is_seen_before_anything_is_asked(
    key: ExternalKey, carrier: Carrier
) -> None:
    key.check_reachable()
    carrier.present = False
    with pytest.raises(KeyOwnerAbsent):
        key.check_reachable()
    assert carrier.asked == []


def test_settings_that_cannot_be(
    settings: ExternalKeySettings, carrier: Carrier, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="exchange"):
        open_key(settings)
    for name, content in (("none.pem", None), ("bad.pem", b"no certificate")):
        path = tmp_path / name
        if content:
            path.write_bytes(content)
        bad = ExternalKeySettings(key_id="token", certificates=path)
        with pytest.raises(KeyRefused) as refused:
            open_key(bad, exchange=carrier)
        assert refused.value.reason is RefusalReason.CERTIFICATE_UNREADABLE
    other = ExternalKeySettings(
        key_id="token",
        certificates=settings.certificates,
        scheme=SignatureScheme.RSA_PSS_SHA256,
    )
    with pytest.raises(KeyRefused) as refused:
        open_key(other, exchange=carrier)
    assert refused.value.reason is RefusalReason.SCHEME_UNSUITABLE
