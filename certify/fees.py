"""The fee of a copy and of a visit: a dated tariff, counted on pages of originals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Tariff:
    """TT 226/2016/TT-BTC Đ4: per page of the original, capped per copy; in đồng."""

    effective_from: date
    first_pages: int
    first_page_dong: int
    further_page_dong: int
    cap_dong: int
    citation: str

    def fee(self, pages: int, copies: int = 1) -> int:
        """Fee in đồng for `copies` copies of an original of `pages` pages."""
        first = min(pages, self.first_pages) * self.first_page_dong
        further = max(pages - self.first_pages, 0) * self.further_page_dong
        return copies * min(first + further, self.cap_dong)


TARIFFS: tuple[Tariff, ...] = (
    Tariff(
        effective_from=date(2017, 1, 1),
        first_pages=2,
        first_page_dong=2_000,
        further_page_dong=1_000,
        cap_dong=200_000,
        citation="TT 226/2016/TT-BTC Đ4",
    ),
)


def tariff_in_force(day: date) -> Tariff:
    """Return the newest tariff effective on a Vietnamese day.

    Raises:
        LookupError: no tariff is effective yet on that day.
    """
    effective = [t for t in TARIFFS if t.effective_from <= day]
    if not effective:
        raise LookupError(f"no tariff in force on {day}")
    return max(effective, key=lambda t: t.effective_from)


@dataclass(frozen=True)
class CaseFee:
    """What a visit costs, as far as it is known.

    Attributes:
        dong: sum over the papers already compared with their originals.
        papers: how many papers are in `dong`.
        final: every paper of the visit is confirmed by the signatory; the amount
            is what the book rows say.
    """

    dong: int
    papers: int
    final: bool


def case_fee(confirmed: Sequence[int], expected: Sequence[int], papers: int) -> CaseFee:
    """Sum up a visit of `papers` papers.

    Args:
        confirmed: fees in đồng of the authorised statements.
        expected: fees in đồng of papers that are compared but not confirmed.
        papers: papers of the visit, those without a fee yet included.
    """
    return CaseFee(
        dong=sum(confirmed) + sum(expected),
        papers=len(confirmed) + len(expected),
        final=len(confirmed) == papers > 0,
    )
