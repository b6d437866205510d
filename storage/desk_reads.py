"""Reads of the desk's records inside a caller's transaction: rows to model."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from certify.arrangement import arrangement_from_json, reduction_from_json
from certify.attestation import AttestationView, IssuanceStep
from certify.case import Case, CaseStatus, Original, OriginalKind, StoredScan
from certify.comparison import Comparison, Legalisation, RefusalGround
from certify.errors import NotFound
from certify.numbering import RegisterNumber
from certify.people import Requester
from certify.scan import findings_from_json, fingerprints_from_json, pages_from_json
from certify.statement import statement_from_json
from storage.tables import (
    attestations,
    book_rows,
    cases,
    comparisons,
    originals,
    scans,
)

_Row = Row[tuple[Any, ...]]


def as_case(row: _Row) -> Case:
    """Build a case from a row of `cases`."""
    return Case(
        id=row.id,
        code=row.code,
        authority_id=row.authority_id,
        officer_id=row.officer_id,
        requester=Requester(
            name=row.requester_name,
            email=row.requester_email,
            phone=row.requester_phone,
        ),
        status=CaseStatus(row.status),
        opened_at=row.opened_at,
        due_at=row.due_at,
    )


def read_case(connection: Connection, case_id: str, *, lock: bool = False) -> Case:
    """Read a case; `lock` keeps others from changing it. Raises NotFound."""
    query = select(cases).where(cases.c.id == case_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(what="hồ sơ")
    return as_case(row)


def read_original(connection: Connection, original_id: str) -> Original:
    """Read an original with its newest scan. Raises NotFound."""
    found = _originals(connection, originals.c.id == original_id)
    if not found:
        raise NotFound(what="giấy tờ")
    return found[0]


def read_originals(connection: Connection, case_id: str) -> Sequence[Original]:
    """Read the originals of a case in order of position."""
    return _originals(connection, originals.c.case_id == case_id)


def _originals(
    connection: Connection, where: ColumnElement[bool]
) -> Sequence[Original]:
    rows = connection.execute(
        select(originals, attestations.c.id.label("attestation_id"))
        .outerjoin(attestations, attestations.c.original_id == originals.c.id)
        .where(where)
        .order_by(originals.c.position)
    ).all()
    later = scans.alias()
    newest_sequence = (
        select(func.max(later.c.sequence))
        .where(later.c.original_id == scans.c.original_id)
        .scalar_subquery()
    )
    scan_rows = connection.execute(
        select(scans)
        .join(originals, originals.c.id == scans.c.original_id)
        .where(where, scans.c.sequence == newest_sequence)
    )
    newest = {row.original_id: row for row in scan_rows}
    return [
        Original(
            id=row.id,
            case_id=row.case_id,
            position=row.position,
            title=row.title,
            issuer=row.issuer,
            copies=row.copies,
            scan=as_scan(newest[row.id]) if row.id in newest else None,
            attestation_id=row.attestation_id,
            declared_pages=row.declared_pages,
        )
        for row in rows
    ]


def read_scans(connection: Connection, scan_ids: Sequence[str]) -> Sequence[StoredScan]:
    """Read scans in the order asked for. Raises NotFound."""
    rows = connection.execute(select(scans).where(scans.c.id.in_(scan_ids)))
    found = {row.id: as_scan(row) for row in rows}
    if len(found) != len(set(scan_ids)):
        raise NotFound(what="tệp của bản chụp")
    return [found[scan_id] for scan_id in scan_ids]


def as_scan(row: _Row) -> StoredScan:
    """Build a scan from a row of `scans`."""
    return StoredScan(
        id=row.id,
        original_id=row.original_id,
        sha256=row.sha256,
        upload_sha256=row.upload_sha256,
        pages=pages_from_json(row.pages),
        size_bytes=row.size_bytes,
        findings=findings_from_json(row.findings),
        created_at=row.created_at,
        fingerprints=fingerprints_from_json(row.fingerprints or []),
        arrangement=row.arrangement and arrangement_from_json(row.arrangement),
        reduction=row.reduction and reduction_from_json(row.reduction),
        purged_at=row.purged_at,
    )


def read_comparison(connection: Connection, attestation_id: str) -> Comparison:
    """Read the officer's record. Raises NotFound."""
    row = connection.execute(
        select(comparisons).where(comparisons.c.attestation_id == attestation_id)
    ).first()
    if row is None:
        raise NotFound(what="biên bản đối chiếu")
    return Comparison(
        officer_id=row.officer_id,
        compared_at=row.compared_at,
        place=row.place,
        page_digest=row.page_digest,
        paper_original_shown=row.paper_original_shown,
        pages_match=row.pages_match,
        original_kind=OriginalKind(row.original_kind),
        grounds={RefusalGround(key): value for key, value in row.grounds.items()},
        pages_with_information=row.pages_with_information,
        legalisation=Legalisation(row.legalisation),
        legalisation_note=row.legalisation_note,
        accepted_warnings=row.accepted_warnings,
        on_vneid=row.on_vneid,
    )


def comparison_values(comparison: Comparison) -> dict[str, Any]:
    """Column values of a comparison, without its attestation."""
    return {
        "officer_id": comparison.officer_id,
        "compared_at": comparison.compared_at,
        "place": comparison.place,
        "page_digest": comparison.page_digest,
        "paper_original_shown": comparison.paper_original_shown,
        "pages_match": comparison.pages_match,
        "original_kind": comparison.original_kind.value,
        "grounds": {key.value: value for key, value in comparison.grounds.items()},
        "pages_with_information": comparison.pages_with_information,
        "legalisation": comparison.legalisation.value,
        "legalisation_note": comparison.legalisation_note,
        "accepted_warnings": dict(comparison.accepted_warnings),
        "on_vneid": comparison.on_vneid,
    }


def read_attestation(connection: Connection, attestation_id: str) -> AttestationView:
    """Read what the desk shows of an attestation. Raises NotFound."""
    row = connection.execute(
        select(
            attestations,
            originals.c.case_id,
            comparisons.c.accepted_warnings,
            book_rows.c.kind,
            book_rows.c.year,
            book_rows.c.volume,
            book_rows.c.number,
            book_rows.c.shown_number,
        )
        .join(originals, originals.c.id == attestations.c.original_id)
        .outerjoin(comparisons, comparisons.c.attestation_id == attestations.c.id)
        .outerjoin(
            book_rows,
            and_(
                book_rows.c.attestation_id == attestations.c.id,
                book_rows.c.state != "void",
            ),
        )
        .where(attestations.c.id == attestation_id)
    ).first()
    if row is None:
        raise NotFound(what="bản sao chứng thực")
    return AttestationView(
        id=row.id,
        original_id=row.original_id,
        case_id=row.case_id,
        step=IssuanceStep(row.step),
        verification_code=row.code,
        statement=None if row.statement is None else statement_from_json(row.statement),
        number=None if row.number is None else as_number(row),
        shown_number=row.shown_number,
        waiting=row.waiting,
        accepted_warnings=row.accepted_warnings or {},
    )


def as_number(row: _Row) -> RegisterNumber:
    """Build a register number from the columns of a book row."""
    return RegisterNumber(
        authority_id=row.authority_id,
        kind=row.kind,
        year=row.year,
        volume=row.volume,
        number=row.number,
    )
