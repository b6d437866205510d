"""A book is closed when its Vietnamese year is over (NĐ 23/2015 Đ13 k.2)."""

from collections.abc import Sequence

from certify.clock import Clock, vietnamese_day
from certify.numbering import DEFAULT_BOOK_KIND
from certify.permission import check_mandate
from certify.ports import People, Register
from certify.void import decided


class CloseYear:
    """Closes an authority's book of a past year."""

    def __init__(
        self,
        *,
        people: People,
        register: Register,
        clock: Clock,
        book_kind: str = DEFAULT_BOOK_KIND,
    ) -> None:
        """Take the collaborators."""
        self._people = people
        self._register = register
        self._clock = clock
        self._book_kind = book_kind

    def __call__(self, signatory_id: str, year: int, decision: str) -> Sequence[str]:
        """Close the book; numbers still reserved in it become void.

        Their attestations stay confirmed and take a number of the new year.

        Returns:
            The ids of those attestations.

        Raises:
            InvalidInput: the decision is empty, too long or unprintable.
            MandateInvalid: this person may not decide for the authority today.
            WrongState: the year is not over, or its book is closed.
            LeaseHeld: a copy with a number of that book is being made.
        """
        signatory = self._people.signatory(signatory_id)
        now = self._clock.now()
        authority = self._people.authority(signatory.authority_id)
        check_mandate(signatory, authority, vietnamese_day(now))
        act = decided(signatory, "book.close", decision)
        return self._register.close_year(authority.id, self._book_kind, year, act, now)
