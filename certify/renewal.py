"""Archive renewal: its types and its ports (ETSI EN 319 142-1 §5.5).

A released edition is never changed. Before its archive timestamp loses its force a
further edition is made: the same bytes, then today's evidence about that timestamp and
a new one over all of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from certify.attestation import CertifiedCopy, Edition, Lease, StoredObject
from certify.protection import Protection
from certify.retry import Waiting


@dataclass(frozen=True)
class RenewalIntent:
    """What is about to be renewed, written down before a TSA is asked.

    Attributes:
        attempt: from 1; every try at this attestation counts, for ever.
        base_sha256, base_size: the edition that the new file begins with.
    """

    attempt: int
    base_sha256: str
    base_size: int


@dataclass(frozen=True)
class RenewedFile:
    """A renewed file on local disk, not yet archived nor released.

    Attributes:
        archived_at: genTime of the new archive timestamp.
    """

    path: Path
    sha256: str
    size_bytes: int
    archived_at: datetime


@dataclass(frozen=True)
class RenewalTask:
    """Everything `RenewCopy` needs to know, read in the transaction of the lease.

    Attributes:
        attempts: made so far, finished ones included.
        intent: of the last attempt, unless it was finished.
        failures: runs that failed in a row.
    """

    lease: Lease
    copy: CertifiedCopy
    attempts: int
    intent: RenewalIntent | None
    failures: int


@dataclass(frozen=True)
class DueEdition:
    """A released attestation whose newest edition has to be looked at.

    Attributes:
        protection: None when nobody has measured it yet.
        cause: error code of the last run that failed; "" if none did.
    """

    attestation_id: str
    protection: Protection | None
    cause: str


@dataclass(frozen=True)
class Census:
    """All released attestations at one moment, counted in one transaction.

    Attributes:
        released: counted from the releases themselves, not from what is watched.
        watched: those whose protection is known or has been asked for.
        due: of the watched ones.
    """

    released: int
    watched: int
    due: tuple[DueEdition, ...]


class Renewals(Protocol):
    """The register's part. Each method is one committed transaction."""

    def watch_all(self) -> int:
        """Watch released attestations that nobody watches; return how many."""
        ...

    def algorithms_in_use(self) -> Sequence[tuple[str, ...]]:
        """Every different set of algorithms that newest editions rest on."""
        ...

    def next_due(
        self,
        before: datetime,
        algorithms: Collection[tuple[str, ...]],
        *,
        now: datetime,
        limit: int,
    ) -> Sequence[str]:
        """Attestations to look at, the most urgent first.

        They end before a time, or rest on one of these sets of algorithms, or were
        never measured. Those to be tried again later, or leased, MUST be left out.
        """
        ...

    def census(
        self, before: datetime, algorithms: Collection[tuple[str, ...]]
    ) -> Census:
        """Count all released attestations; name every one that is due."""
        ...

    def take(self, attestation_id: str, worker: str, now: datetime) -> RenewalTask:
        """Lease a released attestation for renewal.

        Raises:
            LeaseHeld: another worker has an unexpired lease.
            NotFound: nothing released under this id.
        """
        ...

    def extend(self, lease: Lease, now: datetime) -> None:
        """Let the lease run on from now; LeaseLost when it was overtaken."""
        ...

    def give_back(self, lease: Lease, waiting: Waiting | None, cause: str) -> None:
        """End the lease; `cause` is the error code that ended the run, or "".

        MUST NOT raise LeaseLost.
        """
        ...

    def measured(self, lease: Lease, protection: Protection, now: datetime) -> None:
        """Keep what the newest edition rests on; LeaseLost when overtaken."""
        ...

    def intend(self, lease: Lease, intent: RenewalIntent, now: datetime) -> None:
        """Write down what is about to be renewed, with its audit row.

        Raises:
            LeaseLost: overtaken.
            WrongState: not the newest edition, or not the next attempt.
        """
        ...

    def add_edition(
        self,
        lease: Lease,
        intent: RenewalIntent,
        stored: StoredObject,
        protection: Protection,
        now: datetime,
    ) -> Edition:
        """Release the renewed file, with its audit row, in one transaction.

        Raises:
            LeaseLost: overtaken; nothing was released.
            WrongState: this is not the intent that was written down last.
        """
        ...


class ReadyRenewal(Protocol):
    """TSAs answered; what proves the old timestamp is in hand."""

    @property
    def promises(self) -> Sequence[Protection]:
        """What the new timestamp will rest on, for each TSA that may make it."""
        ...

    def renew(self, target: Path) -> RenewedFile:
        """Write the renewed file.

        Raises:
            ServiceUnavailable: no TSA gave a usable token.
        """
        ...


class Renewer(Protocol):
    """Makes a further archive timestamp on a finished copy."""

    def make_ready(self, path: Path) -> ReadyRenewal:
        """Collect evidence about the file's archive timestamp; find TSAs.

        Raises:
            CertificateUnfit: that timestamp is over, revoked or not trusted.
            ServiceUnavailable: a TSA, OCSP or CRL is away.
        """
        ...
