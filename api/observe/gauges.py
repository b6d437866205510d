"""What is read at the moment of a scrape, once, by whichever process answers it.

To add a figure: write a function that yields `Reading`s and add it to the sources in
`api.scrape`. One that fails or hangs leaves its figures out and says so in
`certify_scrape_source_up`; the others are not held up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import GaugeMetricFamily, Metric

from api.observe.bounded import Question, answers

SECONDS = 5.0  # Prometheus itself gives up after ten


@dataclass(frozen=True)
class Reading:
    """One figure: a gauge's name after Prometheus' conventions, help, value, labels."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


Source = Callable[[], Iterable[Reading]]


class ScrapedGauges:
    """A collector of `prometheus_client` over sources by name."""

    def __init__(
        self, sources: Mapping[str, Source], *, seconds: float = SECONDS
    ) -> None:
        """Ask nobody yet; `seconds` is how long a scrape waits for them all."""
        self._questions = {
            name: Question(name, lambda source=source: list(source()))  # type: ignore[misc]  # a default that binds
            for name, source in sources.items()
        }
        self._seconds = seconds

    def collect(self) -> Iterator[Metric]:
        """Ask every source."""
        up = GaugeMetricFamily(
            "certify_scrape_source_up",
            "1 when a source of the gauges below answered in time.",
            labels=("source",),
        )
        families: dict[str, GaugeMetricFamily] = {}
        for name, readings in answers(self._questions, seconds=self._seconds).items():
            up.add_metric((name,), float(readings is not None))
            for reading in readings or ():
                family = families.setdefault(
                    reading.name,
                    GaugeMetricFamily(
                        reading.name, reading.help, labels=tuple(reading.labels)
                    ),
                )
                family.add_metric(tuple(reading.labels.values()), reading.value)
        yield up
        yield from families.values()
