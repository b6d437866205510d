"""OCSP and CRL of the development PKI, judged by openssl and pyHanko's validator."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError

from certify.clock import SystemClock
from keys.devpki.holders import SealHolder
from keys.devpki.issue import IssuedKey, issue_certificate, revoke
from keys.devpki.responders import CRL_LIFE, DevelopmentPki
from tests.support.openssl import openssl
from tests.support.pki import AUTHORITY_NAME, RunningPki, fresh_key_id, rsa_key

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return SystemClock().now()


@pytest.fixture
def issued(running_pki: RunningPki, now: datetime) -> IssuedKey:
    holder = SealHolder(fresh_key_id("status"), AUTHORITY_NAME)
    return issue_certificate(
        running_pki.folder, holder, now=now, private_key=rsa_key(2048)
    )


def request(
    leaf: x509.Certificate,
    issuer: x509.Certificate,
    algorithm: HashAlgorithm | None = None,
    *extensions: tuple[x509.ExtensionType, bool],
) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        leaf, issuer, algorithm or SHA256()
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.build().public_bytes(Encoding.DER)


def status_of(pki: RunningPki, leaf: x509.Certificate, now: datetime) -> object:
    encoded = request(leaf, pki.pki.issuing)
    return ocsp.load_der_ocsp_response(pki.pki.ocsp(encoded, now)).certificate_status


def validate(pki: RunningPki, leaf: x509.Certificate, now: datetime) -> None:
    """Ask pyHanko's path validator, offline, with revocation required."""
    response = pki.pki.ocsp(request(leaf, pki.pki.issuing, SHA1()), now)  # noqa: S303 - what clients send
    context = ValidationContext(
        trust_roots=[_asn1(pki.pki.root)],
        other_certs=[_asn1(pki.pki.issuing)],
        ocsps=[asn1_ocsp.OCSPResponse.load(response)],
        crls=[
            asn1_crl.CertificateList.load(pki.pki.crl(name, now))
            for name in ("root", "issuing")
        ],
        revocation_mode="require",
        allow_fetching=False,
        moment=now + timedelta(seconds=1),
    )
    validator = CertificateValidator(_asn1(leaf), validation_context=context)
    asyncio.run(validator.async_validate_usage({"non_repudiation"}))


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def test_good_then_revoked_everywhere(
    running_pki: RunningPki, issued: IssuedKey, now: datetime
) -> None:
    leaf, pki = issued.certificate, running_pki.pki
    assert status_of(running_pki, leaf, now) is ocsp.OCSPCertStatus.GOOD
    validate(running_pki, leaf, now)
    before = pki.crl("issuing", now)

    reason = x509.ReasonFlags.key_compromise
    revoke(running_pki.folder, leaf.serial_number, when=now, reason=reason)

    assert status_of(running_pki, leaf, now) is ocsp.OCSPCertStatus.REVOKED
    with pytest.raises(RevokedError):
        validate(running_pki, leaf, now)
    after = x509.load_der_x509_crl(pki.crl("issuing", now))
    row = after.get_revoked_certificate_by_serial_number(leaf.serial_number)
    assert row is not None
    assert row.revocation_date_utc == now.replace(microsecond=0)
    assert row.extensions.get_extension_for_class(x509.CRLReason).value.reason is reason
    old = x509.load_der_x509_crl(before)
    assert old.get_revoked_certificate_by_serial_number(leaf.serial_number) is None


