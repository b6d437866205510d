"""How periodic duties fared, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from certify.rounds import DONE, Round
from storage.database import Database
from storage.tables import duty_rounds


class SqlRounds:
    """Fills the `Rounds` port."""

    def __init__(self, *, database: Database) -> None:
        """Keep the rounds in this database."""
        self._database = database

    def record(self, duty: str, outcome: str, at: datetime) -> None:
        """Remember a round; one that failed keeps the last success.

        Of two first rounds at once one may fail with IntegrityError; the next one
        does not.
        """
        values = {"at": at, "outcome": outcome}
        if outcome == DONE:
            values["succeeded_at"] = at
        with self._database.writing() as connection:
            changed = connection.execute(
                update(duty_rounds).where(duty_rounds.c.duty == duty).values(**values)
            )
            if not changed.rowcount:
                connection.execute(insert(duty_rounds).values(duty=duty, **values))

    def latest(self) -> Sequence[Round]:
        """Return the last round of each duty, in order of name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(duty_rounds).order_by(duty_rounds.c.duty))
            return [
                Round(row.duty, row.at, row.outcome, row.succeeded_at) for row in rows
            ]
