"""Keeps the development PKI answering while this process needs it.

The process that finds the PKI's port free serves it, the others use it (design §5).
When the serving process ends, another one that still runs takes over.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from api.devpki import DevelopmentPkiServer
from certify.errors import InvalidInput

WATCH_SECONDS = 0.5


class PkiHost:
    """A context manager around "serve it if nobody does"."""

    def __init__(self, serve: Callable[[], DevelopmentPkiServer | None]) -> None:
        """Take what starts a server, or returns None if this PKI is served already."""
        self._serve = serve
        self._server: DevelopmentPkiServer | None = None
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Serve or watch.

        Raises:
            InvalidInput: another program has the port.
        """
        self._server = self._serve()
        if self._server is None:
            self._watch = threading.Thread(
                target=self._take_over, name="pki-watch", daemon=True
            )
            self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching and serving."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()
        if self._server is not None:
            self._server.stop()

    def _take_over(self) -> None:
        while self._server is None and not self._stopping.wait(WATCH_SECONDS):
            with suppress(InvalidInput, OSError):  # in the middle of changing hands
                self._server = self._serve()
