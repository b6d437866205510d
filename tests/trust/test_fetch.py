"""docs/trust.md, rows of fetching: where we connect to, and where never."""

import ipaddress
import socket
import time
from typing import Any

import pytest

from certify.errors import StatusUnknown
from signing.fetch import (
    LOOPBACK,
    AddressRefusedError,
    Fetcher,
    FetchError,
    FetchLimits,
    FetchPolicy,
)
from signing.revocation import RevocationClient
from tests.support.faulty_pki import FaultyPki
from tests.trust.test_revocation_data import Ahead, path

PUBLIC = FetchPolicy(hosts=frozenset({"ca.example.vn", "localhost"}), networks=())


@pytest.mark.parametrize(
    "address",
    [
        "ftp://ca.example.vn/crl",
        "file:///etc/passwd",
        "//ca.example.vn/crl",
        "http://",
        "http://ca.example.vn:99999/",
        "http://user@ca.example.vn/",
        "http://other.example.vn/crl",
        "http://ca.example.vn.evil.vn/crl",
        "http://127.0.0.1/crl",
        "http://ca.example.vn/\r\nX: y",
        "http://ca.exàmple.vn/",
    ],
)
def test_an_address_that_is_not_on_the_list_is_never_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("looked a name up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(AddressRefusedError):
        Fetcher(PUBLIC).request("GET", address)


@pytest.mark.parametrize(
    ("ip", "allowed"),
    [
        ("203.162.4.190", True),
        ("2405:4800::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # metadata of cloud machines
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("224.0.0.1", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_a_listed_name_that_leads_inside_is_refused(ip: str, *, allowed: bool) -> None:
    assert PUBLIC.allows_ip(ipaddress.ip_address(ip)) is allowed


def test_a_network_is_open_only_to_who_names_it() -> None:
    inside = FetchPolicy(hosts=frozenset(), networks=LOOPBACK)
    assert inside.allows_ip(ipaddress.ip_address("127.0.0.1"))
    assert not inside.allows_ip(ipaddress.ip_address("10.0.0.1"))


def _answers(*addresses: str) -> list[Any]:
    return [(2, 1, 6, "", (address, 80)) for address in addresses]


def test_one_inner_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = _answers("203.162.4.190", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(AddressRefusedError, match="closed network"):
        Fetcher(PUBLIC).request("GET", "http://ca.example.vn/crl")


def test_a_name_that_changes_after_the_check_is_not_looked_up_again(
    faulty: FaultyPki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the checked IP address is the one that is connected to."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *arguments: Any, **named: Any) -> Any:
        asked.append(host)
        if host == "ca.example.vn":
            return _answers("127.0.0.1" if len(asked) == 1 else "127.0.0.99")
        return real(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    policy = FetchPolicy(hosts=frozenset({"ca.example.vn"}), networks=LOOPBACK)
    address = f"http://ca.example.vn:{faulty.disk.port}/pki/crl/root.crl"
    assert Fetcher(policy).request("GET", address)
    assert asked.count("ca.example.vn") == 1
    assert set(asked) <= {"ca.example.vn", "127.0.0.1"}


def test_an_answer_that_never_ends_is_cut_off(faulty: FaultyPki) -> None:
    address = f"{faulty.disk.base}/crl/root.crl"
    small = Fetcher(limits=FetchLimits(seconds=10, max_bytes=100_000))
    faulty.set(crl="endless")
    with pytest.raises(FetchError, match="too long"):
        small.request("GET", address)
    hasty = Fetcher(limits=FetchLimits(seconds=0.5))
    for kind in ("drip_head", "drip_body"):
        faulty.set(crl=kind)
        started = time.monotonic()
        with pytest.raises(FetchError):
            hasty.request("GET", address)
        assert time.monotonic() - started < 3


def test_connections_are_kept(faulty: FaultyPki) -> None:
    fetcher = Fetcher()
    for _ in range(3):
        fetcher.request("GET", f"{faulty.disk.base}/crl/root.crl")
    (key,) = fetcher._pools.pools.keys()
    assert fetcher._pools.pools[key].num_connections == 1


def test_a_certificate_that_names_a_closed_address_is_not_signed_with(
    faulty: FaultyPki,
) -> None:
    elsewhere = Fetcher(FetchPolicy(hosts=frozenset({"ca.example.vn"}), networks=()))
    client = RevocationClient(clock=Ahead(), fetcher=elsewhere)
    with pytest.raises(StatusUnknown, match="danh sách cho phép"):
        client.gather([path(faulty)])  # type: ignore[list-item]  # certificates
