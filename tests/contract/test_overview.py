"""What monitoring reads of the database, on each kind of it."""

from datetime import UTC, datetime, timedelta

from certify.overview import WaitingGroup
from certify.retry import Waiting
from storage.database import Database
from storage.migrations import HEAD
from storage.overview import SqlOverview
from storage.register import SqlRegister
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import issue


def test_what_waits_is_counted_by_cause_and_age(
    database: Database, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    overview = SqlOverview(database=database)
    assert overview.waiting(clock.now()) == []
    assert overview.open_reservations() == 0
    ids = [desk.approved().attestation_id for _ in range(5)]
    issue(register, ids[0], clock.now())
    for attestation_id in ids[1:3]:
        lease = register.take(attestation_id, "w1", clock.now()).lease
        register.reserve(lease, clock.now())
        cause = "timestamp.unavailable"
        register.give_back(lease, Waiting("chờ", clock.now(), cause=cause))
    register.take(ids[3], "w2", clock.now())
    groups = overview.waiting(clock.now())
    assert {(group.cause, group.count) for group in groups} == {
        ("timestamp.unavailable", 2),
        ("running", 1),
        ("new", 1),
    }
    assert isinstance(groups[0], WaitingGroup)
    assert all(group.oldest == clock.now() for group in groups)
    assert overview.open_reservations() == 2
    issue(register, ids[1], clock.now())  # a released one waits for nothing
    clock.advance(hours=2)  # and a lease that ended is nobody's work
    causes = {g.cause: g.count for g in overview.waiting(clock.now())}
    assert causes == {"timestamp.unavailable": 1, "new": 2}


def test_the_database_tells_its_clock_and_whether_its_tables_are_ours(
    database: Database,
) -> None:
    overview = SqlOverview(database=database)
    assert overview.schema_is_current()
    theirs = overview.server_time()
    if database.about().startswith("SQLite"):
        assert theirs is None
    else:
        assert theirs is not None
        off = theirs - datetime.now(UTC)  # noqa: TID251 - two clocks of one machine
        assert abs(off) < timedelta(seconds=5)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    try:
        assert not overview.schema_is_current()
    finally:
        with database.writing() as connection:
            connection.exec_driver_sql(
                f"UPDATE alembic_version SET version_num = '{HEAD}'"  # noqa: S608 - our own word
            )
