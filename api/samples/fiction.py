"""People and places that do not exist, drawn from a seeded stream."""

from dataclasses import dataclass

import numpy as np

PROVINCE = "Sơn Lam"
COMMUNE = "Suối Ngàn"
MARK = "MẪU THỬ NGHIỆM"

_FAMILY = ("Nguyễn", "Trần", "Lò", "Vàng", "Phạm", "Hoàng", "Lý", "Giàng", "Bùi")
_FEMALE = ("Thị Ngọc", "Thị Thùy", "Thị Bích", "Thị Kiều", "Thị Mỹ")
_FEMALE_GIVEN = ("Diệp", "Hường", "Nguyệt", "Quỳnh", "Thảo", "Uyển", "Yến")
_MALE = ("Văn", "Đức", "Quốc", "Hữu", "Minh")
_MALE_GIVEN = ("Đạt", "Hưởng", "Khải", "Nghĩa", "Thắng", "Tuấn", "Vững")


@dataclass(frozen=True)
class Person:
    """A made-up person; `born` as a paper prints it."""

    name: str
    born: str
    female: bool

    @property
    def gender(self) -> str:
        """As a form wants it."""
        return "Nữ" if self.female else "Nam"


class Fiction:
    """Invents people; the same stream gives the same people in the same order."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw from `rng`."""
        self._rng = rng

    def person(
        self, years: tuple[int, int], *, female: bool, family: str = ""
    ) -> Person:
        """Invent somebody born between two years, both included."""
        middle = self._one(_FEMALE if female else _MALE)
        given = self._one(_FEMALE_GIVEN if female else _MALE_GIVEN)
        day, month = self.number(1, 28), self.number(1, 12)
        born = f"{day:02}/{month:02}/{self.number(*years)}"
        name = f"{family or self._one(_FAMILY)} {middle} {given}"
        return Person(name, born, female)

    def number(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self._rng.integers(low, high + 1))

    def mark(self) -> float:
        """Draw a school mark between 5.8 and 9.2."""
        return self.number(58, 92) / 10

    def _one(self, choices: tuple[str, ...]) -> str:
        return choices[self.number(0, len(choices) - 1)]
