"""Tasks that misbehave, for the tests of `certify.isolation`."""

import ctypes
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any


def echo(value: Any) -> Any:
    return value


def segfault() -> None:
    ctypes.string_at(0)


def hang() -> None:
    time.sleep(3600)


def spin() -> None:
    while True:
        pass


def eat_memory() -> None:
    kept = []
    while True:
        kept.append(bytearray(64 * 1024 * 1024))


def fork_and_leave() -> int:
    """Leave a grandchild and its child, in their own session."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)
        time.sleep(3600)
    return os.getpid()


def connect(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return "connected"
    except OSError as error:
        return type(error).__name__


def print_garbage() -> str:
    print("secret on stdout")  # noqa: T201 - the point of the test
    print("secret on stderr", file=sys.stderr)  # noqa: T201 - the same
    os.write(1, b"more")
    os.write(2, b"more")
    return "quiet"


def huge_reply() -> str:
    return "x" * (8 * 1024 * 1024)


def endless_reply() -> None:
    """Own the reply channel as a hostile reader would: write for ever."""
    job = _reply_channel()
    while True:
        job.send(b"[" * 65536)


def lie_in_reply() -> None:
    _reply_channel().send(b"\x80\x04not json")
    os._exit(0)


def nested_reply() -> None:
    _reply_channel().send(b"[" * 200_000)
    os._exit(0)


def raise_error() -> None:
    raise ValueError("content of the scan")


def write_file(path: str, size: int) -> None:
    Path(path).write_bytes(b"0" * size)


def environment() -> list[str]:
    return sorted(os.environ)  # noqa: TID251 - what leaked into it


def not_json() -> object:
    return {1, 2}


def _reply_channel() -> socket.socket:
    for fd in range(3, 64):
        try:
            return socket.socket(fileno=os.dup(fd))
        except OSError:
            continue
    raise AssertionError("no channel")
