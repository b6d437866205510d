"""What anybody in the service may read of the register."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from certify.attestation import BookRow, CertifiedCopy, IssuanceStep
from storage import recovered_reads, register_reads
from storage.database import Database
from storage.tables import attestations, editions

UNFINISHED = (IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED)


class SqlRegisterView:
    """The reading half of the `Register` port; fills `certify.verify.RegisterView`."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def released(self, verification_code: str) -> CertifiedCopy | None:
        """Return a released copy by code; None for anything not released."""
        with self._database.reading() as connection:
            return register_reads.copy_where(
                connection, attestations.c.code == verification_code
            ) or recovered_reads.copy_by_code(connection, verification_code)

    def released_attestation(self, attestation_id: str) -> CertifiedCopy | None:
        """Return a released copy by attestation; None if not released."""
        with self._database.reading() as connection:
            return register_reads.copy_where(
                connection, attestations.c.id == attestation_id
            ) or recovered_reads.copy_by_attestation(connection, attestation_id)

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        owner = select(editions.c.attestation_id).where(editions.c.sha256 == sha256)
        with self._database.reading() as connection:
            return register_reads.copy_where(
                connection, attestations.c.id.in_(owner)
            ) or recovered_reads.copy_by_file(connection, sha256)

    def released_files(self) -> frozenset[str]:
        """Return the digests of all released files."""
        with self._database.reading() as connection:
            return frozenset(
                connection.scalars(select(editions.c.sha256))
            ) | recovered_reads.files(connection)

    def unfinished(self, now: datetime) -> Sequence[str]:
        """Ids approved but not released, whose lease is free; oldest first."""
        with self._database.reading() as connection:
            return connection.scalars(
                select(attestations.c.id)
                .where(
                    attestations.c.step.in_([step.value for step in UNFINISHED]),
                    or_(
                        attestations.c.lease_until.is_(None),
                        attestations.c.lease_until <= now,
                    ),
                )
                .order_by(attestations.c.approved_at, attestations.c.id)
            ).all()

    def book(self, authority_id: str, kind: str, year: int) -> Sequence[BookRow]:
        """All rows in order of number, void and recovered ones included."""
        with self._database.reading() as connection:
            rows = [
                *register_reads.book(connection, authority_id, kind, year),
                *recovered_reads.book(connection, authority_id, kind, year),
            ]
        return sorted(rows, key=lambda row: row.number.number)
