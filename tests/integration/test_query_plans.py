"""No question of every day reads a whole table: the plans of what is really asked.

The stores are asked as the service asks them, on a register with more than 100,000
rows; every statement that they send is taken down and explained. Left out is what is
about everything there is: the replay at a start, the renewal report, audit totals.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from certify.attestation import Act, StoredObject
from certify.fingerprint import CELLS, PageFingerprint
from certify.identifiers import new_id
from certify.numbering import DEFAULT_BOOK_KIND
from certify.signature_request import RequestState, SignatureRequest
from storage.archive.folder import FolderArchive
from storage.auditing.books import SqlAuditedBooks
from storage.auditing.chain import SqlAuditedTrail
from storage.auditing.editions import SqlAuditedEditions
from storage.auditing.records import SqlAuditedRecords
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.signature_requests import SqlSignatureRequests
from tests.support.audit_world import AuditWorld, live
from tests.support.builders import AUTHORITY_ID, make_scan
from tests.support.fields import FIELDS
from tests.support.many_rows import LARGE, TRAIL_ROWS, fill
from tests.support.postgres import Server
from tests.support.processes import ARCHIVE_KEY

Plans = list[tuple[str, list[str]]]
"""Statements, each with the large tables that it reads as a whole."""


PARTIAL = {"ix_attestations_unfinished"}
"""Indexes that hold what is to be done, and nothing of what was."""


@dataclass(frozen=True)
class Office:
    world: AuditWorld
    edition: StoredObject

    @property
    def attestation_id(self) -> str:
        return self.edition.key.partition("/")[0]


@pytest.fixture(scope="module", params=["sqlite", "postgresql15"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("plans")
    if request.param == "sqlite":
        yield from _office(folder, f"sqlite:///{folder / 'register.db'}")
        return
    server: Server = request.getfixturevalue(request.param)
    with server.fresh() as url:
        yield from _office(folder, url)


def _office(folder: Path, url: str) -> Iterator[Office]:
    database = Database(url, fields=FIELDS)
    database.migrate()
    archive = FolderArchive(folder / "archive", key=ARCHIVE_KEY)
    world = AuditWorld(folder, database, archive)
    fill(database)
    yield Office(world, live(world))
    database.close()


@contextmanager
def taken_down() -> Iterator[list[tuple[str, Any]]]:
    """Take down every statement that is sent, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def explained(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return the large tables that a statement reads from end to end."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        words = [str(row[3]).split() for row in rows]
        scans = [w[1] for w in words if w[0] == "SCAN" and not PARTIAL & set(w)]
    else:
        (plan,) = connection.exec_driver_sql(
            f"EXPLAIN (FORMAT JSON) {statement}", parameters
        ).scalars()
        plan = json.loads(plan) if isinstance(plan, str) else plan
        scans = [
            node["Relation Name"]
            for node in _nodes(plan[0]["Plan"])
            if node["Node Type"] == "Seq Scan"
        ]
    aliases = {name: name for name in LARGE} | {f"{n}_1": n for n in LARGE}
    return sorted(aliases[scan] for scan in scans if scan in aliases)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def desk(office: Office) -> None:
    cases = office.world.cases
    case = cases.case(cases.original(_original(office)).case_id)
    cases.cases(AUTHORITY_ID, limit=50, offset=0)
    cases.count_cases(AUTHORITY_ID)
    cases.originals(case.id)
    records = SqlDeskRecords(database=office.world.database, clock=office.world.clock)
    records.records(case.id)
    records.held_scans(AUTHORITY_ID)
    office.world.register.annulments(AUTHORITY_ID, after=3, limit=100)
    office.world.register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)


def _original(office: Office) -> str:
    return office.world.cases.attestation(office.attestation_id).original_id


def issuing(office: Office) -> None:
    """Everything from the open case to the release, and what may come instead."""
    world = office.world
    world.issue()
    world.void_and_issue()
    world.refuse_and_withdraw()
    world.report()
    world.compare_twice()


def queue(office: Office) -> None:
    register, now = office.world.register, office.world.clock.now()
    register.unfinished(now)
    register.unfinished(now, due=True)
    register.holds_number(office.attestation_id)


def verification(office: Office) -> None:
    register = office.world.register
    copy = register.released_file(office.edition.sha256)
    assert copy is not None
    register.released(copy.statement.verification_code)
    register.released_attestation(office.attestation_id)
    register.released_file("unknown")
    register.released("UNKNOWN")


def annulment(office: Office) -> None:
    office.world.annul(office.world.issue())


def renewal(office: Office) -> None:
    world = office.world
    renewals, now = world.renewals, world.clock.now()
    renewals.algorithms_in_use()
    before = now + timedelta(days=366)
    renewals.next_due(before, [("md5",)], now=now, limit=5)
    world.renew(world.issue())


def intake(office: Office) -> None:
    layout = zlib.compress(bytes(2 * CELLS * CELLS // 8))
    paper = PageFingerprint(spread=(5000, 5000), layout=layout)  # of nobody's
    scan = replace(make_scan(_original(office)), fingerprints=(paper,))
    office.world.register.known(scan, AUTHORITY_ID)


def signatures(office: Office) -> None:
    requests = SqlSignatureRequests(database=office.world.database)
    now, made = office.world.clock.now(), []
    for attempt in (1, 2):
        request = SignatureRequest(
            id=new_id(),
            key_id="key",
            attestation_id=office.attestation_id,
            attempt=attempt,
            certificate_sha256="c",
            scheme="s",
            digest=b"d",
            signed_attributes=b"a",
            asked_at=now,
            expires_at=now + timedelta(minutes=5),
        )
        requests.ask(request, Act("worker:w", "signature.ask"))
        made.append(request.id)
    assert [r.id for r in requests.pending("key", now)] == made[1:]
    requests.outcome(made[0])
    requests.end(made[1], RequestState.DECLINED, Act("system", "signature.end"), now)


def recovery(office: Office) -> None:
    office.world.recover(number=40)
    office.world.reserve()


def audit(office: Office) -> None:
    """A page of each walk, from where the made-up rows end."""
    database, first = office.world.database, "!~"
    trail = SqlAuditedTrail(database=database)
    trail.page(AUTHORITY_ID, TRAIL_ROWS, 200)
    trail.count()
    editions = SqlAuditedEditions(database=database)
    editions.page(first, 200)
    editions.registered([office.edition.key])
    editions.attempts(office.attestation_id)
    books = SqlAuditedBooks(database=database)
    book = next(b.key for b in books.books() if b.key.year == 2026)
    books.holders(book, 1, 200)
    records = SqlAuditedRecords(database=database)
    for kind in records.kinds:
        records.page(kind, first, 200)


ASKED: Mapping[str, Callable[[Office], None]] = MappingProxyType(
    {
        ask.__name__: ask
        for ask in (
            desk,
            issuing,
            queue,
            verification,
            annulment,
            renewal,
            intake,
            signatures,
            recovery,
            audit,
        )
    }
)


@pytest.mark.parametrize("name", ASKED)
def test_nothing_of_every_day_reads_a_whole_table(office: Office, name: str) -> None:
    with taken_down() as sent:
        ASKED[name](office)
    assert sent
    asked = dict(sent)
    with office.world.database.writing() as connection:
        found = {
            statement: tables
            for statement, parameters in asked.items()
            if (tables := explained(connection, statement, parameters))
        }
    assert found == {}


def test_a_whole_table_read_would_be_seen(office: Office) -> None:
    query = "SELECT * FROM trail WHERE actor = 'nobody'"
    with office.world.database.reading() as connection:
        assert explained(connection, query, ()) == ["trail"]
