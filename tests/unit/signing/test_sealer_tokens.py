"""Timestamp tokens the sealer refuses, and a TSA that is away or recovers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp

from api.devpki import DevelopmentPkiServer
from certify.clock import SystemClock
from certify.errors import (
    ServiceUnavailable,
)
from keys.devpki.responders import DevelopmentPki
from signing.embed import FontPrograms
from signing.pictures import Picture
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamp_authority import TokenRefusedError
from signing.trust import TrustAnchors
from tests.support.pki import RunningPki, free_port
from tests.support.sealing import (
    make_canonical_scan,
    make_order,
    make_sealer,
    one_tsa,
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
