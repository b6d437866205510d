"""Whoever changes the trail behind our back is found."""

import pytest
from sqlalchemy.exc import DBAPIError

from certify.attestation import Act, TrailHead
from certify.errors import NotFound, StoredDataDamaged
from certify.identifiers import new_id, new_verification_code
from certify.ports import AuditTrail
from storage import audit
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    make_authority,
    make_comparison,
    make_scan,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk, by_officer
from tests.support.tampering import tamper

pytestmark = pytest.mark.usefixtures("confirmation")


def note(
    database: Database, reason: str = "", authority_id: str = AUTHORITY_ID
) -> None:
    with database.writing() as connection:
        audit.append(
            connection,
            authority_id=authority_id,
            act=Act("officer:can-bo-lan", "scan.attach", reason),
            subject="s1",
            details={"sha256": "ab"},
            at=MORNING,
        )


def test_an_untouched_chain_holds(database: Database, trail: SqlAuditTrail) -> None:
    port: AuditTrail = trail
    note(database, "Giấy tờ gốc đã cũ")
    head = port.head(AUTHORITY_ID)
    assert head.sequence == 6  # five people and permits were put on record before
    assert port.check(AUTHORITY_ID) == head


def test_an_empty_chain_has_a_head_too(trail: SqlAuditTrail) -> None:
    assert trail.check("nowhere") == TrailHead(0, "0" * 64) == trail.head("nowhere")


def test_chains_of_authorities_are_apart(
    database: Database, trail: SqlAuditTrail
) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO authorities SELECT 'other', 'H35.12.4', name, place, province,"
            " seal_key_id, NULL FROM authorities"
        )
    note(database, authority_id="other")
    assert trail.check("other").sequence == 1
    assert trail.check(AUTHORITY_ID).sequence == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET actor = 'officer:other' WHERE sequence = 3",
        "UPDATE trail SET action = 'case.open' WHERE sequence = 3",
        "UPDATE trail SET subject = 'other' WHERE sequence = 3",
        "UPDATE trail SET details = '{}' WHERE sequence = 6",
        "UPDATE trail SET at = '2026-11-22T01:30:00.000000+00:00' WHERE sequence = 3",
        "UPDATE trail SET digest = previous WHERE sequence = 3",
        "UPDATE trail SET previous = digest WHERE sequence = 3",
        "UPDATE trail SET reason_commitment = NULL WHERE sequence = 6",
        "UPDATE trail_reasons SET reason = 'Lý do khác'",
        "UPDATE trail_reasons SET salt = substr(salt, 2)",
        "DELETE FROM trail WHERE sequence = 1",
        "DELETE FROM trail WHERE sequence = 4",
        "UPDATE trail SET sequence = 99 WHERE sequence = 4",
        (
            "INSERT INTO trail SELECT authority_id, 8, at, actor, action, subject,"
            " details, NULL, digest, digest FROM trail WHERE sequence = 7"
        ),
        (
            "INSERT INTO trail_reasons SELECT authority_id, 7, salt, reason"
            " FROM trail_reasons"
        ),
    ],
)
def test_a_change_is_found(
    database: Database, trail: SqlAuditTrail, statement: str
) -> None:
    note(database, "Giấy tờ gốc đã cũ")
    note(database)
    trail.check(AUTHORITY_ID)
    tamper(database, statement)
    with pytest.raises(StoredDataDamaged, match="nhật ký, dòng"):
        trail.check(AUTHORITY_ID)


def test_rows_that_swapped_places_are_found(
    database: Database, trail: SqlAuditTrail
) -> None:
    tamper(
        database,
        "UPDATE trail SET sequence = 99 WHERE sequence = 2",
        "UPDATE trail SET sequence = 2 WHERE sequence = 3",
        "UPDATE trail SET sequence = 3 WHERE sequence = 99",
    )
    with pytest.raises(StoredDataDamaged, match="dòng 2"):
        trail.check(AUTHORITY_ID)


