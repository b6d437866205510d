"""One `certify worker` beside the web server: started, watched, and ended with it.

It is a process of its own, so that a sweep after a long outage, or a fault in it, takes
nothing from the people at the desk. It ends when its standard input does: the other end
of that pipe is held by the server alone, so it never outlives even a killed one.
"""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

STOP_SECONDS = 10.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
BESIDE = "--beside-server"

_log = logging.getLogger("certify.worker")


class WorkerProcess:
    """Keeps a worker running until stopped."""

    def __init__(self, data: Path) -> None:
        """Take the data folder; all other settings are those of the environment."""
        self._command = [
            # -P: not what lies in the folder where the server happened to be started.
            *(sys.executable, "-P", "-m", "api", "worker", BESIDE),
            *("--data", str(data)),
        ]
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker", daemon=True)

    def start(self) -> None:
        """Start the worker, which takes some seconds to load; return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker in good order; after `STOP_SECONDS` by force."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()  # it may still be loading, and not yet listen
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
        self._thread.join(STOP_SECONDS)

    def _watch(self) -> None:
        """Start it again when it ends by itself, each time later."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                process = self._started()
                ended = "" if process is None else f"ended with {process.wait()}"
            except OSError as error:  # no memory, too many processes or open files
                ended = f"not started, {type(error).__name__}"
            if self._stopping.is_set():
                return
            _log.error("worker %s, again in %.0f s", ended, pause)
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _started(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                # Ctrl-C in a terminal is for the server, which then ends the worker.
                start_new_session=True,
                env=_environment(),
            )
            return self._process


def _environment() -> dict[str, str]:
    """Return ours, and where our own program is found."""
    path = os.pathsep.join(part for part in sys.path if part)
    return {**os.environ, "PYTHONPATH": path}  # noqa: TID251 - handed on, not read
