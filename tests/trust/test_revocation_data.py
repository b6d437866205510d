"""docs/trust.md, rows of OCSP and CRL: real answers over HTTP, wrong in one way."""

import time
from datetime import datetime, timedelta

import pytest
from cryptography.x509 import ReasonFlags

from certify.clock import SystemClock
from certify.errors import CertificateUnfit, ServiceUnavailable, StatusUnknown
from keys.devpki.holders import OCSP, SignatoryHolder
from keys.devpki.issue import issue_certificate, revoke
from signing.fetch import Fetcher, FetchLimits
from signing.revocation import RevocationClient
from tests.support.faulty_pki import FaultyPki, serving
from tests.support.pki import HOLDERS, fresh_key_id, make_pki


class Ahead:
    """The machine's clock, put forward by a test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


def made(clock: Ahead | None = None) -> RevocationClient:
    limits = FetchLimits(seconds=0.7, max_bytes=1 << 20)
    return RevocationClient(clock=clock or Ahead(), fetcher=Fetcher(limits=limits))


def path(faulty: FaultyPki, key_id: str = "") -> tuple[object, ...]:
    """A fresh certificate of the issuing CA and its path."""
    key_id = key_id or fresh_key_id()
    holder = SignatoryHolder(key_id, "Lò Văn Thử", "Chủ tịch", "UBND xã Thử")
    issued = issue_certificate(faulty.disk.folder, holder, now=SystemClock().now())
    return (issued.certificate, faulty.disk.pki.issuing, faulty.disk.pki.root)


@pytest.fixture(scope="session")
def leaf(faulty_server: FaultyPki) -> tuple[object, ...]:
    return path(faulty_server)


def test_good_is_evidence(faulty: FaultyPki, leaf: tuple[object, ...]) -> None:
    assert faulty.requests("ocsp") >= 0
    evidence = made().gather([leaf])  # type: ignore[list-item]  # certificates
    assert (len(evidence.ocsp_responses), len(evidence.crls)) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("unknown", "không rõ"),
        ("expired", "chữ ký của nơi trả lời"),
        ("wrong_nonce", "câu hỏi khác"),
        ("old", "đã cũ"),
        ("garbage", "không đọc được"),
    ],
)
def test_an_answer_that_proves_nothing_lets_nothing_be_signed(
    faulty: FaultyPki, leaf: tuple[object, ...], kind: str, reason: str
) -> None:
    client = made()
    faulty.set(ocsp=kind)
    with pytest.raises(StatusUnknown, match=reason):
        client.gather([leaf])  # type: ignore[list-item]  # certificates
    faulty.set()  # and it is not kept: the next good one counts at once
    client.gather([leaf])  # type: ignore[list-item]  # certificates


@pytest.mark.parametrize("service", ["ocsp", "crl"])
@pytest.mark.parametrize(
    "kind",
    ["down", "slow", "truncated", "drip_head", "drip_body", "endless", "error"],
)
def test_no_answer_lets_nothing_be_signed(
    faulty: FaultyPki, leaf: tuple[object, ...], service: str, kind: str
) -> None:
    faulty.set(**{service: kind})
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        made().gather([leaf])  # type: ignore[list-item]  # certificates
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("stale", "quá hạn"), ("other", "không phải của nơi cấp"), ("garbage", "đọc")],
)
def test_a_list_that_proves_nothing_lets_nothing_be_signed(
    faulty: FaultyPki, leaf: tuple[object, ...], kind: str, reason: str
) -> None:
    client = made()
    faulty.set(crl=kind)
    with pytest.raises(StatusUnknown, match=reason):
        client.gather([leaf])  # type: ignore[list-item]  # certificates
    faulty.set()
    client.gather([leaf])  # type: ignore[list-item]  # certificates


def test_a_redirect_is_not_followed(
    faulty: FaultyPki, leaf: tuple[object, ...]
) -> None:
    faulty.set(ocsp="redirect")
    asked = faulty.requests("ocsp")
    with pytest.raises(ServiceUnavailable):
        made().gather([leaf])  # type: ignore[list-item]  # certificates
    assert faulty.requests("ocsp") == asked + 1


def test_revoked_is_noticed_within_minutes_by_a_client_that_knew_better(
    faulty: FaultyPki,
) -> None:
    clock = Ahead()
    client, mine = made(clock), path(faulty)
    client.gather([mine])  # type: ignore[list-item]  # certificates
    leaf = mine[0]
    revoke(
        faulty.disk.folder,
        leaf.serial_number,  # type: ignore[attr-defined]  # a certificate
        when=clock.now() - timedelta(seconds=1),
        reason=ReasonFlags.key_compromise,
    )
    clock.ahead = timedelta(minutes=5, seconds=1)
    with pytest.raises(CertificateUnfit, match="thu hồi"):
        client.gather([mine])  # type: ignore[list-item]  # certificates


def test_a_revoked_responder_vouches_for_nobody(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("responder") / "pki"
    disk = make_pki(folder, clock=SystemClock(), holders=HOLDERS)
    with serving(disk) as own:
        mine = path(own)
        serial = disk.pki._folder.certificate(OCSP).serial_number
        at = SystemClock().now() - timedelta(seconds=1)
        revoke(folder, serial, when=at, reason=ReasonFlags.key_compromise)
        with pytest.raises(CertificateUnfit, match="Trả lời trạng thái"):
            made().gather([mine])  # type: ignore[list-item]  # certificates


@pytest.mark.parametrize(
    ("service", "good_for", "stale_after"),
    [
        ("ocsp", timedelta(minutes=4), timedelta(minutes=6)),
        ("crl", timedelta(minutes=4), timedelta(hours=25)),
    ],
)
def test_kept_data_serves_until_it_is_stale_and_then_nothing_is_signed(
    faulty: FaultyPki,
    leaf: tuple[object, ...],
    service: str,
    good_for: timedelta,
    stale_after: timedelta,
) -> None:
    clock = Ahead()
    client = made(clock)
    client.gather([leaf])  # type: ignore[list-item]  # certificates
    faulty.set(**{service: "down"})
    clock.ahead = good_for
    client.gather([leaf])  # type: ignore[list-item]  # certificates
    clock.ahead = stale_after
    with pytest.raises(StatusUnknown, match="quá hạn"):
        client.gather([leaf])  # type: ignore[list-item]  # certificates


def test_refreshed_in_the_background_an_hour_away_is_felt_only_when_stale(
    faulty: FaultyPki, leaf: tuple[object, ...]
) -> None:
    clock = Ahead()
    client = made(clock)
    client.gather([leaf])  # type: ignore[list-item]  # certificates
    asked = faulty.requests("ocsp")
    assert client.refresh() == 0  # nothing is due yet
    assert faulty.requests("ocsp") == asked
    clock.ahead = timedelta(minutes=3)
    assert client.refresh() == 0  # fetched again ahead
    assert faulty.requests("ocsp") == asked + 1
    faulty.set(ocsp="down")
    clock.ahead = timedelta(minutes=7)  # good until the eighth
    assert client.refresh() == 1
    client.gather([leaf])  # type: ignore[list-item]  # certificates
    clock.ahead = timedelta(minutes=9)
    with pytest.raises(StatusUnknown):
        client.gather([leaf])  # type: ignore[list-item]  # certificates
    faulty.set()
    time.sleep(0.8)  # an outage is remembered as long as it took to notice
    client.gather([leaf])  # type: ignore[list-item]  # certificates


def test_news_that_turned_bad_in_the_background_stops_the_next_signature(
    faulty: FaultyPki,
) -> None:
    clock = Ahead()
    client, mine = made(clock), path(faulty)
    client.gather([mine])  # type: ignore[list-item]  # certificates
    revoke(
        faulty.disk.folder,
        mine[0].serial_number,  # type: ignore[attr-defined]  # a certificate
        when=clock.now() - timedelta(seconds=1),
        reason=ReasonFlags.key_compromise,
    )
    clock.ahead = timedelta(minutes=3)
    client.refresh()
    with pytest.raises(CertificateUnfit):  # although the old answer had 2 minutes left
        client.gather([mine])  # type: ignore[list-item]  # certificates