def test_cutting_behind_a_reservation_is_found_by_the_book(
    database: Database,
    trail: SqlAuditTrail,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    lease = register.take(desk.approved().attestation_id, "w", clock.now()).lease
    witness = register.reserve(lease, clock.now()).trail_head
    trail.check(AUTHORITY_ID)
    tamper(
        database,
        "DELETE FROM trail WHERE sequence >= (SELECT trail_sequence FROM book_rows)",
    )
    with pytest.raises(StoredDataDamaged, match=f"dòng {witness.sequence}"):
        trail.check(AUTHORITY_ID)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE comparisons SET place = 'Nhà riêng'",
        """UPDATE comparisons SET grounds = replace(grounds, 'false', 'true')""",
        """UPDATE comparisons SET accepted_warnings = '{"colour.none":"khác"}'""",
        "UPDATE comparisons SET legalisation_note = 'miễn'",
        "UPDATE comparisons SET pages_with_information = 7",
        "UPDATE comparisons SET compared_at = '2026-11-22T01:30:00.000000+00:00'",
        "UPDATE comparisons SET salt = NULL",
        "DELETE FROM comparisons",
    ],
)
def test_a_changed_comparison_is_found(
    database: Database, trail: SqlAuditTrail, desk: SampleDesk, statement: str
) -> None:
    desk.approved()
    trail.check(AUTHORITY_ID)
    tamper(database, statement)
    with pytest.raises(StoredDataDamaged, match="biên bản đối chiếu"):
        trail.check(AUTHORITY_ID)


def test_a_comparison_made_again_or_dropped_is_no_damage(
    cases: SqlCases, trail: SqlAuditTrail, desk: SampleDesk
) -> None:
    compared = desk.compared()
    cases.record_comparison(
        original_id=compared.original.id,
        attestation_id=new_id(),
        verification_code=new_verification_code(),
        comparison=make_comparison(compared.scan, place="Nhà văn hóa bản"),
        act=by_officer("comparison.record"),
    )
    trail.check(AUTHORITY_ID)
    cases.attach_scan(make_scan(compared.original.id), by_officer("scan.attach"))
    trail.check(AUTHORITY_ID)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE comparisons SET place = 'Nhà riêng'",
        "DELETE FROM comparisons",
        "INSERT OR REPLACE INTO comparisons SELECT * FROM comparisons",
    ],
)
def test_the_comparison_of_a_confirmed_statement_stays(
    database: Database, desk: SampleDesk, statement: str
) -> None:
    desk.approved()
    with (
        pytest.raises(DBAPIError, match="comparison"),
        database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_record_from_before_the_commitments_is_passed_over(
    database: Database, trail: SqlAuditTrail
) -> None:
    with database.writing() as connection:
        audit.append(
            connection,
            authority_id=AUTHORITY_ID,
            act=Act("officer:can-bo-lan", "comparison.record"),
            subject="old",
            details={"page_digest": "ab"},
            at=MORNING,
        )
    assert trail.check(AUTHORITY_ID) == trail.head(AUTHORITY_ID)


def test_cutting_the_end_needs_an_outside_witness(
    database: Database, trail: SqlAuditTrail
) -> None:
    note(database)
    in_a_citizens_copy = trail.head(AUTHORITY_ID)
    tamper(
        database,
        "DELETE FROM trail WHERE sequence = (SELECT max(sequence) FROM trail)",
    )
    # The chain alone still holds: only the head kept elsewhere tells.
    assert trail.check(AUTHORITY_ID) != in_a_citizens_copy


def test_an_erased_reason_leaves_the_chain_whole(
    database: Database, trail: SqlAuditTrail
) -> None:
    note(database, "Ông Nguyễn Văn A nộp bản gốc bị nhòe")
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM trail_reasons")
    assert trail.check(AUTHORITY_ID) == trail.head(AUTHORITY_ID)


def test_the_reason_is_only_committed_to_in_the_chain(database: Database) -> None:
    note(database, "Ông Nguyễn Văn A")
    note(database, "Ông Nguyễn Văn A")
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT * FROM trail WHERE reason_commitment IS NOT NULL"
        ).all()
    assert "Nguyễn" not in str(rows)
    # Salted: the same text twice cannot be told from two texts.
    assert rows[0].reason_commitment != rows[1].reason_commitment


def test_an_unknown_action_or_authority_is_refused(
    database: Database, trail: SqlAuditTrail
) -> None:
    with pytest.raises(ValueError, match="not a valid Action"), database.writing() as c:
        audit.append(
            c,
            authority_id=AUTHORITY_ID,
            act=Act("system", "copy.invent"),
            subject="s1",
            details={},
            at=MORNING,
        )
    with pytest.raises(NotFound):
        note(database, authority_id="nowhere")
    assert trail.head(AUTHORITY_ID).sequence == 5


def test_no_personal_data_of_the_desk_reaches_the_chain(
    database: Database, desk: SampleDesk, confirmation: SoftwareConfirmation
) -> None:
    desk.approved()
    with database.reading() as connection:
        text = str(connection.exec_driver_sql("SELECT * FROM trail").all())
    for secret in ("Hạnh", "hanh@", "0900000000", "Hùng", "Lan'", "Tẩn"):
        assert secret not in text
    assert make_authority().seal_key_id in text
    assert confirmation.enrolled.public_key.hex() not in text
