"""A paper's scan: attached, or made anew of its files. Inside the caller's transaction.

The newest row of an original is its scan. The files it was made of are rows before it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, update

from certify.case import Case, CaseStatus, StoredScan
from certify.errors import ScanChanged, ScanCompared
from certify.scan import findings_to_json, fingerprints_to_json, pages_to_json
from storage.desk_reads import read_original
from storage.desk_writes import drop_comparison, open_case_of
from storage.tables import cases, scans

_Details = Mapping[str, str | int | None]


def attach(
    connection: Connection, scan: StoredScan, parts: Sequence[StoredScan]
) -> tuple[str, _Details]:
    """Make this the original's scan; drop a comparison of an older one.

    Returns:
        The authority, and what the trail keeps of it.

    Raises:
        NotFound: no such original.
        WrongState: approved already, or the case is finished.
    """
    original = read_original(connection, scan.original_id)
    case = open_case_of(connection, original)
    dropped = drop_comparison(connection, original.id)
    _insert(connection, scan, parts)
    status = _in_progress(connection, case)
    return case.authority_id, {
        **_identity(scan, parts),
        "dropped": dropped,
        "case_status": status.value,
    }


def rearrange(
    connection: Connection, scan: StoredScan, parts: Sequence[StoredScan], seen: str
) -> tuple[str, _Details]:
    """Replace the scan that was seen; returns as `attach` does.

    Raises:
        NotFound: no such original.
        ScanCompared, ScanChanged: it is compared, or no longer the one that was seen.
        WrongState: the case is finished.
    """
    original = read_original(connection, scan.original_id)
    case = open_case_of(connection, original)  # from here on nobody else changes it
    original = read_original(connection, scan.original_id)
    if original.attestation_id is not None:
        raise ScanCompared
    if original.scan is not None:
        original.scan.check_kept()
    if original.scan is None or original.scan.page_digest != seen:
        raise ScanChanged
    _insert(connection, scan, parts)
    before = original.scan
    details = {
        **_identity(scan, parts),
        "before": before.id,
        "from_bytes": before.size_bytes,
        "to_bytes": scan.size_bytes,
        "from_dpi": _finest(before),
        "to_dpi": _finest(scan),
    }
    return case.authority_id, details


def _identity(scan: StoredScan, parts: Sequence[StoredScan]) -> _Details:
    several = {"parts": " ".join(part.id for part in parts)} if parts else {}
    return {
        "scan": scan.id,
        "sha256": scan.sha256,
        "page_digest": scan.page_digest,
        **several,
    }


def _finest(scan: StoredScan) -> int:
    return round(max(max(page.dpi) for page in scan.pages))


def _in_progress(connection: Connection, case: Case) -> CaseStatus:
    if case.status is not CaseStatus.RECEIVED:
        return case.status
    status = CaseStatus.IN_PROGRESS
    connection.execute(
        update(cases).where(cases.c.id == case.id).values(status=status.value)
    )
    return status


def _insert(
    connection: Connection, scan: StoredScan, parts: Sequence[StoredScan]
) -> None:
    for one in (*parts, scan):
        _insert_scan(connection, one)


def _insert_scan(connection: Connection, scan: StoredScan) -> None:
    """Store a scan as the newest of its original."""
    last = connection.scalar(
        select(func.max(scans.c.sequence)).where(
            scans.c.original_id == scan.original_id
        )
    )
    connection.execute(
        insert(scans).values(
            id=scan.id,
            original_id=scan.original_id,
            sequence=(last or 0) + 1,
            sha256=scan.sha256,
            upload_sha256=scan.upload_sha256,
            pages=pages_to_json(scan.pages),
            size_bytes=scan.size_bytes,
            findings=findings_to_json(scan.findings),
            created_at=scan.created_at,
            fingerprints=fingerprints_to_json(scan.fingerprints),
            arrangement=scan.arrangement and scan.arrangement.to_json(),
            reduction=scan.reduction and scan.reduction.to_json(),
        )
    )
