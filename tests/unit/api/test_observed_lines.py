"""A log line quotes nobody: not our callers, not other libraries, not exceptions."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest

from api.observe.issuing import STEPS, IssueWatch
from api.observe.logs import JsonLines, TextLines
from api.observe.meter import Unmetered
from certify.errors import (
    AttemptDiscarded,
    LeaseLost,
    ServiceUnavailable,
    StoredDataDamaged,
)
from certify.issue import Progress, silent
from tests.support.web import log_lines

NAME = "Lò Thị Bí Mật"


def record(name: str, message: str, *args: object, fails: bool = False) -> str:
    """A line of both formats, as one text."""
    given = None
    if fails:
        try:
            raise ValueError(NAME)  # noqa: TRY301 - to have been raised
        except ValueError:
            given = sys.exc_info()
    made = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, args, given)
    line = JsonLines("test").format(made)
    assert json.loads(line)["process"] == "test"
    assert "\n" not in line
    return line + TextLines().format(made)


def test_an_exception_leaves_its_class_and_place() -> None:
    line = record("uvicorn.error", "Exception in ASGI application\n", fails=True)
    assert NAME not in line
    assert "ValueError" in line
    assert "test_observed_lines.py" in line


@pytest.mark.parametrize(
    ("message", "args", "kept"),
    [
        ('%s - "WebSocket %s" %d', ("127.0.0.1", f"/v/{NAME}", 403), "403"),
        ("Retrying (%r) after %s", (f"/a?ten={NAME}", NAME), "Retrying"),
        ("no place for it", (NAME,), "no place"),
        (f"Task exception was never retrieved\nfuture: {NAME}", (), "never retrieved"),
    ],
)
def test_other_libraries_keep_their_fixed_words_and_numbers(
    message: str, args: tuple[object, ...], kept: str
) -> None:
    line = record("urllib3.connectionpool", message, *args)
    assert NAME not in line
    assert kept in line
    # what it would have said: the words above do hold the name
    assert NAME in message + repr(args)


def test_what_dies_or_warns_outside_the_log_says_so_on_one_line() -> None:
    script = f"""
import threading, warnings
from api.observe.logs import set_up_logging
set_up_logging(process="worker", form="json")
def die():
    raise LookupError("{NAME}")
warnings.warn("{NAME}")
thread = threading.Thread(target=die, name="sweep"); thread.start(); thread.join()
die()
"""
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        "warning",
        "thread.died",
        "process.died",
    ]
    assert {line["process"] for line in lines} == {"worker"}
    assert [line.get("fault") for line in lines[1:]] == ["LookupError"] * 2
    assert NAME not in done.stderr + done.stdout


class Steps(Unmetered):
    """Remembers what was measured."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def step(self, step: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((step, outcome))

    def issue_failed(self, code: str) -> None:
        self.seen.append(("run", code))

    def fault(self) -> None:
        self.seen.append(("fault", ""))

    def issued(self) -> None:
        self.seen.append(("run", "ok"))


def run(
    watched: AbstractContextManager[Progress],
    steps: Iterable[int],
    error: Exception | None = None,
) -> None:
    """A run of the main job that reports these steps and then ends."""
    with watched as progress:
        for step in steps:
            progress(step, "")
        if error is not None:
            raise error


def test_a_discarded_attempt_and_an_outage_stay_with_their_step(
    caplog: pytest.LogCaptureFixture,
) -> None:
    meter, told = Steps(), []
    watch = IssueWatch(meter=meter)

    def page(step: int, _text: str) -> None:
        told.append(step)

    with caplog.at_level(logging.INFO, "certify.issue"):
        away = ServiceUnavailable(service="kho")
        with pytest.raises(ServiceUnavailable):
            run(watch("a1", page), [1, 2, 3, 4, 5, 6, 1, 2, 3], away)
        run(watch("a2", silent), STEPS)
    assert told == [1, 2, 3, 4, 5, 6, 1, 2, 3]
    assert meter.seen[:10] == [
        *((STEPS[n], "ok") for n in range(1, 6)),
        ("sign", AttemptDiscarded.code),
        ("authorise", "ok"),
        ("scan", "ok"),
        ("reserve", ServiceUnavailable.code),
        ("run", ServiceUnavailable.code),
    ]
    assert meter.seen[10:] == [
        *((name, "ok") for name in STEPS.values()),
        ("run", "ok"),
    ]
    lines = log_lines(caplog.records, "issue.step")
    assert [line["attempt"] for line in lines[:9]] == [1] * 6 + [2] * 3
    assert {line["attestation"] for line in lines[9:]} == {"a2"}
    assert len(lines) == 9 + len(STEPS)


def test_a_terminal_gets_the_same_facts_in_words() -> None:
    made = logging.LogRecord("api.requests", logging.INFO, "x", 1, "request", (), None)
    made.facts = {"route": "/v/{code}", "status": 200}
    assert (
        TextLines()
        .format(made)
        .endswith("INFO    api.requests: request route=/v/{code} status=200")
    )


@pytest.mark.parametrize(
    ("error", "code", "faults"),
    [
        (RuntimeError(NAME), "fault", 1),
        (StoredDataDamaged(what="tệp"), StoredDataDamaged.code, 1),
        (LeaseLost(), LeaseLost.code, 0),
    ],
)
def test_only_our_own_faults_count_as_such(
    error: Exception, code: str, faults: int
) -> None:
    meter = Steps()
    with pytest.raises(type(error)):
        run(IssueWatch(meter=meter)("a1", silent), [1], error)
    assert meter.seen == [("authorise", code), ("run", code), *[("fault", "")] * faults]
