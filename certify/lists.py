"""What the signed lists of a trust folder say now, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from certify.annulment import Annulment, AnnulmentList
from certify.roster import RosterEntry
from certify.signed_list import ListHead
from certify.verification_policy import VerificationPolicy

UNKNOWN = "chưa tra được sổ chứng thực để biết bản sao có bị hủy bỏ"


@dataclass(frozen=True)
class SignedLists:
    """The roster and the annulments, as far as their signatures hold.

    Attributes:
        roster: empty when the list is missing or its signature does not hold.
        roster_problems: Vietnamese; not empty when the roster is not there or stale.
        annulments: None when there is no list to be believed.
        annulment_problems: not empty when the absence of an entry proves nothing.
            An entry that is there is believed all the same.
        manifest_sha256: of the manifest by which the lists were believed, hex.
        roster_head: of the roster that is believed.
    """

    roster: tuple[RosterEntry, ...] = ()
    roster_problems: tuple[str, ...] = ()
    annulments: AnnulmentList | None = None
    annulment_problems: tuple[str, ...] = (UNKNOWN,)
    manifest_sha256: str = ""
    roster_head: ListHead | None = None

    def policy(self, *, register: bool) -> VerificationPolicy:
        """Name what a judgement by these lists rests on."""
        annulments = self.annulments.head if self.annulments else None
        return VerificationPolicy(
            manifest_sha256=self.manifest_sha256,
            roster=_issue(self.roster_head),
            annulments=_issue(annulments),
            register_asked=register,
        )

    def annulment_of(self, record: Mapping[str, str]) -> Annulment | None:
        """Return the annulment of the copy with this signed record."""
        if self.annulments is None:
            return None
        return self.annulments.of(
            record.get("code", ""), record.get("authority_id", "")
        )

    def unknown_annulment(self, record: Mapping[str, str]) -> tuple[str, ...]:
        """Say why nobody knows whether this copy was annulled; empty if known."""
        if self.annulments is None:
            return (UNKNOWN, *(p for p in self.annulment_problems if p != UNKNOWN))
        if record.get("authority_id", "") not in self.annulments.authorities:
            return (UNKNOWN,)
        return self.annulment_problems


def _issue(head: ListHead | None) -> str:
    return f"{head.id}#{head.sequence}" if head else ""
