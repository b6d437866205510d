"""Fills `certify.overview.Overview`: three short queries and a clock."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, literal_column, not_, select

from certify.overview import WaitingGroup
from storage.database import Database
from storage.desk_record_rows import may_not_issue
from storage.register_reads import UNFINISHED
from storage.tables import attestations, book_rows, originals


class SqlOverview:
    """Counts, and names nobody."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def waiting(self, now: datetime) -> Sequence[WaitingGroup]:
        """By cause; those that may not be issued at all are left out."""
        # A row that waited before there was a code says only that it waits.
        cause = case(
            (attestations.c.lease_until > now, "running"),
            (attestations.c.waiting_cause.is_not(None), attestations.c.waiting_cause),
            (attestations.c.waiting.is_not(None), "other"),
            else_="new",
        ).label("cause")
        query = (
            select(cause, func.count(), func.min(attestations.c.approved_at))
            .join(originals, originals.c.id == attestations.c.original_id)
            .where(
                not_(may_not_issue()),
                attestations.c.step.in_([step.value for step in UNFINISHED]),
            )
            .group_by("cause")  # by name: the expression has parameters
            .order_by("cause")
        )
        with self._database.reading() as connection:
            return [WaitingGroup(*row) for row in connection.execute(query)]

    def open_reservations(self) -> int:
        """Count the numbers that were taken and not used yet."""
        query = (
            select(func.count())
            .select_from(book_rows)
            # a literal: with a parameter neither database uses the partial index
            .where(book_rows.c.state == literal_column("'reserved'"))
        )
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def schema_is_current(self) -> bool:
        """Tell whether the tables are those of this program."""
        return self._database.is_current()

    def can_write(self) -> bool:
        """Tell whether the database takes writes."""
        return self._database.can_write()

    def server_time(self) -> datetime | None:
        """Tell what the database's clock shows; None where it is this machine's."""
        return self._database.server_time()
