"""Rows of refusals and reports inside a caller's transaction."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, or_, select

from certify.canonical_json import canonical_json
from certify.clock import vietnamese_day
from certify.desk_record import (
    DeskRecord,
    Heading,
    RecordKind,
    Refusal,
    Suspicion,
    Withdrawal,
)
from certify.errors import NotFound, StoredDataDamaged, WrongState
from storage.columns import utc_text
from storage.personal import readable
from storage.tables import (
    attestations,
    desk_records,
    originals,
    trail,
    withdrawals,
)

COMMITMENT = "record"  # the name in the details of the trail's row
_SALT_BYTES = 32
_ACTIONS = tuple(f"{kind}.record" for kind in RecordKind)


def insert_record(connection: Connection, record: DeskRecord) -> str:
    """Store a record with a fresh salt; return the commitment for the trail."""
    salt = secrets.token_bytes(_SALT_BYTES)
    values = _values(record)
    connection.execute(insert(desk_records).values(**values, salt=salt))
    return record_commitment(salt, values)


def read_record(connection: Connection, record_id: str) -> DeskRecord:
    """Read a record with its withdrawal. Raises NotFound."""
    found = read_records(connection, desk_records.c.id == record_id)
    if not found:
        raise NotFound(what="phiếu hoặc biên bản")
    return found[0]


def read_records(
    connection: Connection, where: ColumnElement[bool]
) -> Sequence[DeskRecord]:
    """Read records with their withdrawals, oldest first."""
    rows = connection.execute(
        select(
            desk_records,
            withdrawals.c.officer_id.label("withdrawn_by"),
            withdrawals.c.officer.label("withdrawn_by_name"),
            withdrawals.c.made_at.label("withdrawn_at"),
            withdrawals.c.reason.label("withdrawn_because"),
        )
        .outerjoin(withdrawals, withdrawals.c.record_id == desk_records.c.id)
        .where(where)
        .order_by(desk_records.c.made_at, desk_records.c.number)
    )
    return [_as_record(row) for row in rows]


def refused(original_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column or an id
    """Tell, in SQL, whether a refusal of this original is in force."""
    return exists(
        select(desk_records.c.id)
        .outerjoin(withdrawals, withdrawals.c.record_id == desk_records.c.id)
        .where(
            desk_records.c.original_id == original_id,
            desk_records.c.kind == RecordKind.REFUSAL.value,
            withdrawals.c.record_id.is_(None),
        )
        .correlate(originals, attestations)
    )


def stopped(case_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column or an id
    """Tell, in SQL, whether a report of violation holds this case."""
    return exists(
        select(desk_records.c.id)
        .where(
            desk_records.c.case_id == case_id,
            desk_records.c.kind == RecordKind.FORGERY.value,
        )
        .correlate(originals)
    )


def may_not_issue() -> ColumnElement[bool]:
    """Tell, in SQL over `originals`, whether nothing may be issued of an original."""
    return or_(refused(originals.c.id), stopped(originals.c.case_id))


def check_may_issue(connection: Connection, original_id: str) -> None:
    """The caller holds the lock that a record takes too: the case's or attestation's.

    Raises:
        WrongState: refused, or its case is held by a report; names the paper.
    """
    case_id = (
        select(originals.c.case_id)
        .where(originals.c.id == original_id)
        .scalar_subquery()
    )
    here = or_(
        and_(desk_records.c.original_id == original_id, refused(original_id)),
        desk_records.c.case_id == case_id,
    )
    for record in read_records(connection, here):
        if record.kind is RecordKind.FORGERY:
            raise WrongState(
                reason=f"hồ sơ bị giữ theo biên bản số {record.shown_number}"
            )
        if record.original_id == original_id and record.in_force:
            raise WrongState(
                reason="giấy tờ này đã bị từ chối chứng thực theo phiếu số "
                f"{record.shown_number}"
            )


def check_records(connection: Connection, authority_id: str) -> None:
    """Hold every record against what the trail committed to.

    Raises:
        StoredDataDamaged: one was changed, or is gone.
    """
    committed = {
        row.details[COMMITMENT]
        for row in connection.execute(
            select(trail.c.details).where(
                trail.c.authority_id == authority_id, trail.c.action.in_(_ACTIONS)
            )
        )
    }
    rows = connection.execute(
        select(*readable(desk_records)).where(
            desk_records.c.authority_id == authority_id
        )
    )
    for row in rows:
        values = dict(row._mapping)  # noqa: SLF001 - public API of SQLAlchemy despite its name
        salt = values.pop("salt")
        if (commitment := record_commitment(salt, values)) not in committed:
            raise StoredDataDamaged(what=f"phiếu hoặc biên bản {row.id}")
        committed.remove(commitment)
    if committed:
        raise StoredDataDamaged(what="phiếu hoặc biên bản đã mất")


def _values(record: DeskRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind.value,
        "authority_id": record.authority_id,
        "case_id": record.case_id,
        "original_id": record.original_id,
        "officer_id": record.officer_id,
        "scan_id": record.scan_id,
        "made_at": record.made_at,
        "year": vietnamese_day(record.made_at).year,
        "number": record.number,
        "heading": asdict(record.heading),
        "content": _plain(asdict(record.content)),
    }


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in content.items()}


def record_commitment(salt: bytes, values: Mapping[str, Any]) -> str:
    """Return what the trail keeps of a record; `values` are all columns but salt."""
    text = canonical_json(
        {"type": "desk_record/1", **values, "made_at": utc_text(values["made_at"])}
    )
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _as_record(row: Row[tuple[Any, ...]]) -> DeskRecord:
    content: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in row.content.items()
    }
    return DeskRecord(
        id=row.id,
        authority_id=row.authority_id,
        case_id=row.case_id,
        original_id=row.original_id,
        officer_id=row.officer_id,
        scan_id=row.scan_id,
        made_at=row.made_at,
        number=row.number,
        heading=Heading(**row.heading),
        content=(Refusal if row.kind == RecordKind.REFUSAL else Suspicion)(**content),
        withdrawal=None
        if row.withdrawn_by is None
        else Withdrawal(
            officer_id=row.withdrawn_by,
            officer=row.withdrawn_by_name,
            made_at=row.withdrawn_at,
            reason=row.withdrawn_because,
        ),
    )
