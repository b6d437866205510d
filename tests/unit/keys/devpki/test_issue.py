from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certify.clock import SystemClock
from keys.base import KeyRefused, RefusalReason
from keys.devpki.holders import SealHolder, SignatoryHolder, is_development
from keys.devpki.issue import create_development_pki, issue_certificate
from keys.devpki.profiles import YEAR, Validity
from keys.devpki.responders import DevelopmentPki
from keys.fitness import check_usable
from keys.open import open_key
from tests.support.pki import (
    AUTHORITY_NAME,
    CHAIRMAN,
    RunningPki,
    fresh_key_id,
    rsa_key,
)

SERVICES = ("root", "issuing", "tsa", "ocsp")
HOLDERS = ("chairman", "deputy", "seal")


def certificate(pki: RunningPki, name: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(pki.pki.certificate(name))


@pytest.mark.parametrize(
    ("name", "bits", "years"),
    [
        ("root", 3072, 25),
        ("issuing", 3072, 15),
        ("tsa", 2048, 5),
        ("ocsp", 2048, 5),
        ("chairman", 2048, 3),
        ("seal", 3072, 3),
    ],
)
def test_key_sizes_and_years(
    running_pki: RunningPki, name: str, bits: int, years: int
) -> None:
    found = certificate(running_pki, name)
    public_key = found.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert public_key.key_size == bits
    span = found.not_valid_after_utc - found.not_valid_before_utc
    assert span == years * YEAR + timedelta(hours=1)


@pytest.mark.parametrize("name", [*SERVICES, *HOLDERS])
def test_every_subject_says_that_it_is_a_trial(
    running_pki: RunningPki, name: str
) -> None:
    found = certificate(running_pki, name)
    assert "THỬ NGHIỆM" in found.subject.rfc4514_string()
    assert is_development(found)


def test_subjects_of_person_and_authority(running_pki: RunningPki) -> None:
    def values(name: str, *oids: x509.ObjectIdentifier) -> list[object]:
        subject = certificate(running_pki, name).subject
        return [subject.get_attributes_for_oid(oid)[0].value for oid in oids]

    assert values(
        "chairman",
        NameOID.COMMON_NAME,
        NameOID.TITLE,
        NameOID.ORGANIZATION_NAME,
        NameOID.COUNTRY_NAME,
    ) == ["Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME, "VN"]
    assert values(
        "seal",
        NameOID.COMMON_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATION_IDENTIFIER,
    ) == [AUTHORITY_NAME, AUTHORITY_NAME, "GOVVN-H35.12.3"]


def test_usages(running_pki: RunningPki) -> None:
    for name in ("chairman", "seal"):
        usage = certificate(running_pki, name).extensions.get_extension_for_class(
            x509.KeyUsage
        )
        assert usage.critical
        assert usage.value.digital_signature
        assert usage.value.content_commitment
        assert not usage.value.key_encipherment
    for name, purpose in (
        ("tsa", ExtendedKeyUsageOID.TIME_STAMPING),
        ("ocsp", ExtendedKeyUsageOID.OCSP_SIGNING),
    ):
        purposes = certificate(running_pki, name).extensions.get_extension_for_class(
            x509.ExtendedKeyUsage
        )
        assert purposes.critical
        assert list(purposes.value) == [purpose]


def test_addresses_are_those_of_the_pki(running_pki: RunningPki) -> None:
    text = {
        name: str(list(certificate(running_pki, name).extensions))
        for name in ("issuing", "chairman", "ocsp")
    }
    base = running_pki.base
    assert f"{base}/ocsp" in text["chairman"]
    assert f"{base}/crl/issuing.crl" in text["chairman"]
    assert f"{base}/cert/issuing.crt" in text["chairman"]
    assert f"{base}/crl/root.crl" in text["issuing"]
    assert f"{base}/ocsp" not in text["ocsp"]
    assert f"{base}/ocsp" not in text["issuing"]


def test_nobody_else_can_read_the_folder(running_pki: RunningPki) -> None:
    paths = [running_pki.folder, *running_pki.folder.rglob("*")]
    exposed = [p.name for p in paths if p.stat().st_mode & 0o077]
    assert exposed == []
    assert len(paths) > 20


def test_holders_keys_open(running_pki: RunningPki) -> None:
    for key_id in HOLDERS:
        key = open_key(running_pki.key_settings(key_id))
        assert key.certificate == certificate(running_pki, key_id)
        check_usable(key, SystemClock().now())


def test_expired_certificate_can_be_issued(running_pki: RunningPki) -> None:
    now = SystemClock().now()
    holder = SealHolder(fresh_key_id("expired"), AUTHORITY_NAME)
    issue_certificate(
        running_pki.folder,
        holder,
        now=now,
        validity=Validity(now - 4 * YEAR, now - YEAR),
        private_key=rsa_key(2048),
    )
    key = open_key(running_pki.key_settings(holder.key_id))
    with pytest.raises(KeyRefused) as caught:
        check_usable(key, now)
    assert caught.value.reason is RefusalReason.EXPIRED


def test_weak_key_can_be_issued_and_is_refused(running_pki: RunningPki) -> None:
    holder = SealHolder(fresh_key_id("weak"), AUTHORITY_NAME)
    now = SystemClock().now()
    issue_certificate(running_pki.folder, holder, now=now, private_key=rsa_key(1024))
    with pytest.raises(KeyRefused) as caught:
        open_key(running_pki.key_settings(holder.key_id))
    assert caught.value.reason is RefusalReason.KEY_WEAK


def test_certificate_does_not_outlive_its_ca(running_pki: RunningPki) -> None:
    now = SystemClock().now()
    issued = issue_certificate(
        running_pki.folder,
        SealHolder(fresh_key_id("long"), AUTHORITY_NAME),
        now=now,
        validity=Validity(now, now + 90 * YEAR),
        private_key=rsa_key(2048),
    )
    end = running_pki.pki.issuing.not_valid_after_utc
    assert issued.certificate.not_valid_after_utc == end


def test_a_key_id_is_used_once(running_pki: RunningPki) -> None:
    path = running_pki.folder / "keys" / "chairman.p12"
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        issue_certificate(running_pki.folder, CHAIRMAN, now=SystemClock().now())
    assert path.read_bytes() == before


@pytest.mark.parametrize("key_id", ["", "../x", "a/b", ".hidden", "root", "x" * 65])
def test_unusable_key_ids(running_pki: RunningPki, key_id: str) -> None:
    holder = SignatoryHolder(key_id, "Lò Văn Thử", "Chủ tịch", AUTHORITY_NAME)
    with pytest.raises(ValueError, match="unusable key id"):
        issue_certificate(running_pki.folder, holder, now=SystemClock().now())


def test_issuing_at_the_same_time_loses_no_record(running_pki: RunningPki) -> None:
    def issue(key_id: str) -> None:
        issue_certificate(
            running_pki.folder,
            SealHolder(key_id, AUTHORITY_NAME),
            now=SystemClock().now(),
            private_key=rsa_key(2048),
        )

    key_ids = [fresh_key_id("parallel") for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(issue, key_ids))
    for key_id in key_ids:
        assert running_pki.pki.certificate(key_id)


def test_creation_is_all_or_nothing(tmp_path: Path) -> None:
    holders = [SealHolder("bad/id", AUTHORITY_NAME)]
    folder = tmp_path / "pki"
    with pytest.raises(ValueError, match="unusable key id"):
        create_development_pki(
            folder,
            base_address="http://127.0.0.1:1/pki",
            now=SystemClock().now(),
            holders=holders,
        )
    assert list(tmp_path.iterdir()) == []
    folder.mkdir()
    with pytest.raises(FileExistsError):
        create_development_pki(
            folder,
            base_address="http://127.0.0.1:1/pki",
            now=SystemClock().now(),
            holders=[],
        )
    with pytest.raises(OSError, match="issuing"):
        DevelopmentPki(folder)


@pytest.mark.parametrize("name", ["nobody", "", "../root", "../ca/root"])
def test_only_issued_certificates_are_given_out(
    running_pki: RunningPki, name: str
) -> None:
    with pytest.raises(LookupError):
        running_pki.pki.certificate(name)
