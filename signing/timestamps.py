"""Several TSAs in order: which one stamps what, and what happens when one fails.

The first in order that works stamps both signatures, the next one the archive: a copy
whose tokens come from two authorities outlives the compromise of either. Where only
one works it stamps all three. A TSA that failed is left alone for a while
(`signing.outage`), and the next is asked in its place, for this very token.

A token can only be used if the evidence about its TSA is in the file, and that is
written before the last token is made. So the TSAs of a copy are chosen, proved to
answer and checked for revocation before the number is taken; only they stamp it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import TypeAlias

from cryptography import x509

from certify.errors import CertifyError, TimestampUnavailable
from signing.timestamp import TimestampClient
from signing.timestamp_authority import Refusal, TokenRefusedError
from signing.timestamp_token import Token

TIMESTAMP_SERVICE = "Dịch vụ cấp dấu thời gian"
CALLS_OF_A_COPY = 3
CertificatePath: TypeAlias = tuple[x509.Certificate, ...]
_ENOUGH = 2  # one for the signatures, another one for the archive


@dataclass(frozen=True)
class TsaCondition:
    """What is known of a TSA without asking it.

    Attributes:
        seconds_away: until it may be asked again; 0 now.
        failures: in a row; 0 when it answered last.
    """

    name: str
    seconds_away: float
    failures: int


class Timestamps:
    """The TSAs of this deployment, in the operator's order."""

    def __init__(self, clients: Sequence[TimestampClient]) -> None:
        """Take at least one."""
        if not clients:
            raise ValueError("a copy needs timestamps")
        self._clients = tuple(clients)

    @property
    def clients(self) -> tuple[TimestampClient, ...]:
        """All of them."""
        return self._clients

    def conditions(self) -> tuple[TsaCondition, ...]:
        """Tell how each one is, from memory."""
        return tuple(
            TsaCondition(tsa.name, tsa.seconds_away, tsa.failures)
            for tsa in self._clients
        )

    def ready(self, check: Callable[[CertificatePath], object]) -> "CopyTimestamps":
        """Choose the TSAs of one copy: they answer, may be asked, and pass `check`.

        Args:
            check: raises a CertifyError for a certificate that must not be used.

        Raises:
            TimestampUnavailable: none is left; the copy waits.
            CertifyError: what `check` said, when none is left because of that.
        """
        chosen: dict[TimestampClient, frozenset[CertificatePath]] = {}
        refusals: dict[str, str] = {}
        unfit: CertifyError | None = None
        for tsa in self._clients:
            if _enough(chosen):
                break
            try:
                tsa.prove(lately=not chosen)
                chosen[tsa] = _fit(tsa.paths, check)
            except TokenRefusedError as error:
                refusals[tsa.name] = error.refusal.value
            except CertifyError as error:
                refusals[tsa.name] = Refusal.CERTIFICATE.value
                unfit = unfit or error
        if not chosen and unfit is not None:
            raise unfit
        if _calls_left(chosen) < CALLS_OF_A_COPY:
            refusals |= {tsa.name: Refusal.BUSY.value for tsa in chosen}
            raise unavailable(refusals, self._clients)
        return CopyTimestamps(chosen)

    def stamp(self, imprint: bytes) -> Token:
        """Return one token over a SHA-256 digest, of the first TSA that gives one.

        Raises:
            TimestampUnavailable: none does.
        """
        refusals: dict[str, str] = {}
        for tsa in self._clients:
            try:
                return tsa.stamp(imprint)
            except TokenRefusedError as error:
                refusals[tsa.name] = error.refusal.value
        raise unavailable(refusals, self._clients)

    def close(self) -> None:
        """Close all connections."""
        for tsa in self._clients:
            tsa.close()


class CopyTimestamps:
    """The chosen TSAs of one copy; its tokens never go back in time. Used once."""

    def __init__(
        self, chosen: Mapping[TimestampClient, frozenset[CertificatePath]]
    ) -> None:
        """Made by `Timestamps.ready`: the TSAs and their certificates to be used."""
        self._fit = dict(chosen)
        self._chosen = tuple(chosen)
        self._latest: datetime | None = None
        self._signature_tsa = self._chosen[0]

    @property
    def paths(self) -> tuple[CertificatePath, ...]:
        """Certificate paths of all that may stamp: the evidence must cover them."""
        return tuple(dict.fromkeys(p for paths in self._fit.values() for p in paths))

    def for_signature(self, imprint: bytes) -> Token:
        """Return a token over a signature value's digest.

        Raises:
            TimestampUnavailable: none gave a usable one.
        """
        token, self._signature_tsa = self._stamp(imprint, self._chosen)
        return token

    def for_archive(self, imprint: bytes) -> Token:
        """Return the archive's token, of another TSA than the seal's if one works.

        Raises:
            TimestampUnavailable: none gave a usable one.
        """
        others = [tsa for tsa in self._chosen if tsa is not self._signature_tsa]
        token, _ = self._stamp(imprint, (*others, self._signature_tsa))
        return token

    def _stamp(
        self, imprint: bytes, order: Sequence[TimestampClient]
    ) -> tuple[Token, TimestampClient]:
        refusals: dict[str, str] = {}
        for _ in range(max(tsa.settings.tries for tsa in order)):
            for tsa in order:
                try:
                    token = tsa.stamp(imprint, after=self._latest)
                except TokenRefusedError as error:
                    if error.refusal is not Refusal.RESTING or tsa.name not in refusals:
                        refusals[tsa.name] = error.refusal.value
                    continue
                if token.path not in self._fit[tsa]:  # a new one: no evidence yet
                    refusals[tsa.name] = Refusal.CERTIFICATE.value
                    continue
                self._latest = token.time
                return token, tsa
        raise unavailable(refusals, order)


def unavailable(
    refusals: Mapping[str, str], clients: Sequence[TimestampClient]
) -> TimestampUnavailable:
    """Say of each TSA what is wrong, and when it is worth asking again."""
    reason = "; ".join(f"{name} {what}" for name, what in refusals.items())
    return TimestampUnavailable(
        service=TIMESTAMP_SERVICE,
        reason=reason,
        wait_seconds=ceil(min(tsa.seconds_away for tsa in clients)),
    )


def _fit(
    paths: Sequence[CertificatePath], check: Callable[[CertificatePath], object]
) -> frozenset[CertificatePath]:
    """Return the paths that pass; raises what `check` said when none does."""
    fit = []
    refused: CertifyError | None = None
    for path in paths:
        try:
            check(path)
        except CertifyError as error:
            refused = error
        else:
            fit.append(path)
    if not fit and refused is not None:
        raise refused
    return frozenset(fit)


def _enough(chosen: Collection[TimestampClient]) -> bool:
    return len(chosen) >= _ENOUGH and _calls_left(chosen) >= CALLS_OF_A_COPY


def _calls_left(chosen: Collection[TimestampClient]) -> int:
    return sum(tsa.calls_left(CALLS_OF_A_COPY) for tsa in chosen)
