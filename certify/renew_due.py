"""The renewal sweep: every edition that is due, and a report that none was missed.

What is due is asked of the register, which keeps with every newest edition when its
protection ends; no file is opened for it. The report is counted from the releases
themselves: editions looked at = renewed + not due + failed + waiting, or it says how
many are missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from certify.clock import Clock
from certify.errors import CertifyError
from certify.protection import Sunsets, months_after
from certify.renew import Outcome
from certify.renewal import DueEdition, Renewals

DEFAULT_WITHIN_MONTHS = 12  # dated default 2026-11-23, unconfirmed
_PLANNED = "due"
_MISSED = "missed"


@dataclass(frozen=True)
class Cause:
    """Why an edition is not renewed: a stable code and a Vietnamese sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class RenewalReport:
    """What became of every released edition.

    Attributes:
        at: when the run began; before: what ends earlier is due. Aware.
        looked_at: released attestations, each with its newest edition.
        renewed: their ids.
        failed: somebody has to act; waiting: tried again by itself.
    """

    at: datetime
    before: datetime
    looked_at: int
    not_due: int
    renewed: tuple[str, ...] = ()
    failed: Mapping[str, Cause] = field(default_factory=dict)
    waiting: Mapping[str, Cause] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """Editions that the counts do not explain; anything but 0 is a fault."""
        explained = (
            len(self.renewed) + self.not_due + len(self.failed) + len(self.waiting)
        )
        return self.looked_at - explained


class _Renew(Protocol):
    def __call__(self, attestation_id: str, *, before: datetime) -> Outcome: ...


@dataclass
class Tries:
    """What a run did so far, by attestation id."""

    renewed: list[str] = field(default_factory=list)
    failed: dict[str, Cause] = field(default_factory=dict)
    waiting: dict[str, Cause] = field(default_factory=dict)


class RenewDue:
    """Renews what is due: all of it by hand, a small batch in the sweep."""

    def __init__(
        self,
        *,
        renewals: Renewals,
        renew: _Renew,
        sunsets: Sunsets,
        clock: Clock,
        within_months: int = DEFAULT_WITHIN_MONTHS,
    ) -> None:
        """Take the collaborators; `within_months` before its end an edition is due."""
        self._renewals = renewals
        self._renew = renew
        self._sunsets = sunsets
        self._clock = clock
        self._within_months = within_months

    def __call__(
        self,
        *,
        within_months: int | None = None,
        dry_run: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> RenewalReport:
        """Look at every released edition; renew what is due, each once.

        It may be killed at any moment and run again: what is renewed is not due any
        longer, what is half done is finished.

        Args:
            within_months: instead of the usual.
            dry_run: only say what is due.
            progress: told the id before each try.

        Raises:
            ServiceUnavailable: the database is away.
        """
        now = self._clock.now()
        before = self._before(now, within_months)
        tries = Tries()
        if not dry_run:
            self._renewals.watch_all()
            for due in self._renewals.census(before, self._ending(before)).due:
                progress(due.attestation_id)
                self._try(due.attestation_id, before, tries)
        return self._report(now, before, tries, dry_run=dry_run)

    def batch(self, limit: int) -> Tries:
        """Try the most urgent ones whose time has come; for a periodic duty."""
        now = self._clock.now()
        before = self._before(now, None)
        tries = Tries()
        for attestation_id in self._renewals.next_due(
            before, self._ending(before), now=now, limit=limit
        ):
            self._try(attestation_id, before, tries)
        return tries

    def _before(self, now: datetime, within_months: int | None) -> datetime:
        months = self._within_months if within_months is None else within_months
        return months_after(now, months)

    def _ending(self, before: datetime) -> list[tuple[str, ...]]:
        """Return the sets of algorithms, of those in use, that end by then."""
        in_use = self._renewals.algorithms_in_use()
        return [names for names in in_use if self._sunsets.end_of(names) <= before]

    def _try(self, attestation_id: str, before: datetime, tries: Tries) -> None:
        try:
            outcome = self._renew(attestation_id, before=before)
        except CertifyError as error:
            where = tries.waiting if error.retryable else tries.failed
            where[attestation_id] = Cause(error.code, str(error))
        except Exception:  # noqa: BLE001 - a fault of ours in one stops no other
            tries.failed[attestation_id] = Cause(
                CertifyError.code, CertifyError.sentence
            )
        else:
            if outcome is Outcome.RENEWED:
                tries.renewed.append(attestation_id)

    def _report(
        self, now: datetime, before: datetime, tries: Tries, *, dry_run: bool
    ) -> RenewalReport:
        """Count again, from the releases: nothing that was tried is believed alone."""
        census = self._renewals.census(before, self._ending(before))
        renewed = set(tries.renewed)
        still = {
            d.attestation_id: d for d in census.due if d.attestation_id not in renewed
        }
        failed = {i: tries.failed[i] for i in still if i in tries.failed}
        waiting = {
            i: tries.waiting.get(i) or _untried(due, dry_run=dry_run)
            for i, due in still.items()
            if i not in failed
        }
        return RenewalReport(
            at=now,
            before=before,
            looked_at=census.released,
            not_due=census.watched - len(still) - len(renewed),
            renewed=tuple(tries.renewed),
            failed=failed,
            waiting=waiting,
        )


def _untried(due: DueEdition, *, dry_run: bool) -> Cause:
    """Name what is due and was not tried: in a dry run, or since it came meanwhile."""
    if due.protection is None:
        return Cause("unmeasured", "Chưa đọc thời hạn bảo vệ của tệp.")
    if dry_run:
        return Cause(_PLANNED, "Đến hạn gia hạn lưu trữ.")
    return Cause(_MISSED, "Mới đến hạn trong lúc chạy; lượt sau sẽ làm.")
