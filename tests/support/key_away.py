"""A whole service whose signing keys are in other hands, and what its book says."""

from dataclasses import dataclass
from pathlib import Path

from api.services import Services
from certify.clock import SystemClock, vietnamese_day
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Verdict
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers


@dataclass
class OfficeWithKeysAway:
    """Made by a test that moved the keys to a token or a provider."""

    services: Services
    paper: Path

    def approved(self) -> str:
        """A paper compared and confirmed; the attestation's id."""
        (attestation_id,) = compared_papers(self.services, self.paper, 1)
        confirm_shown(self.services, [attestation_id])
        return attestation_id

    def book(self) -> list[tuple[int, str]]:
        """This year's numbers, and the state of each."""
        year = vietnamese_day(SystemClock().now()).year
        authority = self.services.authority_id
        rows = self.services.register.book(authority, DEFAULT_BOOK_KIND, year)
        return [(row.number.number, row.state) for row in rows]

    def verdict(self, attestation_id: str) -> Verdict:
        """What verification says of a released copy."""
        copy = self.services.register.released_attestation(attestation_id)
        assert copy is not None
        with self.services.work_folder() as folder:
            path = folder / "copy.pdf"
            self.services.archive.fetch(copy.newest.stored, path)
            return self.services.verify(path).verdict
