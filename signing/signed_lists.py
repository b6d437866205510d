"""Reads the signed lists of a trust folder and says what each is worth.

A list counts only when the certificate that signed it stands in the manifest for the
purpose "roster" and is trusted now. It is a pin, not a path: a signatory's certificate
of the same CA signs no roster. To end a signer, end its line in the manifest.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from certify.annulment import AnnulmentList, decode_annulments
from certify.clock import Clock
from certify.lists import UNKNOWN, SignedLists
from certify.roster import Roster, decode_roster
from certify.signed_list import ListKind, Standing, standing_sentence
from certify.trust import ManifestError, Purpose
from signing.detached import SignatureRefusedError, verify_detached
from signing.trust import MANIFEST, TrustStore, load_trust_store

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class ReadList:
    """One list as it was found.

    Attributes:
        content: set whenever it could be read, also when it must not be used.
    """

    standing: Standing
    content: Roster | AnnulmentList | None = None


def list_files(folder: Path, kind: ListKind) -> tuple[Path, Path]:
    """Return where a list and its signature lie."""
    return folder / f"{kind.value}.json", folder / f"{kind.value}.p7s"


def read_list(
    folder: Path,
    kind: ListKind,
    store: TrustStore,
    now: datetime,
    seen: Mapping[str, int],
) -> ReadList:
    """Read a list and judge it.

    Args:
        folder: the trust folder.
        kind: which list.
        store: the folder's anchors.
        now: aware.
        seen: highest sequence number met so far, by "<kind>:<id>".
    """
    file, signature = list_files(folder, kind)
    if not file.is_file():
        return ReadList(Standing.ABSENT)
    try:
        data = _bounded(file)
        content = _decode(kind, data)
        signed = _bounded(signature) if signature.is_file() else b""
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ReadList(Standing.UNREADABLE)
    head = content.head
    if not signed:
        standing = Standing.UNSIGNED
    elif not _signed_by_a_pin(data, signed, store, now):
        standing = Standing.BAD_SIGNATURE
    elif head.sequence < seen.get(seen_key(kind, content), 0):
        standing = Standing.ROLLED_BACK
    elif not head.issued_at <= now <= head.next_update:
        standing = Standing.STALE
    else:
        standing = Standing.GOOD
    return ReadList(standing, content)


def _bounded(file: Path) -> bytes:
    """Read a file that is no larger than a list may be; raises ValueError."""
    if file.stat().st_size > MAX_BYTES:
        raise ValueError("too large")
    return file.read_bytes()


def _decode(kind: ListKind, data: bytes) -> Roster | AnnulmentList:
    match kind:
        case ListKind.ROSTER:
            return decode_roster(data)
        case ListKind.ANNULMENTS:
            return decode_annulments(data)


def seen_key(kind: ListKind, content: Roster | AnnulmentList) -> str:
    """Name the series a list belongs to."""
    return f"{kind.value}:{content.head.id}"


def _signed_by_a_pin(
    data: bytes, signature: bytes, store: TrustStore, now: datetime
) -> bool:
    try:
        signer = verify_detached(data, signature)
    except SignatureRefusedError:
        return False
    return any(
        signer == t.certificate
        and Purpose.ROSTER in t.anchor.purposes
        and t.anchor.covers(now)
        for t in store.trusted
    )


def as_lists(roster: ReadList, annulments: ReadList) -> SignedLists:
    """Keep what may be believed, and say what may not."""
    entries = _usable(roster)
    annulled = _usable(annulments)
    roster_problems = _problems(ListKind.ROSTER, roster.standing)
    annulment_problems = _problems(ListKind.ANNULMENTS, annulments.standing)
    of_one_series = (
        isinstance(entries, Roster)
        and isinstance(annulled, AnnulmentList)
        and entries.head.id == annulled.head.id
    )
    if annulled is not None and entries is not None and not of_one_series:
        annulled, annulment_problems = None, (UNKNOWN,)
    return SignedLists(
        roster=entries.entries if isinstance(entries, Roster) else (),
        roster_problems=roster_problems,
        annulments=annulled if isinstance(annulled, AnnulmentList) else None,
        annulment_problems=annulment_problems,
        roster_head=entries.head if entries is not None else None,
    )


def _usable(found: ReadList) -> Roster | AnnulmentList | None:
    return found.content if found.standing.usable else None


def _problems(kind: ListKind, standing: Standing) -> tuple[str, ...]:
    return () if standing is Standing.GOOD else (standing_sentence(kind, standing),)


class Seen(Protocol):
    """Remembers the highest sequence number of every list."""

    def highest(self) -> Mapping[str, int]:
        """Return the numbers by `seen_key`."""
        ...

    def remember(self, key: str, sequence: int) -> None:
        """Keep a number if it is higher."""
        ...


class FolderLists:
    """The signed lists of one folder, as they are now. Safe to use from threads."""

    def __init__(self, folder: Path, *, clock: Clock, seen: Seen | None = None) -> None:
        """Take the folder; without `seen` nobody notices an older list."""
        self._folder = folder
        self._clock = clock
        self._seen = seen
        self._cached: tuple[tuple[object, ...], SignedLists] | None = None

    def __call__(self) -> SignedLists:
        """Return what may be believed now."""
        now = self._clock.now()
        identity = (now.replace(second=0, microsecond=0), *self._identities())
        cached = self._cached
        if cached is not None and cached[0] == identity:
            return cached[1]
        roster, annulments = (self.read(kind) for kind in ListKind)
        lists = replace(
            as_lists(roster, annulments), manifest_sha256=self._manifest_sha256()
        )
        self._cached = (identity, lists)
        return lists

    def store(self) -> TrustStore:
        """Return the folder's anchors with what is wrong with them.

        Raises:
            ManifestError: not a trust folder.
        """
        return load_trust_store(self._folder, self._clock.now())

    def read(self, kind: ListKind) -> ReadList:
        """Read and judge one list; remember its number if it is good."""
        seen = self._seen.highest() if self._seen else {}
        try:
            store = self.store()
        except ManifestError:
            store = TrustStore((), ())
        found = read_list(self._folder, kind, store, self._clock.now(), seen)
        if self._seen and found.standing.usable and found.content is not None:
            self._seen.remember(
                seen_key(kind, found.content), found.content.head.sequence
            )
        return found

    def _manifest_sha256(self) -> str:
        try:
            return hashlib.sha256((self._folder / MANIFEST).read_bytes()).hexdigest()
        except OSError:
            return ""

    def _identities(self) -> Iterator[object]:
        """Tell files apart by more than their names, to notice any that changed."""
        files = [self._folder / MANIFEST]
        files += [f for kind in ListKind for f in list_files(self._folder, kind)]
        for file in files:
            try:
                status = file.stat()
                yield (status.st_ino, status.st_size, status.st_mtime_ns)
            except OSError:
                yield None
