"""What PostgreSQL alone can do to us: locks, killed connections, roles, late starts."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import ProgrammingError

from certify.attestation import Act, IssuanceStep
from certify.errors import (
    InvalidInput,
    NotAllowed,
    ServiceUnavailable,
    TryLater,
    WrongState,
)
from storage import scan_writes
from storage.audit import SqlAuditTrail
from storage.backend import ServerLimits
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.tables import metadata
from tests.support.builders import (
    AUTHORITY_ID,
    make_comparison,
    make_page,
    make_scan,
    make_seal_authorisation,
    make_stored,
)
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk, by_officer, seed_people
from tests.support.fields import FIELDS
from tests.support.issuing import book_of, intended, issue
from tests.support.postgres import Server
from tests.support.processes import migrate
from tests.support.public_trail import PublicTrail

TERMINATE = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'certify'"
)


class Office:
    """A desk and a register on one database."""

    def __init__(self, url: str, **options: Any) -> None:
        self.url = url
        self.clock = FakeClock()
        self.database = Database(url, fields=FIELDS, **options)
        self.people = SqlPeople(database=self.database, clock=self.clock)
        self.cases = SqlCases(database=self.database, clock=self.clock)
        self.register = SqlRegister(database=self.database, clock=self.clock)
        self.register.open_numbering()
        self.trail = SqlAuditTrail(database=self.database)

    def desk(self) -> SampleDesk:
        return SampleDesk(self.cases, seed_people(self.people))

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def url(postgresql15: Server) -> str:
    return postgresql15.lend()


@pytest.fixture
def office(url: str) -> Iterator[Office]:
    office = Office(url, busy_timeout_seconds=0.3)
    yield office
    office.close()


@pytest.fixture
def patient(url: str) -> Iterator[Office]:
    """One that waits for locks."""
    office = Office(url, busy_timeout_seconds=60)
    yield office
    office.close()


def test_the_migrations_make_exactly_the_tables(postgresql: Server) -> None:
    with postgresql.fresh(migrated=False) as url:
        children = [
            get_context("spawn").Process(target=migrate, args=(url,)) for _ in "12"
        ]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0, 0]
        database = Database(url)
        with database.reading() as connection:
            assert (
                compare_metadata(MigrationContext.configure(connection), metadata) == []
            )
            have = inspect(connection)
            for name, table in metadata.tables.items():
                checks = {check["name"] for check in have.get_check_constraints(name)}
                assert checks == {
                    str(c.name)
                    for c in table.constraints
                    if isinstance(c, CheckConstraint)
                }, name
        database.close()


def test_an_upgrade_that_fails_leaves_nothing_behind(postgresql15: Server) -> None:
    with postgresql15.fresh(migrated=False) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE trail (stranger integer)")  # of r0004
        database = Database(url)
        with pytest.raises(ProgrammingError, match="already exists"):
            database.migrate()
        with database.reading() as reading:
            assert inspect(reading).get_table_names() == ["trail"]
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE trail")
        database.migrate()
        database.close()


def test_every_session_has_its_limits(url: str) -> None:
    limits = ServerLimits(statement_timeout_seconds=7, idle_in_transaction_seconds=9)
    database = Database(url, busy_timeout_seconds=3, limits=limits)
    names = (
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "TimeZone",
        "transaction_isolation",
        "transaction_read_only",
    )

    def shown(connection: Any) -> list[str]:
        return [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]

    with database.writing() as connection:
        assert shown(connection) == ["7s", "3s", "9s", "UTC", "read committed", "off"]
    with database.reading() as connection:
        assert shown(connection)[3:] == ["UTC", "repeatable read", "on"]
    database.close()


def test_a_password_is_never_told(postgresql15: Server, url: str) -> None:
    port = postgresql15.port
    for address, password in (
        (url.replace(postgresql15.password, "bí-mật"), ""),
        (url, "bí-mật"),
        (f"postgresql://owner:b%C3%AD-m%E1%BA%ADt@127.0.0.1:{port}/nowhere", ""),
    ):
        database = Database(address, password=password)
        with pytest.raises(ServiceUnavailable) as raised, database.reading():
            pass
        told = (
            f"{raised.value!r} {raised.value.__cause__!r} {database!r} {vars(database)}"
        )
        assert "bí-mật" not in told
        assert postgresql15.password not in told
        database.close()


def test_an_unreachable_server_is_a_service_that_is_away() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(ServiceUnavailable):
        database.migrate()
    with pytest.raises(ServiceUnavailable), database.reading():
        pass
    database.close()


def test_a_full_pool_is_a_service_that_is_away(url: str) -> None:
    limits = ServerLimits(pool_size=1, max_overflow=0, pool_timeout_seconds=0.1)
    database = Database(url, limits=limits)
    with database.reading(), pytest.raises(ServiceUnavailable), database.reading():
        pass
    database.close()


def test_a_release_that_waits_too_long_can_be_tried_again(office: Office) -> None:
    desk, now = office.desk(), office.clock.now()
    task = office.register.take(desk.approved().attestation_id, "w1", now)
    intent = intended(office.register, task, now)
    stored = make_stored(task.statement.attestation_id)
    with psycopg.connect(office.url) as other:
        other.execute("SELECT 1 FROM attestations FOR UPDATE")
        with pytest.raises(TryLater, match="Cơ sở dữ liệu"):
            office.register.complete(task.lease, intent, stored, now)
        assert office.register.released(task.statement.verification_code) is None
    office.register.complete(task.lease, intent, stored, now)
    assert book_of(office.register) == [(1, "complete")]


@pytest.mark.parametrize("after", ["reserve", "intend", "complete"])
def test_a_killed_connection_loses_no_step(office: Office, after: str) -> None:
    """The server ends all our connections after a commit, and once in the middle."""
    desk, now = office.desk(), office.clock.now()
    attestation_id = desk.approved().attestation_id
    task = office.register.take(attestation_id, "w1", now)
    _kill(office)
    reservation = office.register.reserve(task.lease, now)
    if after == "reserve":
        with pytest.raises(ServiceUnavailable):
            _write_and_be_killed(office)
    intent = intended(office.register, task, now)
    assert intent.number == reservation.number
    if after == "intend":
        _kill(office)
    stored = make_stored(attestation_id)
    office.register.complete(task.lease, intent, stored, now)
    if after == "complete":
        _kill(office)
    assert book_of(office.register) == [(1, "complete")]
    assert office.cases.attestation(attestation_id).step is IssuanceStep.RELEASED
    office.trail.check(AUTHORITY_ID)


def test_of_two_that_wait_for_each_other_one_tries_later(patient: Office) -> None:
    desk = patient.desk()
    ids = sorted(desk.approved().attestation_id for _ in "12")
    lock = text("SELECT 1 FROM attestations WHERE id = :id FOR UPDATE")
    both = threading.Barrier(2)

    def cross(order: list[str]) -> str:
        try:
            with patient.database.writing() as connection:
                connection.execute(lock, {"id": order[0]})
                both.wait(20)
                connection.execute(lock, {"id": order[1]})
        except TryLater:
            return "later"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(cross, (ids, ids[::-1])))
    assert sorted(ends) == ["done", "later"]


def test_many_desks_at_once_neither_collide_nor_wait_for_ever(patient: Office) -> None:
    """Cases, papers, permits and numbers of one authority from eight threads."""
    office, desk = patient, patient.desk()
    case = desk.open_case()

    def work(number: int) -> str:
        office.people.add_seal_authorisation(
            make_seal_authorisation(id=f"permit-{number}"),
            Act("system", "seal.authorise"),
        )
        compared = desk.compared(desk.open_case() if number % 2 else case)
        desk.approve(compared)
        issue(office.register, compared.attestation_id, office.clock.now())
        return compared.case.code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(work, range(16)))
    assert len(set(codes)) == 9
    assert book_of(office.register) == [(n, "complete") for n in range(1, 17)]
    positions = [o.position for o in office.cases.originals(case.id)]
    assert positions == list(range(1, 9))
    office.trail.check(AUTHORITY_ID)


def test_a_comparison_waits_for_the_scan_that_is_coming(patient: Office) -> None:
    """Read before the lock, it would record pages that are the scan no longer."""
    office, desk = patient, patient.desk()
    original, scan = desk.scanned(desk.open_case())
    newer = make_scan(original.id, pages=(make_page(stream_sha256="ab" * 32),))

    def compare() -> str:
        try:
            office.cases.record_comparison(
                original_id=original.id,
                attestation_id="att",
                verification_code="0123456789ABCDEF",
                comparison=make_comparison(scan),
                act=by_officer("comparison.record"),
            )
        except WrongState as error:
            return str(error)
        return "recorded"

    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as connection:
            connection.execute(text("SELECT 1 FROM cases FOR UPDATE"))
            comparing = pool.submit(compare)
            _await_waiter(office.url)
            scan_writes.attach(connection, newer, [])
        assert "đã thay đổi" in comparing.result(30)


def test_the_services_own_role_can_do_its_work_and_no_harm(
    postgresql15: Server,
) -> None:
    with postgresql15.fresh() as url:
        postgresql15.execute("DROP ROLE IF EXISTS app")
        postgresql15.execute("CREATE ROLE app LOGIN PASSWORD 'app-secret'")
        owner = Database(url)
        with pytest.raises(InvalidInput, match="chưa có tài khoản"):
            owner.migrate_for("nobody-of-this-name")
        owner.migrate_for("app")
        owner.migrate_for("app")  # again changes nothing
        owner.close()
        as_app = url.replace(f"owner:{postgresql15.password}", "app:app-secret")
        office = Office(as_app, busy_timeout_seconds=5)
        office.database.migrate()
        desk = office.desk()
        attestation_id = desk.approved().attestation_id
        issue(office.register, attestation_id, office.clock.now())
        office.trail.check(AUTHORITY_ID)
        public = PublicTrail(office.database, office.clock)
        assert not public.audit(public.checkpoint()).findings
        for harm in (
            "UPDATE trail SET actor = 'x'",
            "DELETE FROM trail",
            "TRUNCATE trail",
            "ALTER TABLE trail DISABLE TRIGGER ALL",
            "DROP TRIGGER keep_trail_0 ON trail",
            "DROP FUNCTION keep_trail_0 CASCADE",
            "DROP TABLE trail CASCADE",
            (
                "CREATE OR REPLACE FUNCTION keep_trail_0() RETURNS trigger LANGUAGE"
                " plpgsql AS $$ BEGIN RETURN NULL; END $$"
            ),
            "SET session_replication_role = replica",
            "UPDATE editions SET version_id = 'x'",
            "DELETE FROM editions",
            "DELETE FROM book_rows",
            "DELETE FROM books",
            "DELETE FROM annulments",
            "DELETE FROM checkpoints",
            "UPDATE tree_leaves SET sequence = 9",
            "UPDATE desk_records SET content = '{}'",
            "UPDATE alembic_version SET version_num = '0000'",
            "CREATE TABLE mine (a integer)",
            "UPDATE deadline_alarms SET raised_at = 'x'",
            "CREATE TABLE certify_queue.mine (a integer)",
            "DROP TABLE certify_queue.procrastinate_jobs CASCADE",
            "DELETE FROM certify_queue.procrastinate_events",
        ):
            with pytest.raises(NotAllowed), office.database.writing() as connection:
                connection.execute(text(harm))
        office.close()


def test_a_role_that_may_not_make_tables_says_what_to_do(
    postgresql15: Server,
) -> None:
    with postgresql15.fresh(migrated=False) as url:
        postgresql15.execute("DROP ROLE IF EXISTS poor")
        postgresql15.execute("CREATE ROLE poor LOGIN PASSWORD 'poor'")
        database = Database(url.replace(f"owner:{postgresql15.password}", "poor:poor"))
        with pytest.raises(NotAllowed, match="certify database migrate"):
            database.migrate()
        database.close()


def _write_and_be_killed(office: Office) -> None:
    with office.database.writing() as connection:
        connection.execute(text("UPDATE attestations SET step = 'approved'"))
        _kill(office)
        connection.execute(text("SELECT 1"))


def _kill(office: Office) -> None:
    with psycopg.connect(office.url) as admin:
        admin.execute(TERMINATE)


def _await_waiter(url: str) -> None:
    """Until somebody waits for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(url, autocommit=True) as admin:
        for _ in range(300):
            row = admin.execute(waiting).fetchone()
            if row is not None and row[0]:
                return
            admin.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waits")
