"""How duties fared, and alarms of late cases: on every database."""

import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from api.scrape import sources
from certify.overdue import RaiseAlarms
from certify.rounds import DONE
from storage.audit import SqlAuditTrail
from storage.database import Database
from storage.deadline_alarms import SqlDeadlineAlarms
from storage.register import SqlRegister
from storage.rounds import SqlRounds
from tests.support.builders import AUTHORITY_ID
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import issue


def test_a_failed_round_keeps_the_last_success(database: Database) -> None:
    rounds, clock = SqlRounds(database=database), FakeClock()
    rounds.record("renewal", "service.unavailable", clock.now())
    assert [(r.duty, r.succeeded_at) for r in rounds.latest()] == [("renewal", None)]
    well = clock.advance(minutes=1)
    rounds.record("renewal", DONE, well)
    rounds.record("lists", DONE, well)
    failed = clock.advance(minutes=1)
    rounds.record("renewal", "fault", failed)
    lists, renewal = rounds.latest()
    assert (lists.duty, lists.outcome, lists.succeeded_at) == ("lists", DONE, well)
    assert (renewal.at, renewal.outcome, renewal.succeeded_at) == (
        failed,
        "fault",
        well,
    )


def test_a_duty_that_never_went_well_is_shown_as_such(database: Database) -> None:
    """An age that is left out would trouble nobody: no alert, however long it fails."""
    rounds, clock = SqlRounds(database=database), FakeClock()
    rounds.record("lists", DONE, clock.now())
    rounds.record("renewal", "service.unavailable", clock.now())
    clock.advance(minutes=1)
    alarms = SqlDeadlineAlarms(database=database)
    built: Any = SimpleNamespace(clock=clock, rounds=rounds, deadline_alarms=alarms)
    ages = {r.labels["duty"]: r.value for r in sources(built)["duties"]() if r.labels}
    assert ages == {"lists": 60, "renewal": math.inf}


def test_each_late_case_raises_one_alarm(
    database: Database, desk: SampleDesk, register: SqlRegister, trail: SqlAuditTrail
) -> None:
    clock, alarms = FakeClock(), SqlDeadlineAlarms(database=database)
    duty = RaiseAlarms(alarms=alarms, clock=clock)
    finished, late, early = (desk.approved() for _ in range(3))
    issue(register, finished.attestation_id, clock.now())
    open_case = desk.open_case()
    assert duty().raised == 0, "nobody is late yet"
    before = trail.head(AUTHORITY_ID).sequence
    clock.set(open_case.due_at)
    assert (duty().raised, duty().raised) == (3, 0)
    assert trail.check(AUTHORITY_ID).sequence == before + 3
    codes = {case.code for case in alarms.late()}
    assert codes == {late.case_code, early.case_code, open_case.code}
    issue(register, late.attestation_id, clock.now())
    clock.advance(days=1)
    assert duty().late == 2
    assert all(c.due_at <= clock.now() - timedelta(days=1) for c in alarms.late())
