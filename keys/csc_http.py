"""HTTP to a remote signing service: TLS, time, size, and nothing but the answer.

Neither redirects nor proxies of the environment are followed, and nothing is sent
twice. What goes wrong is said without address, header or body: they hold secrets.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection

from keys.base import KeyRefused, RefusalReason
from keys.per_process import PerProcess

CONNECT_SECONDS = 5.0
MAX_BYTES = 256 * 1024  # a chain of certificates has some ten kilobytes
_SHORTEST_SECONDS = 0.01  # a time-out of nothing or less is an error of its own
_CHUNK = 16 * 1024
_CONNECTIONS = 8  # kept alive; more threads open more for a moment


class NoAnswerError(Exception):
    """No usable answer came; the message is for logs and holds nothing secret.

    Attributes:
        again: what may be asked twice can be asked once more at once.
    """

    def __init__(self, message: str, *, again: bool = False) -> None:
        """Take what happened."""
        super().__init__(message)
        self.again = again


@dataclass(frozen=True)
class HttpAnswer:
    """An answer of any status; the body may hold a token or a SAD."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class CscTransport:
    """Kept-alive connections of one process. Safe to use from several threads."""

    def __init__(self, *, ca_file: Path | None, key_id: str) -> None:
        """Open no connection yet; without a file the system's CAs count.

        Raises:
            KeyRefused: CA_FILE_UNUSABLE.
        """
        try:
            # Verifies chain and name, TLS 1.2 or newer.
            self._tls = ssl.create_default_context(cafile=ca_file)
        except (OSError, ValueError) as error:
            reason = RefusalReason.CA_FILE_UNUSABLE
            raise KeyRefused(reason, key_id=key_id) from error
        self._pools = PerProcess(self._open)

    def _open(self) -> urllib3.PoolManager:
        pools = urllib3.PoolManager(
            num_pools=2, maxsize=_CONNECTIONS, ssl_context=self._tls
        )
        pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return pools

    def post(
        self, address: str, body: bytes, headers: Mapping[str, str], *, seconds: float
    ) -> HttpAnswer:
        """Send once and return the answer, whatever its status.

        Raises:
            NoAnswerError: none in time, broken off, too long, or of a server that its
                certificate does not prove.
        """
        seconds = max(_SHORTEST_SECONDS, seconds)
        deadline = time.monotonic() + seconds
        try:
            response = self._pools.get().urlopen(
                "POST",
                address,
                body=body,
                headers={"Accept": "application/json", **headers},
                timeout=urllib3.Timeout(
                    connect=min(CONNECT_SECONDS, seconds), read=seconds
                ),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            what = f"no answer: {type(error).__name__}"
            raise NoAnswerError(what, again=True) from error
        try:
            body = _body(response, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswerError("the answer broke off", again=True) from error
        finally:
            response.close()  # what was read to its end is back in the pool already
        return HttpAnswer(response.status, response.headers, body)


def check_address(address: str, *, key_id: str) -> None:
    """Refuse (ADDRESS_UNSAFE) all but https, and plain http to loopback.

    A name and password in an address would end in logs.
    """
    try:
        url = urlsplit(address)
        host, _ = url.hostname or "", url.port
    except ValueError as error:
        raise KeyRefused(RefusalReason.ADDRESS_UNSAFE, key_id=key_id) from error
    closed = url.scheme == "https" or (url.scheme == "http" and _loopback(host))
    plain = address.isascii() and address.isprintable() and " " not in address
    parts = url.username is None and not url.query and not url.fragment
    if not (host and closed and plain and parts):
        raise KeyRefused(RefusalReason.ADDRESS_UNSAFE, key_id=key_id)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _body(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    data = bytearray()
    while part := response.read1(_CHUNK):
        data += part
        if len(data) > MAX_BYTES:
            raise NoAnswerError("the answer is too long")
        if time.monotonic() > deadline:
            raise NoAnswerError("the answer takes too long")
    return bytes(data)


class _BoundedHead(HTTPConnection):
    """Ends the wait for a head that drips: a socket's timeout starts at every byte."""

    @override
    def getresponse(self) -> Any:
        watchdog = threading.Timer(float(self.timeout or 0), _shut, [self.sock])
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


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        # Not SSLSocket.shutdown: it would take TLS off below the reading thread.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
