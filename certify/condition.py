"""What administrators are told: services away, certificates that soon expire.

Facts come from `signing`; what is worth saying, and when, is decided here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil
from typing import Protocol

from certify.clock import VIETNAM


class Warn(IntEnum):
    """Days before the end of a certificate at which a warning grows louder."""

    EXPIRED = 0
    WEEK = 7
    MONTH = 30
    QUARTER = 90


@dataclass(frozen=True)
class CertificateTerm:
    """A certificate that signing relies on, and when it ends (aware).

    Attributes:
        role, holder: Vietnamese, for people.
        kind: for machines: "key", "tsa" or "issuer".
        sha256: of the certificate, hex; what machines call it in place of the holder.
    """

    role: str
    holder: str
    not_after: datetime
    kind: str = ""
    sha256: str = ""

    def warning(self, now: datetime) -> Warn | None:
        """Return the loudest warning that is due, None when there is time."""
        left = self.not_after - now
        if left <= timedelta(0):
            return Warn.EXPIRED
        days = (Warn.WEEK, Warn.MONTH, Warn.QUARTER)
        return next((w for w in days if left <= timedelta(days=w)), None)


@dataclass(frozen=True)
class ServiceState:
    """A service that signing needs.

    Attributes:
        kind: "tsa", "revocation" or "keys".
        problem: Vietnamese, "" when nothing is known to be wrong.
    """

    kind: str
    name: str
    problem: str = ""


@dataclass(frozen=True)
class Condition:
    """How signing stands."""

    services: tuple[ServiceState, ...]
    terms: tuple[CertificateTerm, ...]

    def away(self, kind: str) -> bool:
        """Tell whether every service of a kind has a problem."""
        return all(s.problem for s in self.services if s.kind == kind)


class SigningCondition(Protocol):
    """Tells how TSAs, revocation data, keys and certificates stand."""

    def look(self) -> Condition:
        """Return what is known without asking anybody: a page may wait for it."""
        ...

    def refresh(self) -> int:
        """Fetch revocation data ahead; return how much could not be had."""
        ...


def warnings(condition: Condition, now: datetime) -> Sequence[str]:
    """Return what an administrator should read, most urgent first; Vietnamese."""
    return [*_certificates(condition, now), *_services(condition)]


def _services(condition: Condition) -> Iterator[str]:
    for service in condition.services:
        if service.problem:
            yield f"{service.name}: {service.problem}."


def _certificates(condition: Condition, now: datetime) -> Iterator[str]:
    for term in sorted(condition.terms, key=lambda term: term.not_after):
        warning = term.warning(now)
        if warning is None:
            continue
        day = term.not_after.astimezone(VIETNAM).strftime("%d/%m/%Y")
        if warning is Warn.EXPIRED:
            yield (
                f"Chứng thư số {term.role} của {term.holder} đã hết hạn ngày {day}: "
                "không ký được cho đến khi thay."
            )
            continue
        left = ceil((term.not_after - now) / timedelta(days=1))
        act = "Thay ngay" if warning is Warn.WEEK else "Hãy làm thủ tục gia hạn"
        yield (
            f"Chứng thư số {term.role} của {term.holder} còn {left} ngày, hết hạn "
            f"ngày {day}. {act}."
        )
