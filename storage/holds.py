"""Visits whose data must stay although their time is over: a complaint, a lawsuit."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select

from certify.attestation import Act
from certify.clock import Clock
from certify.errors import NotFound, WrongState
from storage import audit
from storage.database import Database
from storage.tables import case_holds, cases, originals


class SqlCaseHolds:
    """Fills `certify.hold.CaseHolds`."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Use this database; the clock dates the trail."""
        self._database = database
        self._clock = clock
        self._trail = audit.DatedTrail(clock)

    def hold(self, authority_id: str, case_code: str, act: Act) -> None:
        """Keep a visit's scans and words until the hold is lifted.

        Raises:
            NotFound: no such visit at this authority.
            WrongState: it is held already.
        """

        def change(connection: Connection, case_id: str, *, held: bool) -> None:
            if held:
                raise WrongState(reason="hồ sơ đang được giữ")
            connection.execute(
                insert(case_holds).values(case_id=case_id, held_at=self._clock.now())
            )

        self._change(authority_id, case_code, act, change)

    def lift(self, authority_id: str, case_code: str, act: Act) -> None:
        """End a hold; what is due goes with the next purge.

        Raises:
            NotFound: no such visit at this authority.
            WrongState: it is not held.
        """

        def change(connection: Connection, case_id: str, *, held: bool) -> None:
            if not held:
                raise WrongState(reason="hồ sơ không bị giữ")
            connection.execute(
                delete(case_holds).where(case_holds.c.case_id == case_id)
            )

        self._change(authority_id, case_code, act, change)

    def _change(
        self, authority_id: str, case_code: str, act: Act, change: Callable[..., None]
    ) -> None:
        with self._database.writing() as connection:
            row = connection.execute(
                select(cases.c.id, held(cases.c.id).label("held"))
                .where(cases.c.authority_id == authority_id, cases.c.code == case_code)
                .with_for_update(of=cases)
            ).first()
            if row is None:
                raise NotFound(what="hồ sơ")
            change(connection, row.id, held=row.held)
            self._trail.append(connection, authority_id, act, row.id, {})


def held(case_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column or an id
    """Tell, in SQL, whether a visit is held by a decision."""
    return exists(
        select(case_holds.c.case_id)
        .where(case_holds.c.case_id == case_id)
        .correlate(cases, originals)
    )
