"""Sealing: three tokens, two signatures, one DSS; and what makes it refuse."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, ReasonFlags

from api.devpki import DevelopmentPkiServer
from certify.clock import SystemClock
from certify.errors import (
    AttemptDiscarded,
    CertificateUnfit,
    ServiceUnavailable,
)
from certify.inspection import Indication
from certify.self_check import check_as_stranger, check_belongs_to_intent
from certify.signatures import SEAL_FIELD
from keys.base import SignatureScheme, SigningKey
from keys.devpki.holders import SealHolder, SignatoryHolder
from keys.devpki.issue import issue_certificate, revoke
from keys.devpki.responders import DevelopmentPki
from keys.open import open_key
from signing import pades
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.revocation import RevocationClient
from signing.sealer import PadesSealer
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamp_authority import TokenRefusedError
from signing.trust import TrustAnchors
from tests.support.pki import RunningPki, ec_key, free_port, fresh_key_id, rsa_key
from tests.support.real import need
from tests.support.sealing import (
    PERSON,
    Sealed,
    inspect,
    make_canonical_scan,
    make_order,
    make_sealer,
    one_tsa,
    seal,
)


class AnsweringPki:
    """The session's PKI whose timestamp answers a test may change."""

    def __init__(
        self,
        pki: DevelopmentPki,
        answer: Callable[[DevelopmentPki, bytes, datetime], bytes],
    ) -> None:
        self._pki = pki
        self._answer = answer
        self.calls = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._pki, name)

    def timestamp(self, request: bytes, now: datetime) -> bytes:
        self.calls += 1
        return self._answer(self._pki, request, now)


@contextmanager
def tsa(
    running: RunningPki,
    answer: Callable[[DevelopmentPki, bytes, datetime], bytes],
    tries: int = 1,
) -> Iterator[TimestampClient]:
    """A real TSA over HTTP that answers as told."""
    port = free_port()
    pki = AnsweringPki(running.pki, answer)
    clock = SystemClock()
    server = DevelopmentPkiServer(
        pki=pki,  # type: ignore[arg-type]  # it behaves like one
        clock=clock,
        port=port,
    )
    server.start()
    client = TimestampClient(
        settings=TimestampSettings(
            address=f"http://127.0.0.1:{port}/pki/tsa", timeout_seconds=5, tries=tries
        ),
        trust=TrustAnchors([running.pki.root]),
        clock=clock,
    )
    yield client
    client.close()
    server.stop()


def test_a_sealed_copy_is_lta_and_as_intended(sealed_copy: Sealed, trust: Path) -> None:
    copy, order = sealed_copy
    inspection = inspect(copy.path, trust)
    assert inspection.level == "PAdES-B-LTA"
    assert inspection.container_problems == ()
    assert [s.indication for s in inspection.signatures] == [
        Indication.TOTAL_PASSED
    ] * 3
    assert [s.field for s in inspection.signatures] == [
        "NguoiThucHienChungThuc",
        "CoQuanChungThuc",
        "DauThoiGianLuuTru",
    ]
    person, agency, _ = inspection.signatures
    assert (person.certification, agency.locks_all) == (2, True)
    assert (person.signer, person.title) == ("Lò Văn Thử", "Chủ tịch")
    assert inspection.page_digest == order.scan.page_digest
    assert inspection.page_count == 4
    assert inspection.sha256 == copy.sha256


def test_a_lock_that_spares_a_field_does_not_lock_all(
    sealer: PadesSealer, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "LOCKED_FIELDS", (SEAL_FIELD,))
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    copy = seal(sealer, make_order(sealer, scan, tmp_path))
    inspection = inspect(copy.path, trust)
    assert [s.intact for s in inspection.signatures] == [True] * 3
    assert not inspection.signatures[1].locks_all


