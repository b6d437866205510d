"""Alarms of cases that are due and not finished, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, insert, not_, select

from certify.attestation import Act
from certify.overdue import CLOSED, LateCase
from storage import audit
from storage.columns import utc_text
from storage.database import Database
from storage.tables import cases, deadline_alarms

_BY_CLOCK = Act("system", audit.Action.CASE_OVERDUE)


class SqlDeadlineAlarms:
    """Fills the `DeadlineAlarms` port."""

    def __init__(self, *, database: Database) -> None:
        """Keep the alarms in this database."""
        self._database = database

    def raise_alarms(self, now: datetime) -> Sequence[LateCase]:
        """Record every open case that is due and has no alarm yet; return those."""
        due = cases.c.due_at <= now
        with self._database.reading() as connection:
            late = _open_cases(connection, due, not_(_alarmed()))
        return [case for case in late if self._raise(case, now)]

    def late(self) -> Sequence[LateCase]:
        """Return cases with an alarm that are still open, most overdue first."""
        with self._database.reading() as connection:
            return _open_cases(connection, _alarmed())

    def _raise(self, case: LateCase, now: datetime) -> bool:
        """Record one, unless it was finished or recorded meanwhile."""
        with self._database.writing() as connection:
            # Locked first, as everywhere: case, then authority (decision 0020).
            connection.execute(
                select(cases.c.id).where(cases.c.id == case.case_id).with_for_update()
            )
            same = cases.c.id == case.case_id
            if not _open_cases(connection, same, not_(_alarmed())):
                return False
            connection.execute(
                insert(deadline_alarms).values(case_id=case.case_id, raised_at=now)
            )
            audit.append(
                connection,
                authority_id=case.authority_id,
                act=_BY_CLOCK,
                subject=case.case_id,
                details={"due_at": utc_text(case.due_at)},
                at=now,
            )
            return True


def _open_cases(
    connection: Connection, *conditions: ColumnElement[bool]
) -> list[LateCase]:
    rows = connection.execute(
        select(cases.c.id, cases.c.authority_id, cases.c.code, cases.c.due_at)
        .where(cases.c.status.not_in([status.value for status in CLOSED]), *conditions)
        .order_by(cases.c.due_at, cases.c.id)
    )
    return [LateCase(row.id, row.authority_id, row.code, row.due_at) for row in rows]


def _alarmed() -> ColumnElement[bool]:
    return exists().where(deadline_alarms.c.case_id == cases.c.id)