def test_another_process_sees_the_revocation(
    running_pki: RunningPki, issued: IssuedKey, now: datetime
) -> None:
    other = DevelopmentPki(running_pki.folder)
    encoded = request(issued.certificate, other.issuing)
    first = ocsp.load_der_ocsp_response(other.ocsp(encoded, now))
    assert first.certificate_status is ocsp.OCSPCertStatus.GOOD
    serial = issued.certificate.serial_number
    unspecified = x509.ReasonFlags.unspecified
    revoke(running_pki.folder, serial, when=now + HOUR, reason=unspecified)
    for moment, expected in (
        (now, ocsp.OCSPCertStatus.GOOD),  # announced for later
        (now + HOUR, ocsp.OCSPCertStatus.REVOKED),
    ):
        answer = ocsp.load_der_ocsp_response(other.ocsp(encoded, moment))
        assert answer.certificate_status is expected
        listed = x509.load_der_x509_crl(
            other.crl("issuing", moment)
        ).get_revoked_certificate_by_serial_number(serial)
        assert (listed is not None) is (expected is ocsp.OCSPCertStatus.REVOKED)
        assert listed is None or not list(listed.extensions)


def test_unknown_serial_cannot_be_revoked(
    running_pki: RunningPki, now: datetime
) -> None:
    reason = x509.ReasonFlags.unspecified
    with pytest.raises(LookupError):
        revoke(running_pki.folder, 4711, when=now, reason=reason)
    with pytest.raises(ValueError, match="aware"):
        revoke(running_pki.folder, 4711, when=now.replace(tzinfo=None), reason=reason)


def test_unknown_certificate(running_pki: RunningPki, now: datetime) -> None:
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        *_hashes(running_pki), serial_number=4711, algorithm=SHA256()
    )
    encoded = builder.build().public_bytes(Encoding.DER)
    answer = ocsp.load_der_ocsp_response(running_pki.pki.ocsp(encoded, now))
    assert answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def _deputy(pki: RunningPki) -> x509.Certificate:
    return x509.load_der_x509_certificate(pki.pki.certificate("deputy"))


def _hashes(pki: RunningPki) -> tuple[bytes, bytes]:
    found = ocsp.load_der_ocsp_request(request(_deputy(pki), pki.pki.issuing))
    return found.issuer_name_hash, found.issuer_key_hash


@pytest.mark.parametrize(
    "algorithm",
    [SHA1(), SHA256(), SHA384()],  # noqa: S303 - what clients send
    ids=["sha1", "sha256", "sha384"],
)
def test_openssl_verifies_the_response(
    running_pki: RunningPki,
    tmp_path: Path,
    issued: IssuedKey,
    now: datetime,
    algorithm: HashAlgorithm,
) -> None:
    leaf, query, reply = (tmp_path / n for n in ("leaf.pem", "query", "reply"))
    leaf.write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    issuing = running_pki.folder / "certificates/issuing.pem"
    subject = ["-issuer", issuing, f"-{algorithm.name}", "-cert", leaf]
    openssl("ocsp", *subject, "-reqout", query)
    reply.write_bytes(running_pki.pki.ocsp(query.read_bytes(), now))
    files = ["-reqin", query, "-no_nonce", "-respin", reply]  # keep the query's own
    trust = ["-CAfile", running_pki.root_pem, "-verify_other", issuing]
    said = openssl("ocsp", *subject, *files, *trust)
    assert "Response verify OK" in said
    assert "WARNING" not in said  # it would say so of a nonce that is missing
    assert f"{leaf}: good" in said


def test_response_carries_nonce_responder_and_life(
    running_pki: RunningPki, issued: IssuedKey, now: datetime
) -> None:
    pki, nonce = running_pki.pki, x509.OCSPNonce(b"0123456789abcdef")
    encoded = request(issued.certificate, pki.issuing, None, (nonce, False))
    answer = ocsp.load_der_ocsp_response(pki.ocsp(encoded, now))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value == nonce
    (responder,) = answer.certificates
    assert responder.public_bytes(Encoding.DER) == pki.certificate("ocsp")
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)
    (single,) = answer.responses
    assert single.this_update_utc == now.replace(microsecond=0)
    assert single.next_update_utc == single.this_update_utc + timedelta(minutes=10)


