"""What a process that stays does beside its work: log as itself, serve metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.observe.logs import set_up_logging
from api.services import Services
from api.settings import Settings


@contextmanager
def observed(services: Services, settings: Settings, *, process: str) -> Iterator[None]:
    """Log, and offer to serve this machine's metrics, until the block ends.

    Args:
        services: the built service.
        settings: of the operator.
        process: what this one is, e.g. "serve" or "worker"; on every line.
    """
    set_up_logging(process=process, level=settings.log_level, form=settings.log_format)
    if settings.metrics_port is None:
        yield
        return
    # prometheus-client is imported when the service, and its folder, is there.
    from api.scrape import metrics_port  # noqa: PLC0415 - see above

    port = metrics_port(services, settings, port=settings.metrics_port)
    port.start()
    try:
        yield
    finally:
        port.stop()
