"""What the database itself refuses, whoever asks: on every kind of database."""

import pytest
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from tests.support.tampering import in_words_of

ROWS = (
    "INSERT INTO authorities VALUES ('a', 'u', 'n', 'p', 'q', 'k', NULL)",
    "INSERT INTO officers VALUES ('o', 'a', 'n', 't', 'p')",
    "INSERT INTO cases VALUES ('c', 'c', 'a', 'o', 'n', NULL, NULL, 4, '', '')",
    (
        "INSERT INTO originals (id, case_id, position, title, issuer, copies)"
        " VALUES ('p', 'c', 1, 't', '', 1)"
    ),
    (
        "INSERT INTO scans (id, original_id, sequence, sha256, upload_sha256, pages,"
        " size_bytes, findings, created_at) VALUES ('s', 'p', 1, '', '', '', 1, '', '')"
    ),
    (
        "INSERT INTO attestations (id, original_id, authority_id, step, code, fence)"
        " VALUES ('t', 'p', 'a', 'compared', 'x', 0)"
    ),
    (
        "INSERT INTO comparisons (attestation_id, officer_id, compared_at, place,"
        " page_digest, paper_original_shown, pages_match, original_kind, grounds,"
        " pages_with_information, legalisation, legalisation_note,"
        " accepted_warnings, on_vneid) VALUES ('t', 'o', '', '', '', true, true,"
        " 'first_issue', '', 1, 'legalised', '', '', false)"
    ),
    "UPDATE attestations SET step = 'void'",
    "INSERT INTO books VALUES ('a', 'k', 2026, 1, 3, false)",
    (
        "INSERT INTO book_rows VALUES ('a', 'k', 2026, 1, 1, 't', 'complete', '01', '',"
        " 1, '', '2026-11-23', 'n', 't', 's', 1, 2000, '')"
    ),
    (
        "INSERT INTO book_rows (authority_id, kind, year, number, volume,"
        " attestation_id, state, shown_number, reserved_at, trail_sequence,"
        " trail_digest)"
        " VALUES ('a', 'k', 2026, 2, 1, 't', 'void', '02', '', 1, '')"
    ),
    "INSERT INTO editions VALUES ('t', 1, 'h', 'k', 'v', 1, 'issued', '')",
    (
        "INSERT INTO recovered_copies VALUES ('h', 'a', 'k', 2026, 1, 1, '01', 't',"
        " 'x', '', '', '', 1, '', 'k', 'v', 1, '', 0)"
    ),
    (
        "INSERT INTO desk_records (id, kind, authority_id, case_id, original_id,"
        " officer_id, made_at, year, number, heading, content, salt)"
        " SELECT 'd', 'forgery', 'a', 'c', 'p', 'o', '', 2026, 1, '', '',"
        " enrolment_mac FROM confirmation_keys"
    ),
    "INSERT INTO withdrawals VALUES ('d', 'o', 'n', '', 'r')",
    (
        "INSERT INTO annulments VALUES ('t', 'a', 'n', 'x', '01', '1/QĐ', '2026-11-23',"
        " 'r', '', 1)"
    ),
    "INSERT INTO trail VALUES ('a', 1, '', '', '', '', '{}', NULL, '', '')",
    (
        "INSERT INTO trail_reasons SELECT 'a', 1, enrolment_mac, 'r'"
        " FROM confirmation_keys"
    ),
)
"""One row of everything; a salt is taken from where bytes are already."""

SIGNATORY = (
    (
        "INSERT INTO signatories (id, authority_id, name, position, mandate_kind,"
        " mandate_from, key_id) VALUES ('s', 'a', 'n', 'p', 'chairman', '2026-01-01',"
        " 'k')"
    ),
    "INSERT INTO confirmation_keys VALUES ('k', 's', 1, 'webauthn', BYTES, BYTES)",
)

REFUSED = (
    "UPDATE trail SET actor = 'x'",
    "DELETE FROM trail",
    "INSERT OR REPLACE INTO trail SELECT * FROM trail",
    "UPDATE trail_reasons SET reason = 'x'",
    "UPDATE editions SET version_id = 'x'",
    "DELETE FROM editions",
    "INSERT OR REPLACE INTO editions SELECT * FROM editions",
    "UPDATE recovered_copies SET version_id = 'x'",
    "DELETE FROM recovered_copies",
    "UPDATE comparisons SET place = 'x'",
    "DELETE FROM comparisons",
    "UPDATE desk_records SET content = '{}'",
    "DELETE FROM desk_records",
    "UPDATE withdrawals SET reason = 'x'",
    "DELETE FROM withdrawals",
    "DELETE FROM scans",
    "UPDATE annulments SET reason = 'x'",
    "DELETE FROM annulments",
    "INSERT OR REPLACE INTO annulments SELECT * FROM annulments",
    "UPDATE book_rows SET requester = 'x' WHERE number = 1",
    "UPDATE book_rows SET state = 'void' WHERE number = 1",
    "UPDATE book_rows SET state = 'reserved' WHERE number = 2",
    "DELETE FROM book_rows WHERE number = 1",
    "DELETE FROM book_rows WHERE number = 2",
    "UPDATE books SET last_number = 1",
    "DELETE FROM books",
    # a second live row of one attestation
    (
        "INSERT INTO book_rows (authority_id, kind, year, number, volume,"
        " attestation_id, state, shown_number, reserved_at, trail_sequence,"
        " trail_digest)"
        " VALUES ('a', 'k', 2026, 3, 1, 't', 'reserved', '', '', 1, '')"
    ),
    "UPDATE attestations SET step = 'released'",
    "UPDATE attestations SET step = 'invented'",
    "UPDATE cases SET status = 11",
)

KEPT = (
    "trail",
    "trail_reasons",
    "editions",
    "recovered_copies",
    "comparisons",
    "desk_records",
    "withdrawals",
    "scans",
    "annulments",
    "book_rows",
    "books",
)


@pytest.fixture
def filled(database: Database) -> Database:
    """One row of everything."""
    with database.writing() as connection:
        on_server = connection.dialect.name == "postgresql"
        some_bytes = "'\\x00'" if on_server else "x'00'"
        for statement in (*ROWS[:2], *SIGNATORY, *ROWS[2:]):
            connection.exec_driver_sql(statement.replace("BYTES", some_bytes))
    return database


def test_what_is_kept_is_kept(filled: Database) -> None:
    accepted = []
    for statement in REFUSED:
        try:
            with filled.writing() as connection:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                connection.exec_driver_sql(in_words_of(filled, statement))
        except IntegrityError:
            continue
        accepted.append(statement)
    assert accepted == []


def test_nothing_that_is_kept_can_be_emptied(filled: Database) -> None:
    with filled.reading() as connection:
        if connection.dialect.name == "sqlite":
            return  # knows no TRUNCATE: DELETE without WHERE fires the row's triggers
    for table in KEPT:
        with (
            pytest.raises(IntegrityError, match="never emptied"),
            filled.writing() as connection,
        ):
            connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")


def test_a_temporary_table_does_not_mislead_a_trigger(filled: Database) -> None:
    """Else whoever may make one decides what the trigger finds."""
    with filled.writing() as connection:
        if connection.dialect.name == "sqlite":
            return  # its triggers look into their own database only
        connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE attestations AS"
            " SELECT 't'::text AS id, 'compared'::text AS step"
        )
        with pytest.raises(IntegrityError, match="keeps its comparison"):
            connection.exec_driver_sql("DELETE FROM comparisons")
