"""HTTP for the S3 SDK: bounded tries, and bounded time however slowly bytes drip.

The SDK takes an urllib3 pool manager. This one retries what may pass by itself, gives
each call a deadline that counts its retries too, follows no redirect, and can make a
write conditional, which the SDK (7.2) has no argument for.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import urllib3
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, TimeoutError  # noqa: A004 - its own name

_PASSING = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE_SECONDS = 0.2
_CONNECTIONS = 16
_CONDITION = {"If-None-Match": "*"}  # RFC 9110 §13.1.2: only if there is none yet


@dataclass(frozen=True)
class HttpLimits:
    """Bounds of one request.

    Attributes:
        connect_seconds: to a connection, TLS included.
        read_seconds: without a byte; also for the whole head of an answer.
        tries: of one request, the first included.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    tries: int = 3


class _Call(threading.local):
    """What the running call of this thread may take."""

    ends: float = 0.0
    only_if_new: bool = False


class BoundedPools(urllib3.PoolManager):
    """Connections to one store. Safe to use from several threads."""

    def __init__(self, limits: HttpLimits, ca_file: Path | None) -> None:
        """Open no connection yet.

        Args:
            limits: of every request.
            ca_file: PEM of the CAs to believe; None takes the system's.
        """
        super().__init__(
            num_pools=2,
            maxsize=_CONNECTIONS,
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(ca_file) if ca_file else None,
        )
        self.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        self._limits = limits
        self._call = _Call()

    @contextmanager
    def call(self, seconds: float, *, only_if_new: bool = False) -> Iterator[float]:
        """Bound all requests inside, together; yields when they end (monotonic).

        Args:
            seconds: from now.
            only_if_new: what creates an object is refused (412) when there is one.
        """
        self._call.ends = time.monotonic() + seconds
        self._call.only_if_new = only_if_new
        try:
            yield self._call.ends
        finally:
            self._call.ends, self._call.only_if_new = 0.0, False

    @override
    def urlopen(  # type: ignore[override]  # the SDK passes no other arguments
        self, method: str, url: str, redirect: bool = True, **given: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send a request, several times if need be.

        Raises:
            HTTPError: no answer in time.
        """
        whole = given.pop("preload_content", True)
        if self._call.only_if_new and _creates_object(method, url):
            given["headers"] = {**given.get("headers", {}), **_CONDITION}
        pause = _FIRST_PAUSE_SECONDS
        for left in reversed(range(self._limits.tries)):
            try:
                response = self._once(method, url, whole=whole, **given)
                if response.status not in _PASSING or not left:
                    return response
                response.close()
            except HTTPError:
                if not left or self._seconds_left() <= pause:
                    raise
            time.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        url: str,
        *,
        whole: bool,
        **given: Any,  # noqa: ANN401 - urllib3's
    ) -> urllib3.BaseHTTPResponse:
        seconds = self._seconds_left()
        limits = self._limits
        response = super().urlopen(
            method,
            url,
            redirect=False,  # another host is not the store the operator named
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(
                connect=min(limits.connect_seconds, seconds),
                read=min(limits.read_seconds, seconds),
            ),
            **given,
        )
        if whole or response.status >= HTTPStatus.MULTIPLE_CHOICES:
            with _ended_after(self._seconds_left(), response.shutdown):
                response.read(cache_content=True)
        return response

    def _seconds_left(self) -> float:
        left = self._call.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call takes too long")
        return left


def _creates_object(method: str, url: str) -> bool:
    """Tell a PUT of an object, or the end of a multipart one, from its parts."""
    query = url.partition("?")[2]
    completes = query.startswith("uploadId=") and "&" not in query
    return (method == "PUT" and not query) or (method == "POST" and completes)


class _BoundedHead(HTTPConnection):
    """Ends the wait for a head that drips: a socket's timeout starts at every byte."""

    @override
    def getresponse(self) -> Any:
        seconds = self.timeout
        if not isinstance(seconds, (int, float)):
            return super().getresponse()
        connection = self.sock
        with _ended_after(seconds, lambda: connection.shutdown(socket.SHUT_RDWR)):
            return super().getresponse()


class _BoundedTlsHead(_BoundedHead, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _BoundedHead


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _BoundedTlsHead


@contextmanager
def _ended_after(seconds: float, end: Any) -> Iterator[None]:  # noqa: ANN401 - a call
    def stop() -> None:
        with suppress(OSError, ValueError, AttributeError):  # it has ended by itself
            end()

    watchdog = threading.Timer(seconds, stop)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
