"""How long the archive timestamp of an edition protects it (ETSI EN 319 102-1 §5.6.3).

It does so while its TSA's certificate and everything above it is valid and no
algorithm in it is broken. The first is read from the file once and kept beside the
edition; the second changes with what is published about algorithms, so only their names
are kept, and the table of their ends is data (`sunsets.json`, or the operator's file).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any

from certify.clock import VIETNAM
from certify.errors import InvalidInput
from certify.inspection import Inspection

_DEFAULT = "sunsets.json"
_ENDLESS = datetime.max.replace(tzinfo=UTC)
_FIELD = "Bảng thời hạn thuật toán"


@dataclass(frozen=True)
class Protection:
    """What the newest archive timestamp of a file rests on.

    Attributes:
        until: aware; the first moment at which a certificate from the TSA's up to its
            root is no longer valid.
        algorithms: names such as "sha256", "rsa-2048", "ec-256"; sorted.
    """

    until: datetime
    algorithms: tuple[str, ...]


@dataclass(frozen=True)
class Sunset:
    """From when on an algorithm must not be relied upon.

    Attributes:
        algorithm: a whole name ("sha1"), or a family ("rsa", "ec") with `below_bits`.
        last_day: the last Vietnamese day on which it counts.
        source: document and date, for whoever has to confirm it.
    """

    algorithm: str
    last_day: date
    source: str
    below_bits: int | None = None

    def concerns(self, name: str) -> bool:
        """Tell whether an algorithm of this name is meant."""
        family, _, bits = name.partition("-")
        if self.below_bits is None:
            return name == self.algorithm
        return family == self.algorithm and int(bits) < self.below_bits

    @property
    def end(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.last_day, time.max, VIETNAM).astimezone(UTC)


class Sunsets:
    """The dated table of algorithms that end."""

    def __init__(self, rows: Iterable[Sunset] = ()) -> None:
        """Take the rows; an algorithm without one has no end known."""
        self._rows = tuple(rows)

    def end_of(self, algorithms: Collection[str]) -> datetime:
        """Return when the first of these algorithms ends; the far future if none."""
        ends = [
            row.end for row in self._rows for name in algorithms if row.concerns(name)
        ]
        return min(ends, default=_ENDLESS)

    def end_of_protection(self, protection: Protection) -> datetime:
        """Return when an edition must have been renewed at the latest."""
        return min(protection.until, self.end_of(protection.algorithms))


def protection_of(inspection: Inspection) -> Protection | None:
    """Return what an inspected file's archive timestamp rests on; None if unknown."""
    if inspection.protected_until is None:
        return None
    return Protection(
        datetime.fromisoformat(inspection.protected_until), inspection.algorithms
    )


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same time of day, months later; the 31st becomes a month's last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("unreachable")


def load_sunsets(file: Path | None = None) -> Sunsets:
    """Read the table: the operator's file, or the one that comes with the program.

    Raises:
        InvalidInput: it cannot be read, or a row is unusable.
    """
    try:
        source = file or files(__package__).joinpath(_DEFAULT)
        rows = json.loads(source.read_text(encoding="utf-8"))["sunsets"]
        return Sunsets(_rows(rows))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            field=_FIELD, reason="không đọc được tệp, hoặc có dòng không đúng mẫu"
        ) from error


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterable[Sunset]:
    for row in rows:
        bits = row.get("below_bits")
        yield Sunset(
            algorithm=str(row["algorithm"]),
            last_day=date.fromisoformat(row["last_day"]),
            source=str(row["source"]),
            below_bits=None if bits is None else int(bits),
        )
