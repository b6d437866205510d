"""Copies that a restored database forgot come back, once, whoever replays."""

from concurrent.futures import ThreadPoolExecutor

from certify.annul import AnnulCopy
from certify.annulment import Decision
from certify.attestation import IssuanceStep, TrailHead
from certify.evidence import ArchivedCopy, CopyEvidence
from certify.identifiers import new_id, new_verification_code
from certify.numbering import RegisterNumber
from certify.person import ExportPerson, PersonWanted
from certify.statement import AuthorisedStatement
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.persons import SqlPersonRecords
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    make_intent,
    make_number,
    make_statement,
    make_stored,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk
from tests.support.fields import FIELDS
from tests.support.issuing import book_of


def archived(
    statement: AuthorisedStatement,
    number: RegisterNumber,
    confirmation: SoftwareConfirmation,
) -> ArchivedCopy:
    stored = make_stored(statement.attestation_id)
    evidence = CopyEvidence(
        file_sha256=stored.sha256,
        statement=statement,
        assertion=confirmation.assertion(statement.digest),
        intent=make_intent(statement, number),
        shown_number=number.show("{number}"),
        trail_head=TrailHead(99, "ab" * 32),
    )
    return ArchivedCopy(stored, evidence)


def test_what_was_forgotten_comes_back_released(
    register: SqlRegister,
    cases: SqlCases,
    desk: SampleDesk,
    confirmation: SoftwareConfirmation,
    clock: FakeClock,
    trail: SqlAuditTrail,
) -> None:
    known = desk.approved()
    lease = register.take(known.attestation_id, "w1", clock.now()).lease
    number = register.reserve(lease, clock.now()).number
    unknown = make_statement(
        attestation_id=new_id(), verification_code=new_verification_code()
    )
    copies = [
        archived(known, number, confirmation),
        archived(unknown, make_number(number=3), confirmation),
    ]
    assert register.forgotten(copies) == copies
    register.recover(copies, clock.now())
    assert register.forgotten(copies) == []
    assert book_of(register) == [(1, "complete"), (3, "complete")]
    assert cases.attestation(known.attestation_id).step is IssuanceStep.RELEASED
    assert register.released(unknown.verification_code) is not None
    trail.check(AUTHORITY_ID)
    # what no copy bears in between is given out first
    lease = register.take(desk.approved().attestation_id, "w1", clock.now()).lease
    assert register.reserve(lease, clock.now()).number.number == 2


def test_a_recovered_copy_is_handed_out_on_record_and_says_that_it_is_annulled(
    database: Database,
    people: SqlPeople,
    register: SqlRegister,
    confirmation: SoftwareConfirmation,
    clock: FakeClock,
    trail: SqlAuditTrail,
) -> None:
    unknown = make_statement(
        attestation_id=new_id(), verification_code=new_verification_code()
    )
    copy = archived(unknown, make_number(number=1), confirmation)
    register.recover([copy], clock.now())
    annul = AnnulCopy(people=people, register=register, clock=clock)
    decision = Decision("12/QĐ-UBND", MORNING.date(), "Bản chính bị tẩy xóa")
    annul(SIGNATORY_ID, unknown.attestation_id, decision)
    export = ExportPerson(
        records=SqlPersonRecords(database=database, clock=clock),
        clock=clock,
        authority_id=AUTHORITY_ID,
    )
    before = trail.head(AUTHORITY_ID).sequence
    found = export(PersonWanted(name=unknown.requester_name), "operator:root")
    assert [one["annulled"] for one in found["recovered_copies"]] == [True]
    assert trail.check(AUTHORITY_ID).sequence == before + 1


def test_two_that_replay_together_recover_once(
    database_url: str,
    confirmation: SoftwareConfirmation,
    clock: FakeClock,
    register: SqlRegister,
) -> None:
    copies = [
        archived(
            make_statement(
                attestation_id=new_id(), verification_code=new_verification_code()
            ),
            make_number(number=number),
            confirmation,
        )
        for number in (1, 2, 3)
    ]

    def replay(_: int) -> None:
        database = Database(database_url, fields=FIELDS, busy_timeout_seconds=60)
        SqlRegister(database=database, clock=clock).recover(copies, clock.now())
        database.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(replay, range(2)))
    assert book_of(register) == [(n, "complete") for n in (1, 2, 3)]
