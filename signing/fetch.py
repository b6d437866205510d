"""HTTP to services whose addresses stand in certificates: guarded against SSRF.

An address is used only if its host is on the list, and only at an IP address that is
public or of a network the operator named. The name is looked up once a request, that
very IP address is connected to, and the kept connections are keyed by it: an answer of
the DNS that changes in between (DNS rebinding) meets the same check. Redirects are not
followed; size and total time are bounded, however slowly the bytes drip.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

import urllib3
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: tuple[_Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: hides an IPv4 address
_PORTS = {"http": 80, "https": 443}
_OK = 200
_ASKS_TO_WAIT = (429, 503)
_LONGEST_WAIT_SECONDS = 3600.0
_CHUNK = 64 * 1024


class FetchError(Exception):
    """No usable answer; the message is for logs.

    Attributes:
        retry_after: seconds the server asked us to stay away (RFC 9110 §10.2.3).
        busy: it said that we ask too often.
    """

    def __init__(
        self, message: str, *, retry_after: float = 0.0, busy: bool = False
    ) -> None:
        """Take what happened."""
        super().__init__(message)
        self.retry_after = retry_after
        self.busy = busy


class AddressRefusedError(FetchError):
    """The address is none we may connect to; nothing was sent."""


@dataclass(frozen=True)
class FetchPolicy:
    """Where we may connect to.

    Attributes:
        hosts: names or IP addresses, lower case; None allows any, for addresses that
            the operator wrote down himself.
        networks: addresses that are allowed though not public.
        anywhere: the operator named the address: its network is his choice.
    """

    hosts: frozenset[str] | None = None
    networks: tuple[_Network, ...] = LOOPBACK
    anywhere: bool = False

    def allows_host(self, host: str) -> bool:
        """Tell whether the host is on the list."""
        return self.hosts is None or host.lower() in self.hosts

    def allows_ip(self, ip: _Ip) -> bool:
        """Tell whether a connection may go to this IP address."""
        if self.anywhere:
            return True
        if isinstance(ip, ipaddress.IPv6Address):
            if ip.ipv4_mapped is not None:
                return self.allows_ip(ip.ipv4_mapped)
            if ip in _NAT64 or ip.sixtofour is not None or ip.teredo is not None:
                return False
        if any(ip in network for network in self.networks):
            return True
        # Without a list of hosts only the named networks are open.
        return self.hosts is not None and ip.is_global and not ip.is_multicast


@dataclass(frozen=True)
class FetchLimits:
    """Bounds of one request: seconds in all, bytes of the answer, connections."""

    seconds: float = 15.0
    max_bytes: int = 10 * 1024 * 1024
    connections: int = 4


@dataclass(frozen=True)
class _Target:
    url: SplitResult
    host: str
    port: int
    ip: str
    path: str = field(default="/")


class Fetcher:
    """Sends requests over kept-alive connections. Safe to use from several threads."""

    def __init__(
        self, policy: FetchPolicy | None = None, limits: FetchLimits | None = None
    ) -> None:
        """Open no connection yet; without a policy only loopback is reachable."""
        self._policy = policy or FetchPolicy()
        self.limits = limits or FetchLimits()
        self._pools = urllib3.PoolManager(
            num_pools=16, maxsize=self.limits.connections, retries=False
        )
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def request(
        self,
        method: str,
        address: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the body of a 200 answer.

        Raises:
            AddressRefusedError: the policy forbids the address.
            FetchError: no answer in time, another status, or too many bytes.
        """
        deadline = time.monotonic() + self.limits.seconds
        target = self._target(address)
        pool = self._pool(target)
        try:
            response = pool.urlopen(
                method,
                target.path,
                body=body,
                headers={**(headers or {}), "Host": target.url.netloc},
                timeout=urllib3.Timeout(total=self.limits.seconds),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise FetchError("no answer") from error
        return self._body(response, deadline)

    def close(self) -> None:
        """Close the kept connections."""
        self._pools.clear()

    def _body(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        try:
            return self._read(response, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            response.close()
            raise FetchError("the answer broke off") from error
        except FetchError:
            response.close()
            raise

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        if response.status != _OK:
            raise _bad_status(response)
        data = bytearray()
        while part := response.read1(_CHUNK):
            data += part
            if len(data) > self.limits.max_bytes:
                raise FetchError("the answer is too long")
            if time.monotonic() > deadline:
                raise FetchError("the answer takes too long")
        return bytes(data)

    def _target(self, address: str) -> _Target:
        """Check an address and look its host up.

        Raises:
            AddressRefusedError: see the class.
            FetchError: the name is not known.
        """
        try:
            url = urlsplit(address)
            host, port = url.hostname or "", url.port or _PORTS.get(url.scheme, 0)
        except ValueError as error:
            raise AddressRefusedError("no address") from error
        plain = address.isascii() and address.isprintable() and " " not in address
        known = url.scheme in _PORTS and url.username is None
        if not (host and port and plain and known):
            raise AddressRefusedError("no http address of ours")
        if not self._policy.allows_host(host):
            raise AddressRefusedError("the host is not on the list")
        path = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
        return _Target(url, host, port, self._look_up(host, port), path)

    def _look_up(self, host: str, port: int) -> str:
        """Return an IP address, when every one of the host's may be used."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError("the name is not known") from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        for address in addresses:
            if not self._policy.allows_ip(ipaddress.ip_address(address)):
                raise AddressRefusedError("the host is inside a closed network")
        return addresses[0]

    def _pool(self, target: _Target) -> urllib3.HTTPConnectionPool:
        """Return the connections to this IP address, on behalf of this host."""
        names: dict[str, Any] = {}
        if target.url.scheme == "https":
            names = {"server_hostname": target.host, "assert_hostname": target.host}
        return self._pools.connection_from_host(
            target.ip, target.port, target.url.scheme, pool_kwargs=names
        )


def _bad_status(response: urllib3.BaseHTTPResponse) -> FetchError:
    busy = response.status in _ASKS_TO_WAIT
    text = response.headers.get("Retry-After", "") if busy else ""
    seconds = float(text) if text.isascii() and text.isdigit() else 0.0
    return FetchError(
        f"HTTP {response.status}",
        retry_after=min(seconds, _LONGEST_WAIT_SECONDS),
        busy=busy,
    )


class _BoundedHead(HTTPConnection):
    """Ends the wait for a head that drips: a socket's timeout starts at every byte."""

    @override
    def getresponse(self) -> Any:
        waits = self.timeout
        if not isinstance(waits, (int, float)):
            return super().getresponse()
        watchdog = threading.Timer(waits, _shut, [self.sock])
        watchdog.daemon = True
        watchdog.start()
        try:
            return super().getresponse()
        finally:
            watchdog.cancel()


class _BoundedTlsHead(_BoundedHead, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _BoundedHead


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _BoundedTlsHead


def _shut(connection: socket.socket | None) -> None:
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
