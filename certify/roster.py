"""The signed roster: which certificate an authority uses in which role, and when.

Without an entry here a signature never makes a certified copy (design §5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from certify.errors import InvalidInput, NotFound
from certify.inspection import SignatureFacts
from certify.people import MandateKind
from certify.signed_list import ListHead, ListKind, decode_list, encode_list
from certify.trust import Hierarchy, Purpose, read_moment, vouched


class Role(StrEnum):
    """Why a certificate may stand on a certified copy (NĐ 280/2025 Đ2 k.9)."""

    CHAIRMAN = "chairman"
    DEPUTY = "deputy"
    DELEGATE = "delegate"
    SEAL = "seal"

    @property
    def signs(self) -> bool:
        """A person's role, not the agency's."""
        return self is not Role.SEAL


ROLE_WORDS = {
    Role.CHAIRMAN: "Chủ tịch",
    Role.DEPUTY: "Phó Chủ tịch",
    Role.DELEGATE: "người được ủy quyền, phân công",
    Role.SEAL: "con dấu cơ quan",
}


def role_of(kind: MandateKind) -> Role:
    """Return the roster's role of a mandate."""
    return Role(kind.value)


@dataclass(frozen=True)
class RosterEntry:
    """A certificate that an authority uses in a role.

    Attributes:
        role: a value of `Role`.
        certificate_sha256: of its DER, hex.
        valid_from, valid_to: aware, both inclusive; a signature proven in between
            counts.
        hierarchy: where the certificate's chain must end; a value of `Hierarchy`.
    """

    authority_id: str
    authority_name: str
    role: str
    certificate_sha256: str
    valid_from: datetime
    valid_to: datetime
    hierarchy: str = Hierarchy.DEPLOYMENT

    def vouches(self, facts: SignatureFacts, *, signs: bool) -> bool:
        """Tell whether a signature is by this entry, in this role, at its time."""
        purpose = Purpose.SIGNATURE if signs else Purpose.SEAL
        return (
            Role(self.role).signs is signs
            and self.certificate_sha256 == facts.certificate_sha256
            and vouched(facts.vouching, purpose, {self.hierarchy})
            and self.covers(facts.proven_time)
        )

    def covers(self, proven_time: str | None) -> bool:
        """Compare instants, never texts: offsets and fractions are written freely."""
        try:
            moment = datetime.fromisoformat(proven_time or "")
        except ValueError:
            return False
        return moment.tzinfo is not None and self.valid_from <= moment <= self.valid_to

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "authority_id": self.authority_id,
            "authority_name": self.authority_name,
            "role": str(Role(self.role)),
            "certificate_sha256": self.certificate_sha256,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "hierarchy": str(Hierarchy(self.hierarchy)),
        }


@dataclass(frozen=True)
class Roster:
    """One issue of the roster."""

    head: ListHead
    entries: tuple[RosterEntry, ...]

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        rows = [entry.to_json() for entry in self.entries]
        return encode_list(ListKind.ROSTER, self.head, rows)

    def with_entry(self, entry: RosterEntry) -> "Roster":
        """Add an entry.

        Raises:
            InvalidInput: the certificate has this role at this authority already, at
                an overlapping time.
        """
        for other in self.entries:
            if (
                (other.authority_id, other.role, other.certificate_sha256)
                == (entry.authority_id, entry.role, entry.certificate_sha256)
                and other.valid_from <= entry.valid_to
                and entry.valid_from <= other.valid_to
            ):
                raise InvalidInput(
                    field="Danh bạ", reason="chứng thư này đã có trong danh bạ"
                )
        return replace(self, entries=(*self.entries, entry))

    def ended(self, certificate_sha256: str, at: datetime) -> "Roster":
        """End every open entry of a certificate at an aware time; none is removed.

        Raises:
            NotFound: no entry of this certificate runs beyond that time.
        """
        entries = tuple(
            replace(e, valid_to=at)
            if e.certificate_sha256 == certificate_sha256
            and e.valid_from <= at < e.valid_to
            else e
            for e in self.entries
        )
        if entries == self.entries:
            raise NotFound(what="chứng thư còn hiệu lực này trong danh bạ")
        return replace(self, entries=entries)

    def next_issue(self, now: datetime, valid: timedelta) -> "Roster":
        """Return the same entries under the next sequence number."""
        head = next_head(self.head, now, valid)
        return replace(self, head=head)


def next_head(head: ListHead, now: datetime, valid: timedelta) -> ListHead:
    """Return the head of the next issue of a list."""
    return ListHead(
        id=head.id,
        sequence=head.sequence + 1,
        issued_at=now,
        next_update=now + valid,
    )


def decode_roster(data: bytes) -> Roster:
    """Read a roster.

    Raises:
        ValueError, KeyError, TypeError: not exactly a roster of this version.
    """
    head, value = decode_list(ListKind.ROSTER, data)
    return Roster(head, tuple(roster_entry(row) for row in value["entries"]))


def roster_entry(row: Mapping[str, Any]) -> RosterEntry:
    """Read one entry.

    Raises:
        ValueError, KeyError, TypeError: it cannot be one; a ValueError says why.
    """
    changed = {
        "role": str(Role(row["role"])),
        "hierarchy": str(Hierarchy(row["hierarchy"])),
        "valid_from": read_moment(row["valid_from"]),
        "valid_to": read_moment(row["valid_to"], end=True),
    }
    return RosterEntry(**{**row, **changed})


def on_roster(
    entries: Sequence[RosterEntry], pair: Iterable[SignatureFacts]
) -> frozenset[str]:
    """Return the authorities both of whose signatures (person, seal) these are."""
    person, seal = pair
    by_person = {e.authority_id for e in entries if e.vouches(person, signs=True)}
    by_seal = {e.authority_id for e in entries if e.vouches(seal, signs=False)}
    return frozenset(by_person & by_seal)
