"""Issues the signed lists of a trust folder: the roster and the annulments.

Before a list is issued again, the one that lies there must stand: what somebody else
wrote is never signed by the way.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from api.trust_folder import locked, write_list
from certify.annulment import Annulment, AnnulmentList
from certify.clock import Clock
from certify.errors import InvalidInput, NotFound
from certify.identifiers import new_id
from certify.ports import People, Register
from certify.roster import Roster, RosterEntry, next_head
from certify.signed_list import ListHead, ListKind, Standing, standing_sentence

ROSTER_LIFE = timedelta(days=30)
# TT 01/2020/TT-BTP Đ7 says "at once": a list older than a day proves nothing.
ANNULMENTS_LIFE = timedelta(hours=24)
_PAGE = 500

Sign = Callable[[bytes], bytes]


class FoundList(Protocol):
    """A list as it lies in the folder; see `signing.signed_lists.ReadList`."""

    @property
    def standing(self) -> Standing: ...  # noqa: D102 - the protocol's docstring
    @property
    def content(self) -> Roster | AnnulmentList | None: ...  # noqa: D102 - as above


class TrustPublisher:
    """Writes the lists of one trust folder."""

    def __init__(
        self,
        *,
        trust: Path,
        read: Callable[[ListKind], FoundList],
        sign: Sign,
        seen: Callable[[], Mapping[str, int]],
        clock: Clock,
    ) -> None:
        """Take the folder, its judged reader, and the key behind `sign`.

        `seen`: the highest numbers met; a list that was lost does not start over.
        """
        self._seen = seen
        self._trust = trust
        self._read = read
        self._sign = sign
        self._clock = clock

    def begin(self, entries: Sequence[RosterEntry]) -> Roster:
        """Issue the first roster of a new series."""
        now = self._clock.now()
        head = ListHead(new_id(), 1, now, now + ROSTER_LIFE)
        return self._write_roster(Roster(head, tuple(entries)))

    def roster(self) -> Roster:
        """Return the roster that stands, stale or not.

        Raises:
            InvalidInput: there is none that may be believed.
        """
        found = self._read(ListKind.ROSTER)
        if not found.standing.usable or not isinstance(found.content, Roster):
            raise InvalidInput(
                field="Danh bạ",
                reason=standing_sentence(ListKind.ROSTER, found.standing),
            )
        return found.content

    def issue(self, change: Callable[[Roster], Roster] = lambda r: r) -> Roster:
        """Issue the roster again under the next number, changed by `change`.

        Raises:
            InvalidInput: the one there does not stand, or from `change`.
        """
        with locked(self._trust):
            changed = change(self.roster())
            return self._write_roster(
                changed.next_issue(self._clock.now(), ROSTER_LIFE)
            )

    def sign_as_it_lies(self) -> Roster:
        """Sign the content that lies there, whoever wrote it; a deliberate act.

        Raises:
            InvalidInput: there is none that can be read.
        """
        with locked(self._trust):
            found = self._read(ListKind.ROSTER)
            if not isinstance(found.content, Roster):
                raise InvalidInput(
                    field="Danh bạ",
                    reason=standing_sentence(ListKind.ROSTER, found.standing),
                )
            roster = found.content.next_issue(self._clock.now(), ROSTER_LIFE)
            return self._write_roster(roster)

    def publish_annulments(self, people: People, register: Register) -> AnnulmentList:
        """Issue the list of every annulment of the authorities that are ours.

        Raises:
            InvalidInput: the roster, whose series it belongs to, does not stand.
        """
        with locked(self._trust):
            roster = self.roster()
            ours = _ours(people, {e.authority_id for e in roster.entries})
            entries = [a for id_ in ours for a in all_annulments(register, id_)]
            head = self._next_annulments(roster.head.id)
            made = AnnulmentList(head, frozenset(ours), tuple(entries))
            self._write(ListKind.ANNULMENTS, made.encode())
            return made

    def refresh(self, people: People, register: Register) -> None:
        """Issue again what has passed half its time; what does not stand is left."""
        now = self._clock.now()
        roster = self._read(ListKind.ROSTER)
        if not roster.standing.usable or roster.content is None:
            return
        if _past_half(roster.content.head, now):
            self.issue()
        annulments = self._read(ListKind.ANNULMENTS).content
        if annulments is None or _past_half(annulments.head, now):
            self.publish_annulments(people, register)

    def _next_annulments(self, series: str) -> ListHead:
        now = self._clock.now()
        last = self._read(ListKind.ANNULMENTS).content
        # An unreadable or foreign list does not stop an annulment from being known.
        sequence = last.head.sequence if last and last.head.id == series else 0
        key = f"{ListKind.ANNULMENTS.value}:{series}"
        sequence = max(sequence, self._seen().get(key, 0))
        return next_head(ListHead(series, sequence, now, now), now, ANNULMENTS_LIFE)

    def _write_roster(self, roster: Roster) -> Roster:
        self._write(ListKind.ROSTER, roster.encode())
        return roster

    def _write(self, kind: ListKind, data: bytes) -> None:
        """Write a list and read it as a verifier would; that remembers its number.

        Raises:
            InvalidInput: the manifest does not list our signer.
        """
        write_list(self._trust, kind, data, self._sign(data))
        if self._read(kind).standing is not Standing.GOOD:
            raise InvalidInput(
                field="Khóa ký danh bạ",
                reason="chứng thư của khóa chưa có trong manifest với mục đích roster",
            )


def all_annulments(register: Register, authority_id: str) -> list[Annulment]:
    """Read an authority's annulments to the last."""
    found: list[Annulment] = []
    while True:
        after = found[-1].cursor if found else 0
        page = register.annulments(authority_id, after=after, limit=_PAGE)
        found.extend(page)
        if len(page) < _PAGE:
            return found


def _past_half(head: ListHead, now: datetime) -> bool:
    return now > head.issued_at + (head.next_update - head.issued_at) / 2


def _ours(people: People, authority_ids: set[str]) -> list[str]:
    """Keep the authorities this register knows: of others the list says nothing."""
    known = []
    for authority_id in sorted(authority_ids):
        try:
            known.append(people.authority(authority_id).id)
        except NotFound:
            continue
    return known
