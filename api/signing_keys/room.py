"""What the commands on keys work with; `api.wiring.keys` builds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509

from api.signing_keys.making import Holder
from api.signing_keys.opening import KeyOpener
from certify.attestation import Act
from certify.clock import Clock
from certify.errors import InvalidInput
from certify.ports import People
from certify.roster import Role, RosterEntry, role_of
from certify.signing_key import KeyRecord, KeyRole, SigningKeys

PathCheck = Callable[[x509.Certificate, Sequence[x509.Certificate], KeyRole], bool]


@dataclass(frozen=True, kw_only=True)
class KeyRoom:
    """The registry, who holds keys, and what judges certificates.

    Attributes:
        leads_to_root: of the trust folder, for that role, now.
        roster: entries of the signed roster in force; empty when it does not stand.
        actor: who runs the command, for the trail.
    """

    registry: SigningKeys
    people: People
    opener: KeyOpener
    clock: Clock
    leads_to_root: PathCheck
    roster: Callable[[], Sequence[RosterEntry]]
    authority_id: str
    signatory_id: str
    actor: str

    def act(self, verb: str, reason: str = "") -> Act:
        """Return the act of a change, by whoever runs the command."""
        return Act(self.actor, f"signing_key.{verb}", reason)

    def reasoned(self, verb: str, reason: str) -> Act:
        """Return the act of a change that needs a reason. Raises InvalidInput."""
        if not reason.strip():
            raise InvalidInput(field="--reason", reason="phải ghi lý do")
        return self.act(verb, reason.strip())

    def holder(self, key: KeyRecord) -> Holder:
        """Return whose key it is. Raises NotFound."""
        person = key.person_id
        return Holder(
            self.people.authority(key.authority_id),
            self.people.signatory(person) if person is not None else None,
        )

    def roster_role(self, key: KeyRecord) -> Role:
        """Return the role that the roster must name for this key."""
        person = self.holder(key).person
        return Role.SEAL if person is None else role_of(person.mandate.kind)

    def on_roster(self, key: KeyRecord) -> bool:
        """Tell whether the roster names this certificate in its role, now."""
        role, now = self.roster_role(key), self.clock.now()
        return any(
            entry.certificate_sha256 == key.certificate_sha256
            and entry.authority_id == key.authority_id
            and Role(entry.role) is role
            and entry.valid_from <= now <= entry.valid_to
            for entry in self.roster()
        )
