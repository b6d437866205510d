"""Reads of people inside a caller's transaction."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Table, false, or_, select

from certify.confirmation import EnrolledKey
from certify.errors import NotFound
from certify.people import (
    Authority,
    Mandate,
    MandateKind,
    Officer,
    SealAuthorisation,
    Signatory,
)
from storage.tables import (
    authorities,
    confirmation_keys,
    officers,
    seal_authorisations,
    signatories,
)

_Row = Row[tuple[Any, ...]]


def read_authority(connection: Connection, authority_id: str) -> Authority:
    """Read an authority. Raises NotFound."""
    row = one(connection, authorities, authority_id, "cơ quan chứng thực")
    return Authority(**row._mapping)  # noqa: SLF001 - public API of SQLAlchemy


def read_officer(connection: Connection, officer_id: str) -> Officer:
    """Read an officer. Raises NotFound."""
    row = one(connection, officers, officer_id, "cán bộ")
    return Officer(**row._mapping)  # noqa: SLF001 - public API of SQLAlchemy


def read_signatory(connection: Connection, signatory_id: str) -> Signatory:
    """Read a signatory. Raises NotFound."""
    return as_signatory(one(connection, signatories, signatory_id, "người ký"))


def read_seal_authorisation(
    connection: Connection, authority_id: str, day: date
) -> SealAuthorisation | None:
    """Read the newest authorisation that is not revoked and covers the day."""
    permits = seal_authorisations.c
    row = connection.execute(
        select(seal_authorisations)
        .where(
            permits.authority_id == authority_id,
            permits.revoked == false(),
            permits.valid_from <= day,
            or_(permits.valid_to.is_(None), permits.valid_to >= day),
        )
        .order_by(permits.sequence.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return SealAuthorisation(
        id=row.id,
        authority_id=row.authority_id,
        clerk_name=row.clerk_name,
        decision_number=row.decision_number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked=row.revoked,
    )


def read_enrolled_key(connection: Connection, person_id: str) -> EnrolledKey:
    """Read the key a person enrolled last. Raises NotFound."""
    row = connection.execute(
        select(confirmation_keys)
        .where(confirmation_keys.c.person_id == person_id)
        .order_by(confirmation_keys.c.sequence.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(what="khóa xác nhận của người ký")
    return EnrolledKey(
        id=row.id,
        person_id=row.person_id,
        kind=row.kind,
        public_key=row.public_key,
        enrolment_mac=row.enrolment_mac,
    )


def as_signatory(row: _Row) -> Signatory:
    """Build a signatory from a row."""
    return Signatory(
        id=row.id,
        person_id=row.person_id,
        authority_id=row.authority_id,
        name=row.name,
        position=row.position,
        mandate=Mandate(
            kind=MandateKind(row.mandate_kind),
            decision_number=row.mandate_decision,
            valid_from=row.mandate_from,
            valid_to=row.mandate_to,
        ),
        key_id=row.key_id,
    )


def one(connection: Connection, table: Table, row_id: str, what: str) -> _Row:
    """Read a row by id. Raises NotFound naming `what`."""
    row = connection.execute(select(table).where(table.c.id == row_id)).first()
    if row is None:
        raise NotFound(what=what)
    return row
