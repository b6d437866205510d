"""Every number of every book, from 1 to the last (invariant 1).

Each is held by exactly one thing: a row that is reserved, complete or void, a copy
that came back from the archive, or the list of numbers that a restore left free.
"""

import json
from collections.abc import Iterator, Sequence

from certify.attestation import IssuanceStep
from certify.auditing.finding import Finding
from certify.auditing.part import PAGE, Step
from certify.auditing.ports import AuditedBooks, BookFacts, BookKey, Holder

_AT_WORK = (IssuanceStep.RESERVED.value, IssuanceStep.INTENDED.value)


class NumbersPart:
    """Walks all books."""

    name = "numbers"
    title = "Số chứng thực"

    def __init__(self, *, books: AuditedBooks) -> None:
        """Take the books."""
        self._books = books

    def count(self) -> int:
        """Count all numbers, and the books."""
        return sum(1 + _end(book) for book in self._books.books())

    def walk(self, after: str) -> Iterator[Step]:
        """Account for each number; a book itself stands before its first one."""
        resumed, number = BookKey("", "", 0), -1
        if after:
            *key, number = json.loads(after)
            resumed = BookKey(*key)
        for book in self._books.books():
            if book.key < resumed:
                continue
            begin = number + 1 if book.key == resumed else 0
            yield from self._walk_book(book, begin)

    def _walk_book(self, book: BookFacts, begin: int) -> Iterator[Step]:
        if begin == 0:
            yield Step(_position(book.key, 0), tuple(_judge_book(book)))
        for first in range(max(begin, 1), _end(book) + 1, PAGE):
            last = min(first + PAGE - 1, _end(book))
            holders = self._books.holders(book.key, first, last)
            for number in range(first, last + 1):
                found = tuple(_judge(book, number, holders.get(number, ())))
                yield Step(_position(book.key, number), found)


def _position(key: BookKey, number: int) -> str:
    return json.dumps([key.authority_id, key.kind, key.year, number])


def _end(book: BookFacts) -> int:
    return max(book.last_number or 0, book.highest)


def _judge_book(book: BookFacts) -> Iterator[Finding]:
    if book.last_number is None:
        yield Finding("book.counter", str(book.key))
    if book.lowest < 1:
        yield Finding("number.beyond", f"{book.key}/{book.lowest}")
    if book.closed_by_trail and not book.is_closed:
        yield Finding("book.reopened", str(book.key))
    if book.is_closed and not book.closed_by_trail:
        yield Finding("book.closed", str(book.key))


def _judge(
    book: BookFacts, number: int, holders: Sequence[Holder]
) -> Iterator[Finding]:
    subject = f"{book.key}/{number}"
    if not holders:
        yield Finding("number.missing", subject)
    if len(holders) > 1:
        yield Finding("number.duplicate", subject)
    if holders and book.last_number is not None and number > book.last_number:
        yield Finding("number.beyond", subject)
    for holder in holders:
        for code in _problems(book, holder):
            yield Finding(code, subject)
        for sha256 in holder.lost_files:
            yield Finding("number.no_edition", subject, sha256)


def _problems(book: BookFacts, holder: Holder) -> Iterator[str]:
    if holder.state == "free":
        return
    if not holder.is_witnessed:
        yield "chain.cut"
    if holder.state != holder.state_by_trail:
        yield "number.state"
        return
    if holder.state == "reserved" and (book.is_closed or holder.step not in _AT_WORK):
        yield "number.unfinished"
    if holder.state == "void" and not holder.is_decided:
        yield "number.undecided"
    if holder.state == "complete" and holder.step not in ("", IssuanceStep.RELEASED):
        yield "number.unfinished"
    if not holder.row_holds:
        yield "number.row"
