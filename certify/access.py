"""Keys by which programs call this service: who, for which authority, how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from certify.attestation import Act


class Scope(StrEnum):
    """What a caller may do."""

    OFFICER = "officer"
    SIGN = "sign"
    READ = "read"
    PARTNER = "partner"


@dataclass(frozen=True)
class ApiKey:
    """An API key as shown in the list; the secret is not in it.

    Attributes:
        label: what the administrator called it.
        last_used_at: to the minute; None if never used.
        revoked_at: None while it is good.
    """

    id: str
    authority_id: str
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    """The keys of all authorities. Writes are recorded in the audit trail."""

    def create(
        self,
        authority_id: str,
        scopes: frozenset[Scope],
        label: str,
        *,
        expires_at: datetime,
        now: datetime,
        act: Act,
    ) -> str:
        """Make a key and return its plain text: the only time it can be read."""
        ...

    def check(self, plain: str, now: datetime) -> ApiKey | None:
        """Return the key if it is known, not expired and not revoked."""
        ...

    def revoke(self, key_id: str, *, now: datetime, act: Act) -> None:
        """Refuse the key from now on. Raises NotFound."""
        ...

    def list(self, authority_id: str) -> Sequence[ApiKey]:
        """All keys of an authority, newest first, revoked ones included."""
        ...
