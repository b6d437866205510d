"""What `certify renew` says, and with which exit code."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.cli.renew import DONE, FAILED, INCOMPLETE, WAITING, renew
from api.cli.terminal import Terminal
from certify.renew_due import Cause, RenewalReport

GOOD = RenewalReport(
    at=datetime(2029, 12, 1, tzinfo=UTC),
    before=datetime(2030, 12, 1, tzinfo=UTC),
    looked_at=5,
    not_due=3,
    renewed=("a", "b"),
)
TSA_AWAY = {"c": Cause("service.unavailable", "TSA không trả lời.")}
LAPSED = {"d": Cause("wrong_state", "Dấu thời gian đã quá hạn.")}


class Reporting:
    """The part of `Services` that the command uses."""

    def __init__(self, report: RenewalReport) -> None:
        self._report = report

    def renew_due(self, **_: Any) -> RenewalReport:
        return self._report


@pytest.mark.parametrize(
    ("report", "dry_run", "code"),
    [
        (GOOD, False, DONE),
        (replace(GOOD, looked_at=6, waiting=TSA_AWAY), False, WAITING),
        (replace(GOOD, looked_at=6, waiting=TSA_AWAY), True, DONE),
        (replace(GOOD, looked_at=7, waiting=TSA_AWAY, failed=LAPSED), False, FAILED),
        (replace(GOOD, looked_at=6), False, INCOMPLETE),
        (replace(GOOD, looked_at=6), True, INCOMPLETE),
    ],
)
def test_the_counts_decide(report: RenewalReport, code: int, *, dry_run: bool) -> None:
    services: Any = Reporting(report)
    terminal = Terminal(as_json=False)
    said = renew(services, within=None, dry_run=dry_run, terminal=terminal)
    assert said == code


def test_every_count_and_cause_is_in_the_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = replace(GOOD, looked_at=7, waiting=TSA_AWAY, failed=LAPSED)
    services: Any = Reporting(report)
    renew(services, within=12, dry_run=False, terminal=Terminal(as_json=True))
    said = json.loads(capsys.readouterr().out)
    named = len(said["renewed"]) + len(said["failed"]) + len(said["waiting"])
    assert said["looked_at"] == named + said["not_due"]
    assert said["missing"] == 0
    assert said["failed"]["d"]["code"] == "wrong_state"


def test_people_read_the_counts_and_every_cause(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = replace(GOOD, looked_at=7, waiting=TSA_AWAY, failed=LAPSED)
    services: Any = Reporting(report)
    renew(services, within=None, dry_run=False, terminal=Terminal(as_json=False))
    said = capsys.readouterr().out
    for words in ("01/12/2030", "Không bỏ sót", "TSA không trả lời.", "quá hạn"):
        assert words in said
