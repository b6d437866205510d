"""Reads the signed lists of a trust folder and says what each is worth.

A list counts only when the certificate that signed it stands in the manifest for the
purpose "roster" and is trusted now. It is a pin, not a path: a signatory's certificate of
the same CA signs no roster. To end a signer, end its line in the manifest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certify.annulment import AnnulmentList, decode_annulments
from certify.lists import UNKNOWN, SignedLists
from certify.roster import Roster, decode_roster
from certify.signed_list import ListKind, Standing, standing_sentence
from certify.trust import Purpose
from signing.detached import SignatureRefusedError, verify_detached
from signing.trust import TrustStore

MAX_BYTES = 64 * 1024 * 1024
_DECODERS = {ListKind.ROSTER: decode_roster, ListKind.ANNULMENTS: decode_annulments}


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
        if file.stat().st_size > MAX_BYTES:
            return ReadList(Standing.UNREADABLE)
        data = file.read_bytes()
        content = _DECODERS[kind](data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ReadList(Standing.UNREADABLE)
    if not signature.is_file():
        return ReadList(Standing.UNSIGNED, content)
    if not _signed_by_a_pin(data, signature.read_bytes(), store, now):
        return ReadList(Standing.BAD_SIGNATURE, content)
    if content.head.sequence < seen.get(seen_key(kind, content), 0):
        return ReadList(Standing.ROLLED_BACK, content)
    stale = not content.head.issued_at <= now <= content.head.next_update
    return ReadList(Standing.STALE if stale else Standing.GOOD, content)


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
    )


def _usable(found: ReadList) -> Roster | AnnulmentList | None:
    return found.content if found.standing.usable else None


def _problems(kind: ListKind, standing: Standing) -> tuple[str, ...]:
    return () if standing is Standing.GOOD else (standing_sentence(kind, standing),)
