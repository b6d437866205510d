"""Register numbers: how they are formed and shown (NĐ 23/2015 Đ13 k.2).

Allocation itself is the register's (`ports.Register.reserve`): gapless per
(authority, book kind, year), starting at 1. The electronic book has its own sequence
(CV 614/HTQTCT-CT): an electronic copy never takes a number of the paper book.
"""

from dataclasses import dataclass

# Suffix and display are not fixed by any text read (domain §3): settings with a
# dated default, unconfirmed, 2026-11-22.
DEFAULT_BOOK_KIND = "SCTĐT/BS"
DEFAULT_NUMBER_TEMPLATE = "{number:02d}, quyển {volume:02d}/{year}-{kind}"


@dataclass(frozen=True)
class RegisterNumber:
    """A number in a book (số chứng thực).

    Attributes:
        kind: type code of the book, e.g. "SCTĐT/BS".
        year: Vietnamese calendar year of the book.
        volume: quyển, from 1.
    """

    authority_id: str
    kind: str
    year: int
    volume: int
    number: int

    def show(self, template: str = DEFAULT_NUMBER_TEMPLATE) -> str:
        """Return the number as printed, e.g. "01, quyển 01/2026-SCTĐT/BS"."""
        return template.format(
            number=self.number, volume=self.volume, year=self.year, kind=self.kind
        )

    @property
    def book(self) -> str:
        """Book as printed in the lời chứng, e.g. "01/2026-SCTĐT/BS"."""
        return f"{self.volume:02d}/{self.year}-{self.kind}"
