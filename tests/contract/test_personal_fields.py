"""Names are in no file of the database, and everything reads as before."""

import base64
import json
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from api.legal_tables import read_legal_tables
from certify.attestation import TrailHead
from certify.case import Case
from certify.desk_papers import DeskPapers
from certify.desk_record import DeskRecord
from certify.errors import InvalidInput, StoredDataDamaged
from certify.numbering import DEFAULT_BOOK_KIND
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.migrations.keeping import unkept
from storage.people import SqlPeople
from storage.personal import FieldKeys, Personal, PersonalText, keys_of
from storage.register import SqlRegister
from storage.resealing import rewrite
from storage.tables import metadata
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    make_case,
    make_original,
    make_requester,
    make_scan,
)
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk, by_officer, seed_people
from tests.support.issuing import issue
from tests.support.postgres import Server
from tests.support.tampering import tamper

CLEAR = b"H35.12.3-261123-0001"  # a case's code: found, or the search sees nothing


@dataclass(frozen=True)
class Visit:
    """What was written, with words that stand nowhere else."""

    words: tuple[str, ...]
    case: Case
    refusal: DeskRecord
    head: TrailHead


@pytest.fixture
def visit(
    database: Database,
    people: SqlPeople,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> Visit:
    """A visit whose every field that can name somebody does."""
    own = secrets.token_hex(4)  # other tests of this server leave their words
    name, email = f"Sùng Thị Xuân-Tuyết {own}", f"{own}@example.vn"
    phone, remark, place = f"0977 {own}", f"nốt ruồi {own}", f"bản Hua Bum {own}"
    requester = make_requester(name=name, email=email, phone=phone)
    case = cases.open_case(make_case(requester=requester), by_officer("case.open"))
    compared = desk.compared(case)
    desk.approve(compared, requester_name=name, original_title=f"Học bạ của {name}")
    issue(register, compared.attestation_id, clock.now())
    original = make_original(case.id, title=f"Khai sinh {name}", issuer=place)
    original = cases.add_original(original, by_officer("original.add", remark))
    cases.attach_scan(make_scan(original.id), by_officer("scan.attach"))
    papers = DeskPapers(
        people=people,
        cases=cases,
        records=SqlDeskRecords(database=database, clock=clock),
        tables=read_legal_tables(),
        clock=clock,
    )
    refusal = papers.refuse(OFFICER_ID, original.id, reason="altered", detail=remark)
    refusal = papers.withdraw_refusal(OFFICER_ID, refusal.id, f"{name} có giấy khác")
    head = SqlAuditTrail(database=database).check(AUTHORITY_ID)
    words = (name, email, phone, remark, place)
    return Visit(words, cases.case(case.id), refusal, head)


def reads_as_before(database: Database, visit: Visit, clock: FakeClock) -> None:
    assert SqlAuditTrail(database=database).check(AUTHORITY_ID) == visit.head
    cases = SqlCases(database=database, clock=clock)
    assert cases.case(visit.case.id) == visit.case
    assert visit.case.requester.name == visit.words[0]
    records = SqlDeskRecords(database=database, clock=clock)
    assert records.record(visit.refusal.id) == visit.refusal
    register = SqlRegister(database=database, clock=clock)
    (row,) = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)
    assert (row.requester, row.note) == (visit.words[0], "")
    copy = register.released_attestation(row.attestation_id)
    assert copy is not None
    assert copy.statement.requester_name == visit.words[0]


def found(content: bytes, words: tuple[str, ...]) -> list[str]:
    """Which words stand in it, in a form that programs write."""
    return [word for word in words if any(form in content for form in forms_of(word))]


def forms_of(word: str) -> Iterator[bytes]:
    plain = word.encode()
    yield plain
    yield json.dumps(word)[1:-1].encode()
    yield plain.hex().encode()
    for skipped in range(3):  # the alignments of base64, without its torn ends
        yield base64.urlsafe_b64encode(plain[skipped:])[:-4]


def dump(database: Database, server: Server | None) -> bytes:
    """What an administrator takes away: a copy of the files, or pg_dump's output."""
    with database.reading() as connection:
        url = connection.engine.url
    if server is None:
        path = Path(str(url.database))
        return b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
    command = [server.programs / "pg_dump", server.url(str(url.database))]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server | None:
    kind = request.node.callspec.params["database_url"]
    if kind == "sqlite":
        return None
    lent: Server = request.getfixturevalue(kind)
    return lent


def test_the_search_finds_what_stands_there() -> None:
    words = ("Sùng Thị Xuân",)
    plain = words[0].encode()
    for form in (plain, json.dumps(words[0]).encode(), plain.hex().encode()):
        assert found(b"x" + form + b"y", words) == list(words)
    for before in (b"", b"a", b"ab"):
        assert found(base64.b64encode(before + plain + b"end"), words) == list(words)


def test_no_name_is_in_the_files(
    database: Database, server: Server | None, visit: Visit, clock: FakeClock
) -> None:
    reads_as_before(database, visit, clock)
    taken = dump(database, server)
    if server is not None:
        server.execute("CHECKPOINT")
        files = (server.folder / "data").rglob("*")
        taken += b"".join(path.read_bytes() for path in files if path.is_file())
    assert CLEAR in taken
    assert found(taken, visit.words) == []


