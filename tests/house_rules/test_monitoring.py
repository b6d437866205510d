"""Every metric is explained, and every alert asks for one that exists."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from api.observe.prometheus import PrometheusMeter
from certify.errors import CertifyError

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "prometheus-alerts.yml"
PAGE = ROOT / "docs" / "operate" / "monitoring.md"
SCRAPED = ("api/scrape.py", "api/observe/gauges.py")
SERIES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count")}
RULE = re.compile(
    r"- alert: (?P<name>\w+)\n"
    r"(?: +#[^\n]+\n)?"
    r" +expr: (?P<expr>(?:.|\n)+?)\n"
    r"( +for: \d+[mh]\n)?"
    r" +labels: \{severity: (page|ticket)\}\n"
    r" +annotations:\n"
    r' +summary: "[^\n]+"(?=\n|$)'
)


def counted() -> dict[str, str]:
    """Name → kind of what a meter keeps."""
    registry = CollectorRegistry()
    PrometheusMeter(registry)
    return {family.name: family.type for family in registry.collect()}


def read_at_scrape() -> dict[str, str]:
    sources = "".join((ROOT / path).read_text(encoding="utf-8") for path in SCRAPED)
    return dict.fromkeys(re.findall(r'"(certify_\w+)"', sources), "gauge")


@pytest.fixture(scope="module")
def series() -> set[str]:
    kinds = counted() | read_at_scrape()
    return {name + end for name, kind in kinds.items() for end in SERIES[kind]}


def test_alerts_ask_for_metrics_and_errors_that_exist(series: set[str]) -> None:
    text = ALERTS.read_text(encoding="utf-8")
    rules = list(RULE.finditer(text))
    assert len(rules) == text.count("- alert:") > 10
    asked = {
        name for rule in rules for name in re.findall(r"certify_\w+", rule["expr"])
    }
    assert asked <= series
    words = re.findall(r'(?:cause|code)=~?"([^"]+)"', text)
    codes = {word for group in words for word in group.split("|")}
    assert codes <= error_codes()


def error_codes() -> set[str]:
    found, todo = set(), [CertifyError]
    while todo:
        kind = todo.pop()
        found.add(kind.code)
        todo += kind.__subclasses__()
    return found


def test_the_page_explains_every_metric_and_alert() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = {
        f"{name}_total" if kind == "counter" else name
        for name, kind in (counted() | read_at_scrape()).items()
    }
    rows = set(re.findall(r"^\| `(certify_\w+)`", page, re.MULTILINE))
    assert rows == names
    alerts = re.findall(r"alert: Certify(\w+)", ALERTS.read_text(encoding="utf-8"))
    rest = page.replace("CertificateEnds…", "CertificateEnds, CertificateEndsSoon")
    assert [name for name in alerts if name not in rest] == []
