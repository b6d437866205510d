"""Certificates and keys the sealer refuses, before and between the signatures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, ReasonFlags

from certify.clock import SystemClock
from certify.errors import (
    CertificateUnfit,
)
from keys.base import SignatureScheme, SigningKey
from keys.devpki.holders import SealHolder, SignatoryHolder
from keys.devpki.issue import issue_certificate, revoke
from keys.open import open_key
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.revocation import RevocationClient
from signing.sealer import PadesSealer
from tests.support.pki import RunningPki, fresh_key_id
from tests.support.sealing import (
    PERSON,
    make_canonical_scan,
    make_order,
    make_sealer,
)


def test_a_revoked_certificate_signs_nothing(
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    clock = SystemClock()
    key_id = fresh_key_id("revoked")
    holder = SignatoryHolder(key_id, "Giàng A Thu Hồi", "Chủ tịch", "UBND xã Thử")
    issue_certificate(running_pki.folder, holder, now=clock.now())
    key = open_key(running_pki.key_settings(key_id))
    sealer = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={
            PERSON: key,
            "seal": open_key(running_pki.key_settings("seal")),
        },
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    sealer.check_certificates(order.statement)  # good before
    revoke(
        running_pki.folder,
        key.certificate.serial_number,
        when=clock.now(),
        reason=ReasonFlags.key_compromise,
    )
    fresh = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={
            PERSON: key,
            "seal": open_key(running_pki.key_settings("seal")),
        },
        revocation=RevocationClient(clock=clock),
    )
    with pytest.raises(CertificateUnfit, match="thu hồi"):
        fresh.check_certificates(order.statement)


def test_another_certificate_than_the_confirmed_one_is_refused(
    sealer: PadesSealer, tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path, signatory_certificate="0" * 64)
    with pytest.raises(CertificateUnfit, match="đã được xác nhận"):
        sealer.check_certificates(order.statement)


@dataclass
class WrongKey:
    """A backend that signs with another key than its certificate says."""

    shown: SigningKey
    used: SigningKey

    @property
    def key_id(self) -> str:
        return self.shown.key_id

    @property
    def certificate(self) -> Certificate:
        return self.shown.certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        return self.shown.chain

    @property
    def scheme(self) -> SignatureScheme:
        return self.shown.scheme

    def sign_digest(self, digest: bytes) -> bytes:
        return self.used.sign_digest(digest)

    def check_reachable(self) -> None:
        self.used.check_reachable()


@dataclass
class CountingKey(WrongKey):
    """The same, and says how often it was used."""

    uses: int = 0

    def sign_digest(self, digest: bytes) -> bytes:
        self.uses += 1
        return self.used.sign_digest(digest)


def test_the_seal_is_not_used_after_a_wrong_signature(
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    """NĐ 30/2020 Đ33: the agency signs only after the competent person has."""
    person, other, agency = (
        open_key(running_pki.key_settings(k)) for k in (PERSON, "deputy", "seal")
    )
    seal_key = CountingKey(agency, agency)
    sealer = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={PERSON: WrongKey(person, other), "seal": seal_key},
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    with pytest.raises(CertificateUnfit, match="chữ ký đúng"):
        prepared.seal()
    assert seal_key.uses == 0


@dataclass
class RevokingKey(WrongKey):
    """Signs as it should; meanwhile something happens."""

    meanwhile: Callable[[], None] = lambda: None

    def sign_digest(self, digest: bytes) -> bytes:
        self.meanwhile()
        return self.used.sign_digest(digest)


def test_the_seal_is_checked_again_after_the_person_has_signed(
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    clock = SystemClock()
    key_id = fresh_key_id("seal")
    holder = SealHolder(key_id, "Ủy ban nhân dân xã Thử")
    issue_certificate(running_pki.folder, holder, now=clock.now())
    agency = open_key(running_pki.key_settings(key_id))
    revocation = RevocationClient(clock=clock)

    def revoke_seal() -> None:
        certificate = agency.certificate
        at, why = clock.now() - timedelta(seconds=1), ReasonFlags.key_compromise
        revoke(running_pki.folder, certificate.serial_number, when=at, reason=why)
        revocation._answers.drop(certificate.fingerprint(SHA256()))  # minutes later

    person = open_key(running_pki.key_settings(PERSON))
    seal_key = CountingKey(agency, agency)
    sealer = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={PERSON: RevokingKey(person, person, revoke_seal), "seal": seal_key},
        revocation=revocation,
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    with pytest.raises(CertificateUnfit, match="thu hồi"):
        prepared.seal()
    assert seal_key.uses == 0
