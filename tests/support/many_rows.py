"""A register with more than 100,000 rows, filled in seconds by the database itself.

Ids of these rows begin with "!", so they sort before those that a test makes. Every
fortieth copy is of the sample authority. Nobody reads the files; few read the rows.
"""

from storage.database import Database
from tests.support.builders import AUTHORITY_ID, OFFICER_ID
from tests.support.tampering import tamper

COPIES = 6_000
TRAIL_ROWS = 40_000
LARGE = frozenset(
    {
        "cases",
        "originals",
        "scans",
        "attestations",
        "comparisons",
        "book_rows",
        "editions",
        "renewals",
        "known_papers",
        "known_layouts",
        "trail",
        "trail_reasons",
        "annulments",
        "desk_records",
        "withdrawals",
        "signature_requests",
    }
)
_SERIES = "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < {})"
_AUTHORITY = f"CASE i % 40 WHEN 0 THEN '{AUTHORITY_ID}' ELSE '!a' || (i % 40) END"
_TIME = "'2026-01-01T00:00:00.' || (100000 + i) || '+00:00'"
_YEAR = 2025  # the books of this year are closed to nobody, and new numbers are 2026's


def fill(database: Database) -> None:
    """Add the rows, and let the database look at them."""
    with database.reading() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
    rows = (
        [row.replace("BLOB", "BYTEA") for row in _rows()] if is_postgresql else _rows()
    )
    escaped = [row.replace("%", "%%") for row in rows] if is_postgresql else rows
    tamper(database, *escaped)
    with database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")


def _insert(table: str, values: str, *, rows: int = COPIES, columns: str = "") -> str:
    series = _SERIES.format(rows)
    return f"INSERT INTO {table} {columns} {series} SELECT {values} FROM g"  # noqa: S608 - our own words


def _rows() -> tuple[str, ...]:
    a, at = _AUTHORITY, _TIME
    return (
        _insert(
            "authorities",
            "'!a' || i, '!u' || i, 'n', 'p', 'q', 'k', NULL",
            rows=39,
        ),
        _insert(
            "cases",
            f"'!c' || i, '!c' || i, {a}, '{OFFICER_ID}', 'n', NULL, NULL, 4, {at},"
            f" {at}",
        ),
        _insert(
            "originals",
            "'!o' || i, '!c' || i, 1, 't', 'i', 1, NULL",
        ),
        _insert(
            "scans",
            f"'!s' || i, '!o' || i, 1, 'x', 'x', '[]', 1, '[]', {at}",
            columns="(id, original_id, sequence, sha256, upload_sha256, pages,"
            " size_bytes, findings, created_at)",
        ),
        _insert(
            "attestations",
            f"'!t' || i, '!o' || i, {a}, CASE WHEN i % 300 = 0 THEN 'approved' ELSE"
            f" 'released' END, '!' || i, '{{}}', 'd', '{{}}', {at}, 1, 1, 'h', 1, 'p',"
            f" {at}",
            columns="(id, original_id, authority_id, step, code, statement,"
            " statement_digest, assertion, approved_at, fence, intent_attempt,"
            " intent_sha256, intent_size, intent_page_digest, intent_attested_at)",
        ),
        _insert(
            "comparisons",
            f"'!t' || i, '{OFFICER_ID}', {at}, 'p', 'd', true, true, 'first_issue',"
            " '{}', 1, 'not_foreign', '', '{}', false",
            columns="(attestation_id, officer_id, compared_at, place, page_digest,"
            " paper_original_shown, pages_match, original_kind, grounds,"
            " pages_with_information, legalisation, legalisation_note,"
            " accepted_warnings, on_vneid)",
        ),
        _insert(
            "books",
            f"{a}, 'SCTĐT/BS', {_YEAR}, 1, {COPIES}, false",
            rows=40,
        ),
        _insert(
            "book_rows",
            f"{a}, 'SCTĐT/BS', {_YEAR}, i, 1, '!t' || i, 'complete', '01', {at}, i,"
            " 'd', '2025-12-31', 'n', 't', 's', 1, 2000, ''",
        ),
        _insert(
            "editions",
            f"'!t' || i, 1, '!h' || i, '!t' || i || '/!h' || i, 'v', 1, 'issued', {at}",
        ),
        _insert(
            "renewals",
            "'!t' || i, '!h' || i, '20' || (30 + i % 20) || '-01-01T', 'sha256',"
            " NULL, NULL, 0, 0, NULL, NULL, '', NULL, 0",
        ),
        _insert(
            "known_papers",
            f"'!t' || i, {a}, '!d' || i, 1 + i % 9, i % 2900, i % 2000, {at}",
        ),
        _insert(
            "known_layouts",
            "'!t' || i, 1, CAST('x' AS BLOB)",
        ),
        _insert(
            "trail",
            f"{a}, i, {at}, 'x', 'lease.take', '!t' || (i % {COPIES}), '{{}}', NULL,"
            " 'd', 'd'",
            rows=TRAIL_ROWS,
        ),
        _insert(
            "trail_reasons",
            f"{a}, i, CAST('x' AS BLOB), 'r'",
        ),
        _insert(
            "annulments",
            f"'!t' || i, {a}, 'n', 'x', '01', '1', '2026-01-01', 'r', {at}, i",
            rows=5_000,
        ),
        _insert(
            "desk_records",
            f"'!r' || i, 'refusal', {a}, '!c' || i, '!o' || i, '{OFFICER_ID}', NULL,"
            f" {at}, {_YEAR}, i, '{{}}', '{{}}', CAST('x' AS BLOB)",
            rows=5_000,
        ),
        _insert(
            "withdrawals",
            f"'!r' || i, '{OFFICER_ID}', 'n', {at}, 'r'",
            rows=5_000,
        ),
        _insert(
            "signature_requests",
            "'!q' || i, '!t' || i, 1, '!k' || (i % 40), 'c', 's', CAST('x' AS BLOB),"
            f" CAST('x' AS BLOB), {at}, {at}, 'answered', 0, CAST('x' AS BLOB)",
            rows=5_000,
        ),
    )
