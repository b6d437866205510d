"""A TCP proxy that misbehaves between a client and a real server.

What it does wrong can be changed while connections are kept open.
"""

import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

_CHUNK = 65_536
_IDLE_SECONDS = 0.1
Address: TypeAlias = tuple[str, int]


@dataclass
class Fault:
    """What goes wrong.

    Attributes:
        kind: "" nothing · refuse: closed at once · silent: swallowed, no answer ·
            half_request: cut off on the way in · lost_answer: done, and not said ·
            half_answer: cut off on the way out · drip: one byte at a time · flip: a
            bit of each long answer · answer: `answer` whatever was asked.
        after: bytes that still pass before a half one is cut.
        times: how often; then all is well.
    """

    kind: str = ""
    after: int = 0
    times: int = 1_000_000
    answer: bytes = b""


@dataclass
class FaultyProxy:
    """Listens on a loopback port; see `running_proxy`."""

    upstream: Address
    tls: ssl.SSLContext | None = None
    fault: Fault = field(default_factory=Fault)
    strikes: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        """Accept until stopped."""
        while not self._ended.is_set():
            readable, _, _ = select.select([self._listener], [], [], _IDLE_SECONDS)
            if readable:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._connected, args=(client,))
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        """End all connections and `serve`."""
        self._ended.set()

    def close(self) -> None:
        """Free the port; after `serve` has returned."""
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _connected(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            client.settimeout(20)
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            with client, socket.create_connection(self.upstream, 20) as server:
                while not self._ended.is_set() and self._relay(client, server):
                    pass

    def _relay(self, client: socket.socket, server: socket.socket) -> bool:
        """Move what has come; False to end the connection."""
        waiting = isinstance(client, ssl.SSLSocket) and client.pending()
        readable, _, _ = select.select(
            [client, server], [], [], 0 if waiting else _IDLE_SECONDS
        )
        if client in readable or waiting:
            data = client.recv(_CHUNK)
            if not data or not self._asked(client, server, data):
                return False
        if server in readable:
            data = server.recv(_CHUNK)
            if not data or not self._answered(client, data):
                return False
        return True

    def _asked(self, client: socket.socket, server: socket.socket, data: bytes) -> bool:
        match self._striking("refuse", "silent", "half_request", "answer"):
            case "refuse":
                return False
            case "silent":
                return True
            case "answer":
                while select.select([client], [], [], _IDLE_SECONDS)[0]:
                    if not client.recv(_CHUNK):
                        return False
                client.sendall(self.fault.answer)
                return False
            case "half_request" if self.fault.after < len(data):
                server.sendall(data[: self.fault.after])
                return False
            case "half_request":
                self.fault.after -= len(data)
                self.fault.times += 1
        server.sendall(data)
        return True

    def _answered(self, client: socket.socket, data: bytes) -> bool:
        match self._striking("lost_answer", "half_answer", "drip", "flip"):
            case "lost_answer":
                return False
            case "half_answer" if self.fault.after < len(data):
                client.sendall(data[: self.fault.after])
                return False
            case "half_answer":
                self.fault.after -= len(data)
                self.fault.times += 1
            case "drip":
                for byte in data:
                    client.sendall(bytes([byte]))
                    time.sleep(0.02)
                    if self._ended.is_set():
                        return False
                return True
            case "flip":
                data = data[:-1] + bytes([data[-1] ^ 1])
        client.sendall(data)
        return True

    def _striking(self, *kinds: str) -> str:
        if self.fault.kind not in kinds or self.fault.times <= 0:
            return ""
        self.fault.times -= 1
        self.strikes += 1
        return self.fault.kind


@contextmanager
def running_proxy(
    upstream: str, tls: ssl.SSLContext | None = None
) -> Iterator[FaultyProxy]:
    """A proxy before `host:port`, without a fault yet."""
    host, _, port = upstream.partition(":")
    proxy = FaultyProxy((host, int(port)), tls)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()
        proxy.close()
