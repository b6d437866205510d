"""Preloaded into a zygote: its first fork fails as on a machine without processes."""

import errno
import os

_fork = os.fork


def _fail_once() -> int:
    os.fork = _fork
    raise OSError(errno.EAGAIN, "no process left")


os.fork = _fail_once
