"""Work that is done again and again beside other work, in a thread of its own."""

import threading
from collections.abc import Callable


class Repeated:
    """Runs something now and then, until stopped."""

    def __init__(
        self, name: str, work: Callable[[], object], *, pause_seconds: float
    ) -> None:
        """Take what to run, which must not raise, and how long to rest in between."""
        self._work = work
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first run is at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the run in hand be the last one."""
        self._stopping.set()

    def stop(self, timeout_seconds: float = 10) -> None:
        """Ask the thread to end and wait for the work in hand.

        What takes longer is abandoned with the process.
        """
        self.ask_to_stop()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work()
            self._stopping.wait(self._pause_seconds)
