"""Start and stop the zygote, and send it orders. One owner thread at a time."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

LOG = logging.getLogger(__name__)
STOP_SECONDS = 3.0


class ZygoteProcess:
    """One running zygote and our end of its control socket."""

    def __init__(self, preload: Sequence[str]) -> None:
        """Start it; `await_ready` before the first order.

        Raises:
            OSError: this machine has no room for another process.
        """
        self.owner = os.getpid()
        self._ready = False
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [
                    *(sys.executable, "-P", "-m", "certify.isolation.zygote"),
                    *(str(theirs.fileno()), str(self.owner)),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            self._control.send(json.dumps({"preload": list(preload)}).encode())

    def await_ready(self, seconds: float) -> None:
        """Wait until it has imported what it preloads; at once when it has.

        Raises:
            OSError, ValueError: it was too slow, or died.
            RuntimeError: it cannot import; a fault of ours, not of any file.
        """
        if self._ready:
            return
        self._control.settimeout(seconds)
        hello = json.loads(self._control.recv(65536))
        self._control.settimeout(None)
        if hello["problem"]:
            raise RuntimeError(f"the zygote cannot import: {hello['problem']}")
        if not hello["network_left"]:
            LOG.warning("no network namespace: children can reach the network")
        self._ready = True

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def usable(self) -> bool:
        """Tell whether it lives and is ours, not our parent's before a fork."""
        return self.owner == os.getpid() and self._process.poll() is None

    def order(self, order: Mapping[str, Any], channels: Sequence[int] = ()) -> None:
        """Send one order.

        Raises:
            OSError: the zygote is gone.
        """
        socket.send_fds(self._control, [json.dumps(order).encode()], list(channels))

    def stop(self) -> None:
        """Close the control socket; the zygote kills its children and ends."""
        self._control.close()
        if self.owner != os.getpid():
            # After a fork this is a copy of the parent's: its zygote is not ours to
            # wait for. Popen must not think so either.
            self._process.returncode = 0
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """A fresh environment: no secret of ours reaches the child."""
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # one thread: forking a process that has more is not safe
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
