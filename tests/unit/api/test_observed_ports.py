"""What is wrapped stays what it was; an error is measured by its code and passes on."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from api.observe.archive import WatchedArchive
from api.observe.clocks import OtherClocks
from api.observe.gauges import Reading, ScrapedGauges
from api.observe.port import MetricsPort
from api.observe.prometheus import PrometheusMeter
from api.signing_keys.watched import watched_key
from certify.attestation import StoredObject
from certify.errors import ServiceUnavailable
from keys.base import (
    AttendedKey,
    KeyOwnerAbsent,
    KeyRefused,
    KeyUnreachable,
    RefusalReason,
    SigningPurpose,
)
from tests.support.builders import make_stored
from tests.support.clock import MORNING, FakeClock


class Failing:
    """A key, or an archive, whose every call ends as told; None is well."""

    key_id, certificate, chain, scheme = "k", None, (), None

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def answer(self) -> bytes:
        if self.error:
            raise self.error
        return b"signature"

    def sign_digest(self, _digest: bytes) -> bytes:
        return self.answer()

    def check_reachable(self) -> None:
        self.answer()

    def put_once(self, *_given: object) -> StoredObject:
        self.answer()
        return make_stored("a")

    def fetch(self, *_given: object) -> None:
        self.answer()

    def list(self, _prefix: str) -> Iterator[StoredObject]:
        yield make_stored("a")
        yield make_stored("b")
        self.answer()


class Attended(Failing):
    """A key in its owner's hands."""

    def sign_message(self, _message: bytes, _purpose: SigningPurpose) -> bytes:
        return self.answer()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def meter(registry: CollectorRegistry) -> PrometheusMeter:
    return PrometheusMeter(registry)


def outcomes(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """Label values, in order of their names → how many."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == f"{name}_count"
    }


def test_a_watched_key_is_attended_or_not_as_before(
    meter: PrometheusMeter, registry: CollectorRegistry
) -> None:
    plain: Any = watched_key("file", Failing(), meter=meter)
    held: Any = watched_key("external", Attended(), meter=meter)
    assert not isinstance(plain, AttendedKey)
    assert isinstance(held, AttendedKey)
    assert plain.sign_digest(b"") == b"signature"
    assert held.sign_message(b"", SigningPurpose("a", 1)) == b"signature"
    for error in (
        KeyRefused(RefusalReason.DECLINED, key_id="k"),
        KeyUnreachable(key_id="k"),
        KeyOwnerAbsent(key_id="k"),
        ValueError("a secret"),
    ):
        key: Any = watched_key("pkcs11", Attended(error), meter=meter)
        with pytest.raises(type(error)) as raised:
            key.sign_message(b"", SigningPurpose("a", 1))
        assert raised.value is error
    assert outcomes(registry, "certify_key_sign_seconds") == {
        ("file", "ok"): 1,
        ("external", "ok"): 1,
        ("pkcs11", "refused"): 1,
        ("pkcs11", "unreachable"): 1,
        ("pkcs11", "absent"): 1,
        ("pkcs11", "fault"): 1,
    }


def test_a_watched_archive_counts_what_was_asked_and_how_it_ended(
    meter: PrometheusMeter, registry: CollectorRegistry
) -> None:
    well: Any = WatchedArchive(Failing(), meter=meter)  # type: ignore[arg-type]  # an archive in what is used
    away: Any = WatchedArchive(
        Failing(ServiceUnavailable(service="kho")),  # type: ignore[arg-type]  # as above
        meter=meter,
    )
    assert len(list(well.list("a/"))) == 2
    some = well.list("a/")
    next(some)
    some.close()  # who asked has seen enough
    with pytest.raises(ServiceUnavailable):
        list(away.list("a/"))
    well.put_once("a/b", Path("x"), "0" * 64, MORNING)
    with pytest.raises(ServiceUnavailable):
        away.fetch(make_stored("a"), Path("x"))
    code = ServiceUnavailable.code
    assert outcomes(registry, "certify_archive_seconds") == {
        ("list", "ok"): 2,
        ("list", code): 1,
        ("put", "ok"): 1,
        ("fetch", code): 1,
    }


def test_methods_of_strangers_are_one_label(
    meter: PrometheusMeter, registry: CollectorRegistry
) -> None:
    for word in ("GET", "BREW", "X" * 500):
        meter.request(word, "/v/{code}", 200, 0.1)
    assert outcomes(registry, "certify_http_request_seconds") == {
        ("GET", "/v/{code}", "200"): 1,
        ("other", "/v/{code}", "200"): 2,
    }


def test_a_source_that_fails_takes_only_its_own_figures_along() -> None:
    def broken() -> Iterator[Reading]:
        yield Reading("certify_lost", "Never seen.", 1)
        raise ServiceUnavailable(service="Lò Thị Bí Mật")

    registry = CollectorRegistry()
    good = [Reading("certify_kept", "Seen.", n, {"place": str(n)}) for n in (1, 2)]
    registry.register(ScrapedGauges({"broken": broken, "good": lambda: good}))
    text = generate_latest(registry).decode()
    assert 'certify_scrape_source_up{source="broken"} 0.0' in text
    assert 'certify_scrape_source_up{source="good"} 1.0' in text
    assert 'certify_kept{place="2"} 2.0' in text
    assert "certify_lost" not in text
    assert "Bí Mật" not in text


class Server:
    """A database server whose clock is ahead and whose answer takes two seconds."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def server_time(self) -> datetime:
        self._clock.advance(seconds=1)
        theirs = self._clock.now() + timedelta(seconds=7)
        self._clock.advance(seconds=1)
        return theirs


def test_half_of_the_way_to_a_clock_and_back_is_not_its_drift() -> None:
    clock = FakeClock()
    clocks, server = OtherClocks(clock), Server(clock)
    assert clocks.ahead(server) == {"database": 7.0}  # type: ignore[arg-type]  # its clock is all that counts here
    clocks.note_tsa(-3.0)
    assert clocks.ahead(server)["tsa"] == -3.0  # type: ignore[arg-type]  # as above


def test_the_port_is_taken_over_when_its_owner_ends(
    registry: CollectorRegistry,
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        port = MetricsPort(registry, host="127.0.0.1", port=number, pause_seconds=0.02)
        port.start()
        try:
            time.sleep(0.2)
            assert port._server is None
            other.close()
            deadline = time.monotonic() + 10
            while port._server is None:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            with urlopen(f"http://127.0.0.1:{number}/metrics") as answer:
                assert answer.status == 200
        finally:
            port.stop()
    with pytest.raises(OSError, match="refused"):
        urlopen(f"http://127.0.0.1:{number}/metrics")
