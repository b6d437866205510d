"""The trail of every authority, unbroken from its first row (invariant 7)."""

import json
from collections.abc import Iterator

from certify.auditing.finding import Finding
from certify.auditing.part import EMPTY_HEAD, PAGE, Step
from certify.auditing.ports import AuditedTrail, Link

_BEFORE_ALL = -(1 << 63)  # whoever puts rows in may number them so


class ChainPart:
    """Walks every chain; after a broken link it goes on from the row that is there."""

    name = "chain"
    title = "Nhật ký"

    def __init__(self, *, trail: AuditedTrail) -> None:
        """Take the trail."""
        self._trail = trail

    def count(self) -> int:
        """Count the rows of all chains."""
        return self._trail.count()

    def walk(self, after: str) -> Iterator[Step]:
        """Recompute each link, and look for what it recorded."""
        resumed, sequence, digest = json.loads(after) if after else ("", 0, "")
        for authority_id in self._trail.authorities():
            if authority_id < resumed:
                continue
            if authority_id != resumed:
                sequence, digest = _BEFORE_ALL, EMPTY_HEAD
            while page := self._trail.page(authority_id, sequence, PAGE):
                for link in page:
                    found = tuple(
                        _judge(authority_id, link, max(sequence, 0) + 1, digest)
                    )
                    sequence, digest = link.sequence, link.digest
                    yield Step(json.dumps([authority_id, sequence, digest]), found)


def _judge(
    authority_id: str, link: Link, expected: int, previous: str
) -> Iterator[Finding]:
    subject = f"{authority_id}/{link.sequence}"
    if link.sequence != expected:
        yield Finding("chain.broken", subject, f"thiếu từ dòng {expected}")
    elif link.previous != previous or not link.holds:
        yield Finding("chain.broken", subject)
    if not link.reason_holds:
        yield Finding("chain.reason", subject)
    if link.lost:
        yield Finding("record.lost", subject, link.lost)
