"""Annulment: the Chairman alone, by a decision, at once for every read, for ever."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from certify.annul import AnnulCopy
from certify.annulment import Decision
from certify.attestation import IssuanceStep
from certify.errors import InvalidInput, MandateInvalid, NotFound, WrongState
from certify.numbering import DEFAULT_BOOK_KIND
from certify.people import MandateKind
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    SYSTEM,
    make_authority,
    make_mandate,
    make_signatory,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import issue
from tests.support.tampering import in_words_of

TODAY = MORNING.date()
DECISION = Decision("12/QĐ-UBND", TODAY, "Bản chính bị tẩy xóa")


@pytest.fixture
def annul(people: SqlPeople, register: SqlRegister, clock: FakeClock) -> AnnulCopy:
    return AnnulCopy(people=people, register=register, clock=clock)


@pytest.fixture
def released(register: SqlRegister, desk: SampleDesk, clock: FakeClock) -> str:
    attestation_id = desk.approved().attestation_id
    issue(register, attestation_id, clock.now())
    return attestation_id


def test_an_annulment_shows_at_once_in_every_read_and_deletes_nothing(
    annul: AnnulCopy,
    register: SqlRegister,
    cases: SqlCases,
    released: str,
    trail: SqlAuditTrail,
) -> None:
    before = register.released_attestation(released)
    assert before is not None
    assert before.annulment is None
    made = annul(SIGNATORY_ID, released, DECISION)
    code = before.statement.verification_code
    for copy in (
        register.released(code),
        register.released_attestation(released),
        register.released_file(before.newest.stored.sha256),
    ):
        assert copy is not None
        assert copy.annulment == made
        assert replace(copy, annulment=None) == before
    assert made.decision == DECISION
    assert cases.attestation(released).step is IssuanceStep.RELEASED
    head = trail.check(AUTHORITY_ID)
    assert head.sequence == made.cursor  # the audit row of the same transaction
    (row,) = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)
    assert row.state == "complete"
    assert "Hủy bỏ giá trị pháp lý: quyết định số 12/QĐ-UBND" in row.note


@pytest.mark.parametrize("kind", [MandateKind.DEPUTY, MandateKind.DELEGATE])
def test_only_the_chairman_annuls(
    kind: MandateKind,
    annul: AnnulCopy,
    people: SqlPeople,
    register: SqlRegister,
    released: str,
) -> None:
    mandate = make_mandate(kind=kind, decision_number="5/QĐ-UBND")
    people.add_signatory(
        make_signatory(id="khac", mandate=mandate, key_id="key-khac"),
        replace(SYSTEM, action="signatory.add"),
    )
    with pytest.raises(MandateInvalid, match="chỉ Chủ tịch"):
        annul("khac", released, DECISION)
    copy = register.released_attestation(released)
    assert copy is not None
    assert copy.annulment is None


def test_a_chairman_whose_mandate_ended_annuls_nothing(
    annul: AnnulCopy, people: SqlPeople, released: str
) -> None:
    mandate = make_mandate(valid_to=TODAY - timedelta(days=1))
    people.add_signatory(
        make_signatory(id="cu", mandate=mandate, key_id="key-cu"),
        replace(SYSTEM, action="signatory.add"),
    )
    with pytest.raises(MandateInvalid, match="hết hạn"):
        annul("cu", released, DECISION)


def test_another_communes_chairman_does_not_find_the_copy(
    annul: AnnulCopy, people: SqlPeople, released: str
) -> None:
    people.add_authority(make_authority(id="khac", unit_code="H35.12.4"), SYSTEM)
    people.add_signatory(
        make_signatory(id="ct-khac", authority_id="khac", key_id="key-ct-khac"),
        replace(SYSTEM, action="signatory.add"),
    )
    with pytest.raises(NotFound):
        annul("ct-khac", released, DECISION)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": " "},
        {"number": "x" * 61},
        {"reason": ""},
        {"reason": "\u4e2d"},
        {"reason": "x" * 501},
        {"decided_on": TODAY - timedelta(days=1)},
        {"decided_on": TODAY + timedelta(days=1)},
    ],
)
def test_a_decision_must_be_whole_and_of_its_time(
    changes: dict[str, Any], annul: AnnulCopy, released: str
) -> None:
    with pytest.raises(InvalidInput):
        annul(SIGNATORY_ID, released, replace(DECISION, **changes))


def test_what_is_not_released_or_annulled_already_is_refused(
    annul: AnnulCopy, desk: SampleDesk, released: str, trail: SqlAuditTrail
) -> None:
    with pytest.raises(NotFound):
        annul(SIGNATORY_ID, desk.approved().attestation_id, DECISION)
    annul(SIGNATORY_ID, released, DECISION)
    head = trail.head(AUTHORITY_ID)
    with pytest.raises(WrongState, match="12/QĐ-UBND"):
        annul(SIGNATORY_ID, released, replace(DECISION, number="13/QĐ-UBND"))
    assert trail.head(AUTHORITY_ID) == head


def test_the_feed_runs_from_a_cursor(
    annul: AnnulCopy, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    made = []
    for number in range(3):
        attestation_id = desk.approved().attestation_id
        issue(register, attestation_id, clock.now())
        decision = replace(DECISION, number=f"{number + 1}/QĐ-UBND")
        made.append(annul(SIGNATORY_ID, attestation_id, decision))

    def feed(after: int, limit: int = 100) -> list[Any]:
        return list(register.annulments(AUTHORITY_ID, after=after, limit=limit))

    assert feed(0) == made
    assert feed(0, limit=2) == made[:2]
    assert feed(made[1].cursor) == made[2:]
    assert feed(made[2].cursor) == []
    assert list(register.annulments("khac", after=0, limit=9)) == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM annulments",
        "UPDATE annulments SET reason = 'khác'",
        "INSERT OR REPLACE INTO annulments SELECT * FROM annulments",
    ],
)
def test_the_database_itself_keeps_a_row(
    change: str, annul: AnnulCopy, database: Database, released: str
) -> None:
    annul(SIGNATORY_ID, released, DECISION)
    with (
        pytest.raises(IntegrityError, match="stays as it was recorded"),
        database.writing() as connection,
    ):
        connection.execute(text(in_words_of(database, change)))
