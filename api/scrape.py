"""Figures that are read at a scrape, and the port that serves them with the sums."""

import math
from collections.abc import Iterable

from prometheus_client import CollectorRegistry

from api.data_folder import DataFolder
from api.observe.gauges import Reading, ScrapedGauges, Source
from api.observe.port import MetricsPort
from api.observe.processes import SharedFolder
from api.readiness import free_bytes
from api.services import Services
from api.settings import Settings

_SECONDS_A_DAY = 86400


def metrics_port(services: Services, settings: Settings, *, port: int) -> MetricsPort:
    """Build the port of this machine's metrics, in a process that serves or works."""
    registry = CollectorRegistry()
    # The gauges first: the clock's source also writes a gauge of the shared folder.
    registry.register(ScrapedGauges(sources(services)))
    folder = settings.metrics_folder or DataFolder(settings.data).metrics
    registry.register(SharedFolder(folder))
    return MetricsPort(registry, host=settings.metrics_host, port=port)


def sources(services: Services) -> dict[str, Source]:
    """Return what is read at a scrape, by name."""
    return {
        "queue": lambda: _queue(services),
        "certificates": lambda: _certificates(services),
        "duties": lambda: _duties(services),
        "disk": lambda: _disk(services),
        "clock": lambda: _clock(services),
    }


def _queue(services: Services) -> Iterable[Reading]:
    now = services.clock.now()
    groups = services.overview.waiting(now)
    for group in groups:
        yield Reading(
            "certify_waiting",
            "Approved copies that are not released, by what they wait for.",
            group.count,
            {"cause": group.cause},
        )
    oldest = min((group.oldest for group in groups), default=now)
    yield Reading(
        "certify_waiting_oldest_seconds",
        "Since when the oldest of them was approved.",
        (now - oldest).total_seconds(),
    )
    yield Reading(
        "certify_open_reservations",
        "Register numbers taken and not used yet.",
        services.overview.open_reservations(),
    )


def _certificates(services: Services) -> Iterable[Reading]:
    now = services.clock.now()
    for term in services.condition.look().terms:
        yield Reading(
            "certify_certificate_expiry_days",
            "Days until a certificate that signing relies on ends.",
            (term.not_after - now).total_seconds() / _SECONDS_A_DAY,
            {"kind": term.kind, "certificate": term.sha256[:12]},
        )


def _duties(services: Services) -> Iterable[Reading]:
    now = services.clock.now()
    for last in services.rounds.latest():
        age = math.inf  # it never did: no alert would miss an age that is left out
        if last.succeeded_at is not None:
            age = (now - last.succeeded_at).total_seconds()
        yield Reading(
            "certify_duty_success_age_seconds",
            "Since when a periodic duty last went well, in any process.",
            age,
            {"duty": last.duty},
        )
    yield Reading(
        "certify_cases_late",
        "Cases whose deadline has passed.",
        len(services.deadline_alarms.late()),
    )


def _disk(services: Services) -> Iterable[Reading]:
    for place, free in free_bytes(services.places).items():
        yield Reading(
            "certify_disk_free_bytes",
            "What the service may still write.",
            free,
            {"place": place},
        )


def _clock(services: Services) -> Iterable[Reading]:
    for reference, seconds in services.clocks.ahead(services.overview).items():
        services.meter.clock_drift(reference, seconds)
    return ()
