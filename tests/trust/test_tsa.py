"""docs/trust.md, rows of the TSA: real tokens over HTTP, wrong in one way each."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import ReasonFlags

from certify.clock import SystemClock
from certify.errors import CertificateUnfit, TimestampUnavailable
from certify.inspection import Indication
from keys.devpki.folder import PkiFolder
from keys.devpki.issue import revoke
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.sealer import PadesSealer
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamp_authority import Refusal, TokenRefusedError
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors
from tests.support.faulty_pki import FaultyPki, serving
from tests.support.faulty_server import SECOND_TSA, Fault
from tests.support.pki import HOLDERS, make_pki
from tests.support.sealing import (
    inspect,
    make_canonical_scan,
    make_order,
    make_sealer,
    trust_folder,
)

IMPRINT = b"\x11" * 32


def client(faulty: FaultyPki, address: str = "", **settings: Any) -> TimestampClient:
    """The first TSA unless another address is given; patient for half a second."""
    chosen = {"timeout_seconds": 0.5, **settings}
    return TimestampClient(
        settings=TimestampSettings(address=address or faulty.tsa, **chosen),
        trust=TrustAnchors([faulty.disk.pki.root]),
        clock=SystemClock(),
    )


def two(faulty: FaultyPki, **settings: Any) -> Timestamps:
    return Timestamps(
        [client(faulty, **settings), client(faulty, faulty.second_tsa, **settings)]
    )


def any_certificate(_: object) -> None:
    """Pass every certificate."""


def signers(faulty: FaultyPki) -> dict[bytes, str]:
    folder = PkiFolder(faulty.disk.folder)
    return {folder.certificate(n).signature: n for n in ("tsa", SECOND_TSA)}


def test_a_good_token_is_used(faulty: FaultyPki) -> None:
    assert client(faulty, timeout_seconds=10).stamp(IMPRINT).der


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("down", Refusal.SILENT),
        ("slow", Refusal.SILENT),
        ("drip_head", Refusal.SILENT),
        ("drip_body", Refusal.SILENT),
        ("endless", Refusal.SILENT),
        ("truncated", Refusal.SILENT),
        ("error", Refusal.SILENT),
        ("redirect", Refusal.SILENT),
        ("too_many", Refusal.BUSY),
        ("garbage", Refusal.INVALID),
        ("wrong_nonce", Refusal.INVALID),
        ("wrong_imprint", Refusal.INVALID),
        ("wrong_eku", Refusal.INVALID),
        ("wrong_clock", Refusal.CLOCK),
    ],
)
def test_a_bad_answer_is_never_a_token(
    faulty: FaultyPki, kind: str, refusal: Refusal
) -> None:
    faulty.set(tsa=kind)
    asked, started = faulty.requests("tsa"), time.monotonic()
    with pytest.raises(TokenRefusedError) as caught:
        client(faulty).stamp(IMPRINT)
    assert caught.value.refusal is refusal
    assert time.monotonic() - started < 3
    assert faulty.requests("tsa") == asked + 1  # a redirect is not followed either


def test_what_was_slow_is_not_asked_again_at_once(faulty: FaultyPki) -> None:
    faulty.set(tsa="slow")
    tsa = client(faulty)
    asked = faulty.requests("tsa")
    for refusal in (Refusal.SILENT, Refusal.RESTING):
        with pytest.raises(TokenRefusedError) as caught:
            tsa.stamp(IMPRINT)
        assert caught.value.refusal is refusal
    assert faulty.requests("tsa") == asked + 1
    assert 0 < tsa.seconds_away <= 0.6


def test_a_throttled_tsa_is_left_alone_as_long_as_it_asks(faulty: FaultyPki) -> None:
    faulty.set(tsa=Fault(quota=20, window=1200))
    tsa = client(faulty, timeout_seconds=10)
    asked = faulty.requests("tsa")
    refusals = []
    for _ in range(25):
        try:
            tsa.stamp(IMPRINT)
        except TokenRefusedError as error:
            refusals.append(error.refusal)
    assert refusals == [Refusal.BUSY] + [Refusal.RESTING] * 4
    assert faulty.requests("tsa") == asked + 21
    assert 590 < tsa.seconds_away <= 600  # Retry-After


def test_our_own_quota_is_never_overdrawn(faulty: FaultyPki) -> None:
    tsa = client(faulty, timeout_seconds=10, quota=5, window_seconds=1200)
    asked = faulty.requests("tsa")
    for _ in range(5):
        tsa.stamp(IMPRINT)
    with pytest.raises(TokenRefusedError) as caught:
        tsa.stamp(IMPRINT)
    assert caught.value.refusal is Refusal.BUSY
    assert faulty.requests("tsa") == asked + 5
    assert 1190 < tsa.seconds_away <= 1200


def test_a_copy_is_not_begun_with_fewer_calls_than_it_needs(faulty: FaultyPki) -> None:
    stamps = Timestamps([client(faulty, timeout_seconds=10, quota=6)])
    stamps.ready(any_certificate)  # proves it: one call
    for _ in range(3):
        stamps.clients[0].stamp(IMPRINT)
    with pytest.raises(TimestampUnavailable, match="hết lượt"):
        stamps.ready(any_certificate)


def test_two_tsas_share_the_work_of_a_copy(faulty: FaultyPki) -> None:
    copy = two(faulty, timeout_seconds=10).ready(any_certificate)
    tokens = [
        copy.for_signature(IMPRINT),
        copy.for_signature(IMPRINT),
        copy.for_archive(IMPRINT),
    ]
    names = [signers(faulty)[token.path[0].signature] for token in tokens]
    assert names == ["tsa", "tsa", SECOND_TSA]
    assert sorted(tokens, key=lambda token: token.time) == tokens


@pytest.mark.parametrize("kind", ["down", "garbage", "wrong_nonce", "too_many"])
def test_the_next_tsa_takes_over_in_the_middle_of_a_copy(
    faulty: FaultyPki, kind: str
) -> None:
    copy = two(faulty, timeout_seconds=10).ready(any_certificate)
    first = copy.for_signature(IMPRINT)
    faulty.set(tsa=kind)
    others = [copy.for_signature(IMPRINT), copy.for_archive(IMPRINT)]
    names = [signers(faulty)[t.path[0].signature] for t in (first, *others)]
    assert names == ["tsa", SECOND_TSA, SECOND_TSA]


def test_without_the_second_the_first_stamps_the_archive_too(faulty: FaultyPki) -> None:
    copy = two(faulty, timeout_seconds=10).ready(any_certificate)
    copy.for_signature(IMPRINT)
    faulty.set(tsa2="down")
    token = copy.for_archive(IMPRINT)
    assert signers(faulty)[token.path[0].signature] == "tsa"


def test_all_down_says_what_each_does_and_when_to_ask_again(faulty: FaultyPki) -> None:
    faulty.set(tsa="slow", tsa2="garbage")
    with pytest.raises(TimestampUnavailable) as caught:
        two(faulty).ready(any_certificate)
    sentence = str(caught.value)
    assert "không trả lời" in sentence
    assert "trả lời không hợp lệ" in sentence
    assert int(caught.value.data["wait_seconds"]) <= 1


def test_a_clock_a_little_behind_is_waited_for(faulty: FaultyPki) -> None:
    copy = two(faulty, timeout_seconds=10).ready(any_certificate)
    seal = copy.for_signature(IMPRINT)
    faulty.set(tsa2="behind")
    archive = copy.for_archive(IMPRINT)
    assert archive.time >= seal.time


def test_only_the_certificate_of_the_settings_may_sign(faulty: FaultyPki) -> None:
    own = PkiFolder(faulty.disk.folder).certificate("tsa")
    assert client(faulty, timeout_seconds=10, certificate=own).stamp(IMPRINT)
    other = client(faulty, faulty.second_tsa, timeout_seconds=10, certificate=own)
    with pytest.raises(TokenRefusedError) as caught:
        other.stamp(IMPRINT)
    assert caught.value.refusal is Refusal.CERTIFICATE


@pytest.fixture
def sealer(
    faulty: FaultyPki, fonts: FontPrograms, pictures: dict[str, Picture]
) -> PadesSealer:
    return make_sealer(
        faulty.disk,
        pictures=pictures,
        fonts=fonts,
        timestamps=two(faulty, timeout_seconds=10),
    )


@pytest.mark.parametrize(
    "faults", [{}, {"tsa": Fault("down", share=0.5)}, {"tsa2": "down"}]
)
def test_tokens_of_two_tsas_end_in_b_lta(
    faulty: FaultyPki, sealer: PadesSealer, faults: dict[str, Any], tmp_path: Path
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path)
    prepared = sealer.make_ready(order.statement).prepare(order)
    faulty.set(**faults)
    copy = prepared.seal()
    found = inspect(copy.path, trust_folder(faulty.disk, tmp_path / "trust"))
    assert found.level == "PAdES-B-LTA"
    assert [s.indication for s in found.signatures] == [Indication.TOTAL_PASSED] * 3
    assert [c.role for c in copy.checks] == [
        "signatory",
        "seal",
        "timestamp",
        "timestamp",
    ]


def test_a_revoked_tsa_stamps_nothing(
    fonts: FontPrograms, pictures: dict[str, Picture], tmp_path: Path
) -> None:
    disk = make_pki(tmp_path / "pki", clock=SystemClock(), holders=HOLDERS)
    with serving(disk) as own:
        now = SystemClock().now() - timedelta(seconds=1)
        serial = PkiFolder(disk.folder).certificate("tsa").serial_number
        revoke(disk.folder, serial, when=now, reason=ReasonFlags.key_compromise)
        scan = make_canonical_scan(tmp_path / "scan.pdf")
        alone = make_sealer(
            disk,
            pictures=pictures,
            fonts=fonts,
            timestamps=Timestamps([client(own, timeout_seconds=10)]),
        )
        statement = make_order(alone, scan, tmp_path).statement
        with pytest.raises(CertificateUnfit, match=r"Cấp dấu thời gian.*thu hồi"):
            alone.make_ready(statement)
        both = make_sealer(
            disk,
            pictures=pictures,
            fonts=fonts,
            timestamps=two(own, timeout_seconds=10),
        )
        ready = both.make_ready(statement)
        assert [signers(own)[p[0].signature] for p in ready.stamps.paths] == [
            SECOND_TSA
        ]
