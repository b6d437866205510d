"""The one thread of this process that calls a PKCS#11 module.

Many modules are not safe to enter from two threads: with separate sessions in one
process SoftHSM 2.6 gave errors, heap corruption and SIGSEGV. So one thread makes every
call of a module, in the order of a queue; more throughput takes more processes.
"""

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeAlias, TypeVar

_T = TypeVar("_T")
_Job: TypeAlias = Callable[[], None]

_LAST_CALL_SECONDS = 2.0  # what a call still running may take when the process ends
_log = logging.getLogger("certify.keys")


class ModuleHangs(Exception):
    """A call into the module has not come back for longer than its time limit."""


class ModuleThread:
    """Runs jobs one after the other. Belongs to the process that made it."""

    def __init__(self, *, name: str, close: Callable[[], None]) -> None:
        """Start nothing yet.

        Args:
            name: of the thread, for logs.
            close: the last job, when the process ends in good order.
        """
        self._name = name
        self._close = close
        self._pid = os.getpid()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._busy_since: float | None = None
        self._said_so = False

    def call(self, work: Callable[[], _T], *, time_limit_seconds: float) -> _T:
        """Run `work` on the thread and return what it returns, or raise its error.

        Waiting behind others does not count. Work whose caller gave up is not begun.

        Raises:
            ModuleHangs: the work, or that of somebody before, takes longer than the
                limit. No second thread is put in its place: it would enter the same
                module. When the call comes back after all, the queue goes on.
        """
        thread = self._started()
        future: Future[_T] = Future()
        self._jobs.put(lambda: _fill(future, work))
        while thread.is_alive():  # not after its last job, at the end of the process
            wait = time_limit_seconds - self._busy_seconds()
            if wait <= 0:
                self._say(time_limit_seconds)
                break
            try:
                return future.result(timeout=wait)
            except TimeoutError:
                if future.done():  # just now, or the error is the work's own
                    return future.result()
        future.cancel()
        raise ModuleHangs

    def _started(self) -> threading.Thread:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()
                atexit.register(self._stop)
            return self._thread

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._busy_since = time.monotonic()
            job()
            self._busy_since = None
            if self._said_so:
                self._said_so = False
                _log.warning("%s: answers again", self._name)
        self._close()

    def _busy_seconds(self) -> float:
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def _say(self, limit: float) -> None:
        if not self._said_so:
            self._said_so = True
            _log.error("%s: no answer for %.0f s, keys are away", self._name, limit)

    def _stop(self) -> None:
        """End before the module's own destructors run beside a call of ours."""
        if self._thread is not None and self._pid == os.getpid():
            self._jobs.put(None)
            self._thread.join(_LAST_CALL_SECONDS)


def _fill(future: "Future[_T]", work: Callable[[], _T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to who waits for it
        future.set_exception(error)