def test_other_issuers_and_malformed_requests(
    running_pki: RunningPki, issued: IssuedKey, now: datetime
) -> None:
    pki, leaf = running_pki.pki, issued.certificate

    def status(encoded: bytes) -> ocsp.OCSPResponseStatus:
        return ocsp.load_der_ocsp_response(pki.ocsp(encoded, now)).response_status

    malformed = ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    foreign = request(pki.issuing, pki.root)
    assert status(foreign) is ocsp.OCSPResponseStatus.UNAUTHORIZED
    good = request(leaf, pki.issuing)
    for encoded in (b"", b"garbage", good[:-1], good + b"\0", bytes(100_000)):
        assert status(encoded) is malformed
    long_nonce = x509.OCSPNonce(bytes(129))
    assert status(request(leaf, pki.issuing, None, (long_nonce, False))) is malformed
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
    assert status(request(leaf, pki.issuing, None, (strange, True))) is malformed
    two = asn1_ocsp.OCSPRequest.load(good)
    row = two["tbs_request"]["request_list"][0]
    two["tbs_request"]["request_list"] = [row, row.copy()]
    assert status(two.dump(force=True)) is malformed


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_mutated_requests_always_get_an_answer(
    running_pki: RunningPki, data: st.DataObject
) -> None:
    pki, nonce = running_pki.pki, x509.OCSPNonce(b"0123456789abcdef")
    encoded = bytearray(
        request(_deputy(running_pki), pki.issuing, None, (nonce, False))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(encoded) - 1))
        encoded[place] = data.draw(st.integers(0, 255))
    answer = pki.ocsp(bytes(encoded), SystemClock().now())
    assert (
        ocsp.load_der_ocsp_response(answer).response_status in ocsp.OCSPResponseStatus
    )


@pytest.mark.parametrize("ca_name", ["root", "issuing"])
def test_openssl_verifies_the_crl(
    running_pki: RunningPki, tmp_path: Path, now: datetime, ca_name: str
) -> None:
    crl = tmp_path / "ca.crl"
    crl.write_bytes(running_pki.pki.crl(ca_name, now))
    issuer = running_pki.folder / f"certificates/{ca_name}.pem"
    said = openssl(
        *("crl", "-inform", "DER", "-in", crl, "-noout", "-text"),
        *("-CAfile", issuer, "-verify"),
    )
    assert "verify OK" in said
    assert "X509v3 CRL Number" in said


def test_openssl_checks_the_whole_path_with_crls(
    running_pki: RunningPki, tmp_path: Path, issued: IssuedKey, now: datetime
) -> None:
    leaf, crls = tmp_path / "leaf.pem", tmp_path / "crls.pem"
    leaf.write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    lists = [
        x509.load_der_x509_crl(running_pki.pki.crl(name, now))
        for name in ("root", "issuing")
    ]
    crls.write_bytes(b"".join(crl.public_bytes(Encoding.PEM) for crl in lists))
    issuing = running_pki.folder / "certificates/issuing.pem"
    trust = ["-CAfile", running_pki.root_pem, "-untrusted", issuing]
    checks = ["-x509_strict", "-crl_check_all", "-CRLfile", crls]
    assert ": OK" in openssl("verify", *checks, *trust, leaf)
    tsa = running_pki.folder / "certificates/tsa.pem"
    purpose = ["-purpose", "timestampsign"]
    assert ": OK" in openssl("verify", *checks, *purpose, *trust, tsa)


def test_crl_is_kept_for_half_of_its_life(
    running_pki: RunningPki, now: datetime
) -> None:
    pki, half = running_pki.pki, CRL_LIFE["root"] / 2
    first = pki.crl("root", now)
    assert pki.crl("root", now + half - HOUR) == first
    later = pki.crl("root", now + half)
    numbers = [
        x509.load_der_x509_crl(der)
        .extensions.get_extension_for_class(x509.CRLNumber)
        .value.crl_number
        for der in (first, later)
    ]
    assert numbers[0] < numbers[1]
    # A clock that was put back never gets a list from the future.
    earlier = x509.load_der_x509_crl(pki.crl("root", now - HOUR))
    assert earlier.last_update_utc <= now - HOUR
    with pytest.raises(LookupError):
        pki.crl("other", now)
