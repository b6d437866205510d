"""What anybody in the service may read of the register."""

from collections.abc import Sequence

from sqlalchemy import select

from certify.annulment import Annulment
from certify.attestation import BookRow, CertifiedCopy
from certify.case import StoredScan
from certify.evidence import ArchivedCopy
from certify.known import Known
from storage import annulments, known_papers, recovered_reads, register_reads
from storage.database import Database
from storage.recovery import is_forgotten
from storage.tables import attestations, book_rows, editions


class SqlRegisterView:
    """The reading half of the `Register` port; fills `certify.verify.RegisterView`."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def known(self, scan: StoredScan, authority_id: str) -> Known:
        """Return what a desk of this authority may know of the paper scanned."""
        with self._database.reading() as connection:
            return known_papers.find(connection, scan, authority_id)

    def released(self, verification_code: str) -> CertifiedCopy | None:
        """Return a released copy by code; None for anything not released."""
        with self._database.reading() as connection:
            copy = register_reads.copy_where(
                connection, attestations.c.code == verification_code
            ) or recovered_reads.copy_by_code(connection, verification_code)
            return annulments.attached(connection, copy)

    def released_attestation(self, attestation_id: str) -> CertifiedCopy | None:
        """Return a released copy by attestation; None if not released."""
        with self._database.reading() as connection:
            copy = register_reads.copy_where(
                connection, attestations.c.id == attestation_id
            ) or recovered_reads.copy_by_attestation(connection, attestation_id)
            return annulments.attached(connection, copy)

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        owner = select(editions.c.attestation_id).where(editions.c.sha256 == sha256)
        with self._database.reading() as connection:
            copy = register_reads.copy_where(
                connection, attestations.c.id.in_(owner)
            ) or recovered_reads.copy_by_file(connection, sha256)
            return annulments.attached(connection, copy)

    def annulments(
        self, authority_id: str, *, after: int, limit: int
    ) -> Sequence[Annulment]:
        """Return annulments with a greater cursor, in order of cursor."""
        with self._database.reading() as connection:
            return annulments.read(connection, authority_id, after=after, limit=limit)

    def released_files(self) -> frozenset[str]:
        """Return the digests of all released files."""
        with self._database.reading() as connection:
            return frozenset(
                connection.scalars(select(editions.c.sha256))
            ) | recovered_reads.files(connection)

    def holds_number(self, attestation_id: str) -> bool:
        """Tell whether an attestation has a number, void ones included."""
        row = select(book_rows.c.number).where(
            book_rows.c.attestation_id == attestation_id
        )
        with self._database.reading() as connection:
            return connection.scalar(row.limit(1)) is not None

    def forgotten(self, copies: Sequence[ArchivedCopy]) -> Sequence[ArchivedCopy]:
        """Return those made after what this database knows of their attestation.

        Raises:
            StoredDataDamaged: a number stands on two attestations.
        """
        with self._database.reading() as connection:
            return [c for c in copies if is_forgotten(connection, c)]

    def book(self, authority_id: str, kind: str, year: int) -> Sequence[BookRow]:
        """All rows in order of number, void and recovered ones included."""
        with self._database.reading() as connection:
            rows = annulments.noted(
                connection,
                [
                    *register_reads.book(connection, authority_id, kind, year),
                    *recovered_reads.book(connection, authority_id, kind, year),
                ],
            )
        return sorted(rows, key=lambda row: row.number.number)
