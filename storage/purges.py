"""Purges of working scans in SQL; the rule is `certify.retention`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from certify.attestation import Act, IssuanceStep
from certify.canonical_json import canonical_json, sha256_hex
from certify.case import StoredScan
from certify.clock import Clock
from certify.errors import NotFound
from certify.purge import PurgedPaper
from certify.retention import PaperState
from storage import audit
from storage.database import Database
from storage.desk_reads import as_scan, read_case
from storage.desk_record_rows import stopped
from storage.holds import held
from storage.tables import (
    attestations,
    cases,
    comparisons,
    desk_records,
    editions,
    known_layouts,
    known_papers,
    originals,
    scans,
    withdrawals,
)


class SqlScanPurges:
    """Fills the `ScanPurges` port."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Use this database; the clock dates purges."""
        self._database = database
        self._clock = clock
        self._trail = audit.DatedTrail(clock)

    def papers(
        self, scanned_before: datetime, *, after: str, limit: int
    ) -> Sequence[PaperState]:
        """Return papers with scans that old and not purged, in order of id."""
        with self._database.reading() as connection:
            ids = connection.scalars(
                select(scans.c.original_id)
                .distinct()
                .where(
                    scans.c.files_removed_at.is_(None),  # names the partial index
                    scans.c.purged_at.is_(None),
                    scans.c.created_at <= scanned_before,
                    scans.c.original_id > after,
                )
                .order_by(scans.c.original_id)
                .limit(limit)
            ).all()
            return read_states(connection, originals.c.id.in_(ids))

    def record(
        self, original_id: str, due: Callable[[PaperState], bool], act: Act
    ) -> PurgedPaper | None:
        """Record the purge of a paper's scans; None when it is not due."""
        now = self._clock.now()
        with self._database.writing() as connection:
            state = _locked_state(connection, original_id)
            if not due(state):
                return None
            kept = (scans.c.original_id == original_id) & scans.c.purged_at.is_(None)
            rows = connection.execute(select(scans).where(kept).order_by(scans.c.id))
            gone = [as_scan(row) for row in rows]
            if not gone:
                return None
            connection.execute(
                update(scans).where(kept).values(purged_at=now, fingerprints=None)
            )
            details: audit.Details = {"scans": len(gone), "digest": _digest(gone)}
            self._trail.append(
                connection, state.authority_id, act, original_id, details
            )
        return PurgedPaper(original_id, now, gone)

    def unsettled(self, limit: int) -> Sequence[PurgedPaper]:
        """Return papers whose purged files may still be there, the oldest first."""
        left = scans.c.files_removed_at.is_(None) & scans.c.purged_at.is_not(None)
        with self._database.reading() as connection:
            oldest = (
                select(scans.c.original_id, scans.c.purged_at)
                .distinct()
                .where(left)
                .order_by(scans.c.purged_at, scans.c.original_id)
                .limit(limit)
                .subquery()
            )
            rows = connection.execute(
                select(scans)
                .join(
                    oldest,
                    and_(
                        oldest.c.original_id == scans.c.original_id,
                        oldest.c.purged_at == scans.c.purged_at,
                    ),
                )
                .where(left)
                .order_by(scans.c.purged_at, scans.c.original_id)
            ).all()
        return [
            PurgedPaper(original_id, purged_at, [as_scan(row) for row in group])
            for (purged_at, original_id), group in groupby(
                rows, lambda row: (row.purged_at, row.original_id)
            )
        ]

    def settle(self, paper: PurgedPaper) -> None:
        """Note that no file is left of these scans."""
        ids = [scan.id for scan in paper.scans]
        with self._database.writing() as connection:
            connection.execute(
                update(scans)
                .where(scans.c.id.in_(ids), scans.c.purged_at.is_not(None))
                .values(files_removed_at=self._clock.now())
            )

    def on_record(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys that are scans and not purged."""
        kept = select(scans.c.id).where(
            scans.c.id.in_(keys), scans.c.purged_at.is_(None)
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(kept))

    def forget_layouts(self, released_before: datetime, limit: int) -> int:
        """Forget layouts of papers released that long ago; return how many."""
        old = (
            select(known_layouts.c.attestation_id, known_layouts.c.page)
            .join(
                known_papers,
                known_papers.c.attestation_id == known_layouts.c.attestation_id,
            )
            .where(known_papers.c.released_at <= released_before)
            .limit(limit)
        )
        with self._database.writing() as connection:
            rows = connection.execute(old).all()
            for row in rows:
                connection.execute(
                    delete(known_layouts).where(
                        known_layouts.c.attestation_id == row.attestation_id,
                        known_layouts.c.page == row.page,
                    )
                )
        return len(rows)


def read_states(
    connection: Connection, where: ColumnElement[bool]
) -> Sequence[PaperState]:
    """Read what the rule looks at, of originals in order of id."""
    refused_at = (
        select(func.max(desk_records.c.made_at, type_=desk_records.c.made_at.type))
        .where(desk_records.c.original_id == originals.c.id)
        .correlate(originals)
        .scalar_subquery()
    )
    taken_back_at = (
        select(func.max(withdrawals.c.made_at, type_=withdrawals.c.made_at.type))
        .join(desk_records, desk_records.c.id == withdrawals.c.record_id)
        .where(desk_records.c.original_id == originals.c.id)
        .correlate(originals)
        .scalar_subquery()
    )
    scanned_at = (
        select(func.max(scans.c.created_at, type_=scans.c.created_at.type))
        .where(scans.c.original_id == originals.c.id)
        .correlate(originals)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            originals.c.id,
            originals.c.case_id,
            cases.c.authority_id,
            cases.c.opened_at,
            or_(stopped(originals.c.case_id), held(originals.c.case_id)).label("held"),
            attestations.c.step,
            comparisons.c.compared_at,
            editions.c.released_at,
            refused_at.label("refused_at"),
            taken_back_at.label("taken_back_at"),
            scanned_at.label("scanned_at"),
        )
        .join(cases, cases.c.id == originals.c.case_id)
        .outerjoin(attestations, attestations.c.original_id == originals.c.id)
        .outerjoin(comparisons, comparisons.c.attestation_id == attestations.c.id)
        .outerjoin(
            editions,
            (editions.c.attestation_id == attestations.c.id)
            & (editions.c.sequence == 1),
        )
        .where(where)
        .order_by(originals.c.id)
    )
    return [_as_state(row) for row in rows]


def _as_state(row: Any) -> PaperState:  # noqa: ANN401 - a row of the query above
    acts = (
        row.opened_at,
        row.compared_at,
        row.refused_at,
        row.taken_back_at,
        row.scanned_at,
    )
    return PaperState(
        original_id=row.id,
        case_id=row.case_id,
        authority_id=row.authority_id,
        held=bool(row.held),
        step=None if row.step is None else IssuanceStep(row.step),
        released_at=row.released_at,
        last_act_at=max(act for act in acts if act is not None),
    )


def _locked_state(connection: Connection, original_id: str) -> PaperState:
    """Read a paper's state while desk and workers wait: case, then attestation."""
    case_id = connection.scalar(
        select(originals.c.case_id).where(originals.c.id == original_id)
    )
    if case_id is None:
        raise NotFound(what="giấy tờ")
    read_case(connection, case_id, lock=True)
    connection.execute(
        select(attestations.c.id)
        .where(attestations.c.original_id == original_id)
        .with_for_update()
    )
    (state,) = read_states(connection, originals.c.id == original_id)
    return state


def _digest(gone: Sequence[StoredScan]) -> str:
    """Which scans went: SHA-256 over their ids and the digests of their files."""
    return sha256_hex(canonical_json([[scan.id, scan.sha256] for scan in gone]))
