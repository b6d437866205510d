"""Holding a visit's data: by a decision, for a complaint, a lawsuit, an inspection.

While it is held nothing of the visit is purged or erased, whatever the periods say.
A report of violation holds its visit without any of this (`certify.desk_papers`).
"""

from typing import Protocol

from certify.attestation import Act
from certify.typed_text import required_text

MAX_REASON = 500


class CaseHolds(Protocol):
    """Which visits are held. Each method MUST append the act to the trail."""

    def hold(self, authority_id: str, case_code: str, act: Act) -> None:
        """Hold a visit. Raises NotFound; WrongState when it is held already."""
        ...

    def lift(self, authority_id: str, case_code: str, act: Act) -> None:
        """End a hold. Raises NotFound; WrongState when there is none."""
        ...


class HoldCase:
    """Holds visits and lets them go, each with a reason on record."""

    def __init__(self, *, holds: CaseHolds, authority_id: str) -> None:
        """Take the collaborators; `authority_id` is whose visits they are."""
        self._holds = holds
        self._authority_id = authority_id

    def __call__(self, case_code: str, actor: str, reason: str) -> None:
        """Hold a visit; `reason` names the decision, and only the trail keeps it.

        Raises:
            InvalidInput: no reason, or too long.
            NotFound, WrongState: see `CaseHolds`.
        """
        act = Act(actor, "case.hold", required_text("Lý do", reason, MAX_REASON))
        self._holds.hold(self._authority_id, case_code, act)

    def lift(self, case_code: str, actor: str, reason: str) -> None:
        """End a hold.

        Raises:
            InvalidInput, NotFound, WrongState: as above.
        """
        act = Act(actor, "case.unhold", required_text("Lý do", reason, MAX_REASON))
        self._holds.lift(self._authority_id, case_code, act)
