"""What the trail recorded of some subjects, found by index."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from certify.attestation import TrailHead
from storage.audit import Action, reason_commitment
from storage.personal import readable
from storage.tables import authorities, trail, trail_reasons


@dataclass(frozen=True)
class Recorded:
    """A row of the trail."""

    authority_id: str
    sequence: int
    digest: str
    at: datetime
    actor: str
    action: Action
    details: Mapping[str, Any]
    reason_commitment: str | None
    salt: bytes | None

    @property
    def head(self) -> TrailHead:
        """The trail's head right after it."""
        return TrailHead(self.sequence, self.digest)

    def gave(self, reason: str) -> bool:
        """Tell whether this was the reason given.

        For acts whose reason the law keeps (annulments, void numbers, withdrawals):
        nothing erases it, so one that is gone cannot vouch for its copy in a table.
        """
        if self.reason_commitment is None:
            return True
        return self.salt is not None and (
            self.reason_commitment == reason_commitment(self.salt, reason)
        )


def recorded(
    connection: Connection, subjects: Collection[str], actions: Collection[Action]
) -> Mapping[str, Sequence[Recorded]]:
    """Read the acts of some kinds on some subjects, oldest first.

    Of chains that are walked: a row beside them is no witness.
    """
    rows = [
        row
        for row in connection.execute(
            select(trail)
            .where(
                trail.c.subject.in_(sorted(set(subjects))),
                trail.c.authority_id.in_(select(authorities.c.id)),
                trail.c.sequence > 0,
            )
            .order_by(trail.c.authority_id, trail.c.sequence)
        )
        if row.action in actions
    ]
    salts = _salts(connection, rows)
    found: dict[str, list[Recorded]] = defaultdict(list)
    for row in rows:
        found[row.subject].append(
            Recorded(
                authority_id=row.authority_id,
                sequence=row.sequence,
                digest=row.digest,
                at=row.at,
                actor=row.actor,
                action=Action(row.action),
                details=row.details,
                reason_commitment=row.reason_commitment,
                salt=salts.get((row.authority_id, row.sequence)),
            )
        )
    return found


def _salts(
    connection: Connection, rows: Sequence[Row[tuple[Any, ...]]]
) -> Mapping[tuple[str, int], bytes]:
    """Read the salts of the reasons given; a reason that is gone has none."""
    with_reason: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.reason_commitment:
            with_reason[row.authority_id].append(row.sequence)
    table = trail_reasons.c
    return {
        (authority_id, found.sequence): found.salt
        for authority_id, sequences in with_reason.items()
        for found in connection.execute(
            select(*readable(trail_reasons, "sequence", "salt")).where(
                table.authority_id == authority_id, table.sequence.in_(sequences)
            )
        )
    }


def newest(acts: Sequence[Recorded], *actions: Action) -> Recorded | None:
    """Return the last act of some kinds."""
    return next((act for act in reversed(acts) if act.action in actions), None)
