"""A person gets their data, and has it erased as far as the law lets."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.legal_tables import read_legal_tables
from certify.attestation import Act
from certify.case import CaseStatus
from certify.desk_papers import DeskPapers, SuspicionTyped
from certify.errors import InvalidInput, NotFound, ScanPurged, WrongState
from certify.hold import HoldCase
from certify.person import ERASED, ExportPerson, PersonWanted
from certify.person_erasure import ErasePerson, Kept
from certify.purge import PurgeScans
from certify.retention import RetentionRule
from storage import audit
from storage.audit import SqlAuditTrail
from storage.auditing.chain import SqlAuditedTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.holds import SqlCaseHolds
from storage.people import SqlPeople
from storage.persons import SqlPersonRecords
from storage.purges import SqlScanPurges
from storage.register import SqlRegister
from storage.scans import FolderScanStore
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    make_case,
    make_requester,
)
from tests.support.clock import FakeClock
from tests.support.desk import Compared, SampleDesk, by_officer
from tests.support.issuing import issue

NAME, EMAIL, PHONE = "Lù Thị Mây", "may.lu@example.vn", "0912 345 678"
BY = "operator:root"


@dataclass(frozen=True)
class Office:
    """Everything on one database."""

    cases: SqlCases
    register: SqlRegister
    desk: SampleDesk
    papers: DeskPapers
    trail: SqlAuditTrail
    export: ExportPerson
    erase: ErasePerson
    hold: HoldCase
    purge: PurgeScans
    clock: FakeClock

    def compared(self, **requester: Any) -> Compared:
        """A compared paper of a new visit of the person."""
        whom = make_requester(
            **{"name": NAME, "email": EMAIL, "phone": PHONE, **requester}
        )
        opening = by_officer("case.open", f"{NAME} đi cùng con")
        case = self.cases.open_case(make_case(requester=whom), opening)
        return self.desk.compared(case)

    def released(self) -> Compared:
        compared = self.compared()
        self.desk.approve(compared, requester_name=NAME)
        issue(self.register, compared.attestation_id, self.clock.now())
        return compared

    def whole(self) -> int:
        """The chain and all it commits to hold; how long it is."""
        return self.trail.check(AUTHORITY_ID).sequence


@pytest.fixture
def office(
    database: Database,
    people: SqlPeople,
    cases: SqlCases,
    desk: SampleDesk,
    register: SqlRegister,
    tmp_path: Path,
) -> Office:
    clock = FakeClock()
    records = SqlPersonRecords(database=database, clock=clock)
    purge = PurgeScans(
        purges=SqlScanPurges(database=database, clock=clock),
        scans=FolderScanStore(tmp_path / "scans", key=bytes(32)),
        clock=clock,
        rule=RetentionRule(),
    )
    return Office(
        cases=cases,
        register=register,
        desk=desk,
        papers=DeskPapers(
            people=people,
            cases=cases,
            records=SqlDeskRecords(database=database, clock=clock),
            tables=read_legal_tables(),
            clock=clock,
        ),
        trail=SqlAuditTrail(database=database),
        export=ExportPerson(records=records, clock=clock, authority_id=AUTHORITY_ID),
        erase=ErasePerson(
            records=records, purge=purge.purge, authority_id=AUTHORITY_ID
        ),
        hold=HoldCase(
            holds=SqlCaseHolds(database=database, clock=clock),
            authority_id=AUTHORITY_ID,
        ),
        purge=purge,
        clock=clock,
    )


def test_a_person_is_found_exactly_and_gets_everything(office: Office) -> None:
    released = office.released()
    office.compared(name="Lù Thị Mây Ơi", email="khac@example.vn", phone="0912345679")
    before = office.whole()
    ways = (
        PersonWanted(email=" MAY.LU@example.vn "),
        PersonWanted(phone="0912345678"),
        PersonWanted(name="lù thị  mây"),
        PersonWanted(case_code="h35.12.3-261123-0001"),
    )
    for recorded, wanted in enumerate(ways, 1):
        found = office.export(wanted, BY)
        assert office.whole() == before + recorded
        (visit,) = found["visits"]
        assert visit["requester"] == {"name": NAME, "email": EMAIL, "phone": PHONE}
    assert visit["reasons"][released.case.id] == [f"{NAME} đi cùng con"]
    (paper,) = visit["papers"]
    assert paper["files"][0]["sha256"] == released.scan.sha256
    assert [file["kind"] for file in paper["copy"]["files"]] == ["copy", "evidence"]
    assert json.loads(paper["statement"])["requester_name"] == NAME
    assert json.loads(json.dumps(found)) == found


def test_whom_nobody_knows_is_not_found(office: Office) -> None:
    office.compared()
    for wanted in (PersonWanted(email="la@example.vn"), PersonWanted(phone="1")):
        with pytest.raises(NotFound):
            office.export(wanted, BY)
    for wanted in (
        PersonWanted(),
        PersonWanted(name=" "),
        PersonWanted(email=EMAIL, phone=PHONE),
    ):
        with pytest.raises(InvalidInput, match="đúng một"):
            office.export(wanted, BY)


def test_what_is_blank_finds_nobody_who_has_none(office: Office) -> None:
    """A script hands on what was typed: a space where nothing was."""
    ours = office.compared()
    other = office.compared(email=None, phone=None)
    for wanted in (
        PersonWanted(email=" ", phone=PHONE),
        PersonWanted(phone="-", case_code=ours.case.code),
        PersonWanted(case_code=" ", email=EMAIL),
    ):
        assert [p.case_id for p in office.erase.plan(wanted)] == [ours.case.id]
    with pytest.raises(NotFound):
        office.export(PersonWanted(phone="không có", name="Người khác"), BY)
    assert other.case.requester.email is None


def test_of_a_released_copy_the_contact_and_scan_go_and_the_book_stays(
    office: Office,
) -> None:
    released = office.released()
    before = office.whole()
    wanted = PersonWanted(email=EMAIL)
    (plan,) = office.erase.plan(wanted)
    assert office.whole() == before
    assert [ground for _, ground in plan.kept] == [
        Kept.BOOK,
        Kept.COPY,
        Kept.COMPARISON,
    ]
    office.erase(wanted, BY)
    assert office.whole() == before + 2  # the purge, and the erasure
    requester = office.cases.case(released.case.id).requester
    assert (requester.name, requester.email, requester.phone) == (NAME, None, None)
    scan = office.cases.original(released.original.id).scan
    assert scan is not None
    with pytest.raises(ScanPurged):
        scan.check_kept()
    copy = office.register.released_attestation(released.attestation_id)
    assert copy is not None
    assert copy.statement.requester_name == NAME
    again = PersonWanted(case_code=released.case.code)
    (plan,) = office.erase(again, BY)
    assert not plan.anything
    assert office.whole() == before + 2


def test_of_a_draft_nothing_stays_and_the_chain_is_whole(
    office: Office, database: Database
) -> None:
    draft = office.compared()
    note(database, draft.original.id, f"Bản của {NAME}")
    office.erase(PersonWanted(phone=PHONE), BY)
    office.whole()
    links = SqlAuditedTrail(database=database).page(AUTHORITY_ID, 0, 100)
    assert [link for link in links if link.lost or not link.reason_holds] == []
    assert links[-1].holds
    case = office.cases.case(draft.case.id)
    assert case.requester.name == ERASED
    assert case.status is CaseStatus.WITHDRAWN
    original = office.cases.original(draft.original.id)
    assert (original.title, original.issuer, original.attestation_id) == (
        ERASED,
        "",
        None,
    )
    left = office.export(PersonWanted(case_code=draft.case.code), BY)
    assert NAME not in json.dumps(left, ensure_ascii=False)
    assert left["visits"][0]["reasons"] == {}
    with pytest.raises(InvalidInput):
        office.export(PersonWanted(name=ERASED), BY)


def note(database: Database, subject: str, reason: str) -> None:
    """Somebody typed a reason that names the person."""
    with database.writing() as connection:
        audit.append(
            connection,
            authority_id=AUTHORITY_ID,
            act=Act("system", "scan.attach", reason),
            subject=subject,
            details={},
            at=FakeClock().now(),
        )


def test_what_the_law_keeps_is_kept_with_its_ground(office: Office) -> None:
    refused = office.compared()
    office.papers.refuse(
        OFFICER_ID, refused.original.id, reason="altered", detail="Bị cạo sửa"
    )
    waiting = office.compared()
    office.desk.approve(waiting)
    reported = office.compared()
    seen = SuspicionTyped("forged", "Dấu in màu.", measures=["file_kept"])
    office.papers.report_suspicion(OFFICER_ID, reported.original.id, seen)
    plans = {plan.case_id: plan for plan in office.erase(PersonWanted(email=EMAIL), BY)}
    office.whole()
    grounds = {
        case_id: [ground for _, ground in plan.kept] for case_id, plan in plans.items()
    }
    assert grounds == {
        refused.case.id: [Kept.REFUSAL],
        waiting.case.id: [Kept.UNDER_WAY],
        reported.case.id: [Kept.HELD],
    }
    assert office.cases.case(refused.case.id).requester.email is None
    for case in (waiting.case, reported.case):
        assert office.cases.case(case.id).requester.email == EMAIL
    for one in (refused, waiting, reported):
        scan = office.cases.original(one.original.id).scan
        assert scan is not None
        scan.check_kept()


def test_what_is_held_is_neither_erased_nor_purged_until_it_is_let_go(
    office: Office,
) -> None:
    released = office.released()
    code, wanted = released.case.code, PersonWanted(case_code=released.case.code)
    before = office.whole()
    office.hold(code, BY, "Đơn khiếu nại số 7")
    with pytest.raises(WrongState, match="đang được giữ"):
        office.hold(code, BY, "Lần nữa")
    office.erase(wanted, BY)
    office.clock.advance(days=4000)
    assert office.purge().papers == ()
    assert office.whole() == before + 1
    office.hold.lift(code, BY, "Đã giải quyết")
    with pytest.raises(WrongState, match="không bị giữ"):
        office.hold.lift(code, BY, "Lần nữa")
    assert office.purge().papers == (released.original.id,)
    assert office.erase(wanted, BY)[0].erasure.contact
    office.whole()


def test_nobody_is_erased_by_a_name_that_others_bear(office: Office) -> None:
    office.compared()
    wanted = PersonWanted(name=NAME)
    assert office.erase.plan(wanted)[0].anything
    with pytest.raises(InvalidInput, match="trùng tên"):
        office.erase(wanted, BY)
    assert office.erase.plan(wanted)[0].anything