def test_rows_of_before_are_sealed_and_stay_what_they_were(
    database: Database, server: Server | None, visit: Visit, clock: FakeClock
) -> None:
    with database.writing() as connection:
        before = kept_by(connection)
        go_back(connection)
    assert set(found(dump(database, server), visit.words)) == set(visit.words)
    database.migrate()
    reads_as_before(database, visit, clock)
    taken = dump(database, server)
    assert CLEAR in taken
    assert found(taken, visit.words) == []
    with database.reading() as connection:
        assert kept_by(connection) == before


def go_back(connection: Connection) -> None:
    """Make the database what revision 0025 had left: personal fields in the clear."""
    keys = keys_of(connection.dialect)
    for table in metadata.sorted_tables:
        plain = {
            column.name: partial(in_the_clear, column.type, keys)
            for column in table.columns
            if isinstance(column.type, Personal)
        }
        if plain:
            key = [column.name for column in table.primary_key]
            with unkept(connection, [table.name]):
                rewrite(connection, table.name, key, plain)
    connection.exec_driver_sql("DROP TABLE case_holds")
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0025'")


def in_the_clear(kind: Personal, keys: FieldKeys, stored: Any) -> Any:
    value = kind.opened(keys, stored)
    return kind.plain_of(value) if isinstance(kind, PersonalText) else value


def kept_by(connection: Connection) -> list[Any]:
    """The triggers, and whether they are on."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
    if connection.dialect.name == "postgresql":
        query = (
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY 1, 2"
        )
    return list(connection.exec_driver_sql(query))


def test_a_new_key_takes_over(
    database: Database, database_url: str, visit: Visit, clock: FakeClock
) -> None:
    old, new = bytes(range(32)), bytes(range(1, 33))
    both = Database(database_url, fields=FieldKeys(new, old))
    reads_as_before(both, visit, clock)
    assert both.reseal() > 0
    assert both.reseal() == 0
    both.close()
    alone = Database(database_url, fields=FieldKeys(new))
    reads_as_before(alone, visit, clock)
    alone.close()
    with pytest.raises(StoredDataDamaged, match="dữ liệu cá nhân"):
        SqlCases(database=database, clock=clock).case(visit.case.id)


def test_a_running_process_reads_what_a_newer_key_sealed(
    database_url: str, visit: Visit, clock: FakeClock
) -> None:
    old, new = bytes(range(32)), bytes(range(1, 33))
    file = [old]  # service.key
    running = Database(database_url, fields=FieldKeys(old, reread=lambda: file))
    restarted = Database(database_url, fields=FieldKeys(new, old))
    restarted.reseal()
    with pytest.raises(StoredDataDamaged, match="dữ liệu cá nhân"):
        SqlCases(database=running, clock=clock).case(visit.case.id)
    file.insert(0, new)
    reads_as_before(running, visit, clock)
    case = SqlCases(database=running, clock=clock).open_case(
        make_case(), by_officer("case.open")
    )
    assert SqlCases(database=restarted, clock=clock).case(case.id) == case
    running.close()
    restarted.close()


def test_a_service_with_another_key_does_not_start(
    database: Database, database_url: str, visit: Visit
) -> None:
    assert visit
    other = Database(database_url, fields=FieldKeys(bytes(32)))
    for start in (other.migrate, other.require_current):
        with pytest.raises(InvalidInput, match=r"service\.key.*chép service\.key"):
            start()
    other.close()
    # What was scribbled on is for the audit to name, which starts.
    scribble = "UPDATE trail_reasons SET salt = "
    scribble += "reason" if database_url.startswith("sqlite") else "reason::bytea"
    newest = " WHERE sequence = (SELECT max(sequence) FROM trail_reasons)"
    tamper(database, scribble + newest)
    database.migrate()
    database.require_current()


def test_a_changed_field_does_not_open(
    database: Database, visit: Visit, clock: FakeClock
) -> None:
    with database.reading() as connection:
        query = "SELECT requester_name, requester_phone FROM cases"
        name, phone = connection.exec_driver_sql(query).one()
    cut, longer = name[:-1], name.replace("f1:", "f1:AAAA")
    for wrong in (phone, "Tên chưa mã hóa", "f1:", "f1:????", cut, longer):
        tamper(database, f"UPDATE cases SET requester_name = '{wrong}'")  # noqa: S608 - our own words
        with pytest.raises(StoredDataDamaged, match="dữ liệu cá nhân"):
            SqlCases(database=database, clock=clock).case(visit.case.id)


def test_sql_cannot_search_a_sealed_column_by_mistake() -> None:
    column = metadata.tables["cases"].c.requester_name
    for compare in (
        lambda: column == "Lan",
        lambda: column.like("Lan%"),
        column.desc,
    ):
        with pytest.raises(TypeError, match="cannot be compared"):
            compare()
    assert column.is_(None) is not None


def test_without_keys_nothing_personal_is_written(
    database_url: str, people: SqlPeople, clock: FakeClock
) -> None:
    keyless = Database(database_url)
    with pytest.raises(StoredDataDamaged, match="khóa dịch vụ"):
        SampleDesk(
            SqlCases(database=keyless, clock=clock), seed_people(people)
        ).open_case()
    keyless.close()