def test_the_strangers_check_accepts_the_file_and_names_any_difference(
    sealer: PadesSealer, trust: Path, tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    copy = prepared.seal()
    inspection = inspect(copy.path, trust)
    check_belongs_to_intent(copy.path, prepared.intent)
    check_as_stranger(inspection, prepared.intent, order.statement)
    for changed, word in (
        (replace(prepared.intent, page_digest="0" * 64), "hình ảnh trang"),
        (replace(prepared.intent, statement_digest="0" * 64), "xác nhận"),
        (
            replace(
                prepared.intent,
                attested_at=prepared.intent.attested_at - timedelta(days=1),
            ),
            "ngày in",
        ),
    ):
        with pytest.raises(Exception, match=word):
            check_as_stranger(inspection, changed, order.statement)
    with pytest.raises(Exception, match="lượt ký khác"):
        check_belongs_to_intent(
            copy.path, replace(prepared.intent, composed_sha256="0" * 64)
        )


def test_independent_tools_find_both_signatures_valid(sealed_copy: Sealed) -> None:
    path = sealed_copy[0].path
    answer = subprocess.run(
        [need("pdfsig"), "-nocert", path],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert answer.count("Signature is Valid") == 2
    assert "Total document signed" in answer
    subprocess.run(
        [need("qpdf"), "--check", path], check=True, capture_output=True, timeout=60
    )


def test_a_prepared_copy_is_sealed_once(sealer: PadesSealer, tmp_path: Path) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    prepared.seal()
    with pytest.raises(RuntimeError):
        prepared.seal()


def test_tokens_are_in_order_and_hold_the_printed_day(sealed_copy: Sealed) -> None:
    copy, order = sealed_copy
    assert order.attested_at <= copy.signed_at <= copy.sealed_at <= copy.archived_at


@pytest.mark.parametrize(
    "printed",
    [timedelta(days=-1), timedelta(minutes=-11), timedelta(minutes=11)],
    ids=["another day", "too old", "in the future"],
)
def test_a_printed_time_far_from_the_token_is_discarded(
    printed: timedelta, sealer: PadesSealer, tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    order = replace(order, attested_at=order.attested_at + printed)
    prepared = sealer.make_ready(order.statement).prepare(order)
    with pytest.raises(AttemptDiscarded):
        prepared.seal()


def _late(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
    return pki.timestamp(request, now + timedelta(minutes=6))


def _early(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
    return pki.timestamp(request, now - timedelta(minutes=6))


def _other_imprint(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
    asked = tsp.TimeStampReq.load(request)
    asked["message_imprint"]["hashed_message"] = b"\x00" * 32
    return pki.timestamp(asked.dump(force=True), now)


def _other_nonce(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
    asked = tsp.TimeStampReq.load(request)
    asked["nonce"] = 1
    return pki.timestamp(asked.dump(force=True), now)


def _flipped(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
    answer = bytearray(pki.timestamp(request, now))
    answer[-3] ^= 1  # inside the signature value
    return bytes(answer)


def _garbage(*_: object) -> bytes:
    return b"<html>Bao tri</html>"


def _empty(*_: object) -> bytes:
    return b""


@pytest.mark.parametrize(
    "answer",
    [_late, _early, _other_imprint, _other_nonce, _flipped, _garbage, _empty],
)
def test_a_token_that_does_not_verify_is_never_used(
    answer: Callable[[DevelopmentPki, bytes, datetime], bytes],
    running_pki: RunningPki,
) -> None:
    with tsa(running_pki, answer) as client, pytest.raises(TokenRefusedError):
        client.stamp(b"\x11" * 32)


def test_a_tsa_of_another_root_is_not_trusted(running_pki: RunningPki) -> None:
    client = TimestampClient(
        settings=TimestampSettings(address=f"{running_pki.base}/tsa", tries=1),
        trust=TrustAnchors([]),
        clock=SystemClock(),
    )
    with pytest.raises(TokenRefusedError):
        client.stamp(b"\x11" * 32)


def test_a_tsa_that_recovers_is_asked_again(running_pki: RunningPki) -> None:
    answers = iter([_garbage, DevelopmentPki.timestamp])

    def answer(pki: DevelopmentPki, request: bytes, now: datetime) -> bytes:
        return next(answers)(pki, request, now)

    with tsa(running_pki, answer, tries=2) as client:
        with pytest.raises(TokenRefusedError):
            client.stamp(b"\x11" * 32)
        time.sleep(client.seconds_away)
        assert client.stamp(b"\x11" * 32).der


def test_nobody_listening_is_a_service_that_is_away(
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    nowhere = one_tsa(
        f"http://127.0.0.1:{free_port()}/tsa",
        TrustAnchors([running_pki.pki.root]),
        SystemClock(),
    )
    sealer = make_sealer(
        running_pki, pictures=pictures, fonts=fonts, timestamps=nowhere
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    with pytest.raises(ServiceUnavailable, match="dấu thời gian"):
        sealer.make_ready(make_order(sealer, scan, tmp_path).statement)


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
        pictures={**pictures, PERSON: pictures[PERSON]},
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


@pytest.mark.parametrize(
    "scheme",
    [
        SignatureScheme.RSA_PKCS1_SHA256,
        SignatureScheme.RSA_PSS_SHA256,
        SignatureScheme.ECDSA_SHA256,
    ],
)
def test_every_scheme_ends_in_a_copy_that_passes(
    scheme: SignatureScheme,
    running_pki: RunningPki,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    trust: Path,
    tmp_path: Path,
) -> None:
    key_id = fresh_key_id("scheme")
    holder = SignatoryHolder(key_id, "Lò Thị Khóa", "Chủ tịch", "UBND xã Thử")
    elliptic = scheme is SignatureScheme.ECDSA_SHA256
    issue_certificate(
        running_pki.folder,
        holder,
        now=SystemClock().now(),
        private_key=ec_key(ec.SECP256R1()) if elliptic else rsa_key(2048),
    )
    key = open_key(replace(running_pki.key_settings(key_id), scheme=scheme))
    sealer = make_sealer(
        running_pki,
        pictures=pictures,
        fonts=fonts,
        keys={PERSON: key, "seal": open_key(running_pki.key_settings("seal"))},
    )
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    copy = seal(sealer, order)
    inspection = inspect(copy.path, trust)
    assert inspection.level == "PAdES-B-LTA"
    assert all(s.indication is Indication.TOTAL_PASSED for s in inspection.signatures)
    person = inspection.signatures[0]
    assert person.certificate_sha256 == key.certificate.fingerprint(SHA256()).hex()


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
