"""What stands between the service and its database and store, and cuts them off.

Both pass bytes on until told otherwise. The most valuable fault of all is "unheard":
the other side did what it was asked, and the answer is lost on the way.
"""

import signal
import socket
import threading
import time
from multiprocessing.process import BaseProcess

from typing_extensions import override

from tests.chaos.servers import FORK, Misbehaviour, stay_with_parent
from tests.support.faulty_proxy import Address, FaultyProxy

SLOW_SECONDS = 0.3
_CHUNK = 65_536
_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"  # PostgreSQL's protocol 3.0: a simple query
_FULL = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InsufficientStorage</Code>'
    b"<Message>no room</Message><Resource>/</Resource><RequestId>1</RequestId></Error>"
)
_METHODS = (b"PUT ", b"GET ", b"HEAD ", b"POST ", b"DELETE ")


class TellingProxy(FaultyProxy):
    """A proxy that does what the world's misbehaviour says."""

    def __init__(self, upstream: Address, misbehaviour: Misbehaviour) -> None:
        super().__init__(upstream)
        self._misbehaviour = misbehaviour

    @override
    def serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(
                target=self._connected, args=(client,), daemon=True
            ).start()

    def _half(self, server: socket.socket, data: bytes) -> None:
        self._misbehaviour.reach()
        server.sendall(data[: len(data) // 2])


class DatabaseProxy(TellingProxy):
    """Before PostgreSQL; a connection it cuts ends in the middle of a message."""

    @override
    def _asked(self, client: socket.socket, server: socket.socket, data: bytes) -> bool:
        told = self._misbehaviour
        if told.kind == "database_cut":
            self._half(server, data)
            return False
        if _COMMIT in data:
            if told.strikes_once("commit_unsent"):
                return False
            if told.strikes_once("commit_unheard"):
                server.sendall(data)
                server.recv(_CHUNK)  # it is done
                return False
            if told.is_last("kill_at_commit"):
                server.sendall(data)
                server.recv(_CHUNK)
                told.kill_victim()
                return False
        server.sendall(data)
        return True


class ArchiveProxy(TellingProxy):
    """Before an S3 store."""

    def __init__(self, upstream: Address, misbehaviour: Misbehaviour) -> None:
        super().__init__(upstream, misbehaviour)
        self._connection = threading.local()

    @override
    def _asked(self, client: socket.socket, server: socket.socket, data: bytes) -> bool:
        told = self._misbehaviour
        if data.startswith(_METHODS):
            self._connection.writes = data.startswith(b"PUT ")
            if told.kind == "archive_slow":
                told.reach()
                time.sleep(SLOW_SECONDS)
            if self._connection.writes and told.is_last("kill_in_upload"):
                self._half(server, data)
                told.kill_victim()
                return False
        if told.kind == "archive_cut":
            self._half(server, data)
            return False
        if told.kind == "archive_full" and self._writes:
            return self._refuse(client, data)
        server.sendall(data)
        return True

    @override
    def _answered(self, client: socket.socket, data: bytes) -> bool:
        told = self._misbehaviour
        if self._writes:
            if told.is_last("kill_at_upload"):
                told.kill_victim()
                return False
            if told.kind == "archive_unheard":
                told.reach()
                return False
        client.sendall(data)
        return True

    @property
    def _writes(self) -> bool:
        return getattr(self._connection, "writes", False)

    def _refuse(self, client: socket.socket, data: bytes) -> bool:
        """Take the whole request and answer that there is no room for it."""
        self._misbehaviour.reach()
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line
        )
        left = int(fields.get(b"content-length", b"0")) - len(body)
        while left > 0 and (more := client.recv(_CHUNK)):
            left -= len(more)
        client.sendall(
            b"HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
        )
        return False


def start(*proxies: TellingProxy) -> BaseProcess:
    """Serve in a process of its own until it is killed: threads must not be forked."""
    process = FORK.Process(target=_serve, args=(proxies,), daemon=True)
    process.start()
    return process


def _serve(proxies: tuple[TellingProxy, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for proxy in proxies:
        threading.Thread(target=proxy.serve, daemon=True).start()
    stay_with_parent()
