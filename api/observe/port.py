"""Serves metrics on a port of their own, apart from the public one.

Every process of a machine offers it and the one that finds the port free serves for
all: their sums lie in one folder. When it ends, another one takes over.
"""

import logging
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from typing_extensions import override

from api.observe.logs import event
from api.repeated import Repeated

PAUSE_SECONDS = 5.0
_log = logging.getLogger("api.metrics")


class MetricsPort(Repeated):
    """Tries for the port until it has it."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        host: str,
        port: int,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """Serve what this registry collects."""
        self._registry = registry
        self._host = host
        self._port = port
        self._server: WSGIServer | None = None
        super().__init__("metrics-port", self._once, pause_seconds=pause_seconds)

    @override
    def stop(self, timeout_seconds: float = 10) -> None:
        """Stop trying, and stop serving."""
        super().stop(timeout_seconds)
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _once(self) -> None:
        if self._server is not None:
            return
        try:
            self._server, _ = start_http_server(
                self._port, addr=self._host, registry=self._registry
            )
        except OSError:  # another process serves; it may end
            return
        event(_log, logging.INFO, "metrics.served", host=self._host, port=self._port)
