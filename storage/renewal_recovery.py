"""Renewed files that a restored database has forgotten (see `storage.recovery`)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from certify.errors import StoredDataDamaged
from certify.evidence import ArchivedCopy
from storage import renewal_rows
from storage.renewals import add_renewed
from storage.tables import renewals


def is_forgotten(connection: Connection, copy: ArchivedCopy) -> bool:
    """Tell whether a renewed file was made after what this database knows.

    An intent is committed before its file is archived. A file of an attempt on record
    that was not released is left to the renewal, which adopts it or makes another.
    """
    renewal = copy.evidence.renewal
    attempts = connection.scalar(
        select(renewals.c.attempts).where(
            renewals.c.attestation_id == copy.evidence.statement.attestation_id
        )
    )
    return renewal is not None and (attempts is None or attempts < renewal.attempt)


def add_editions(
    connection: Connection, copies: Sequence[ArchivedCopy], now: datetime
) -> None:
    """Add forgotten editions to an attestation that is on record as released.

    Raises:
        StoredDataDamaged: the edition that one of them renews is not there.
    """
    for copy in copies:
        attestation_id = copy.evidence.statement.attestation_id
        released = renewal_rows.released_copy(connection, attestation_id)
        if released is None or copy.evidence.renewal is None:
            raise StoredDataDamaged(what=copy.stored.key)
        add_renewed(
            connection, released, copy.stored, copy.evidence.renewal.attempt, now
        )


def watch(connection: Connection, copies: Sequence[ArchivedCopy]) -> None:
    """Watch the newest of recovered files; its protection is read by the next sweep."""
    newest = copies[-1]
    attestation_id = newest.evidence.statement.attestation_id
    renewal_rows.watch(connection, attestation_id, newest.stored.sha256, None)
    if newest.evidence.renewal is not None:
        connection.execute(
            update(renewals)
            .where(renewals.c.attestation_id == attestation_id)
            .values(
                attempts=newest.evidence.renewal.attempt,
                intent_sha256=None,
                intent_size=None,
            )
        )
