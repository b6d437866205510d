"""Inspections of a few minutes ago, for the same bytes under the same circumstances.

Only what was read from a file is kept, never what it is worth: the register, the
roster and the annulments are asked anew each time. The key is the digest that *this*
process took of the file, over everything an inspection rests on: the trust folder's
content and the revocation lists. What a child says about one file therefore never
answers for another, nor under another trust.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from certify.clock import Clock
from certify.inspection import Indication, Inspection
from certify.trust import Anchor, ManifestError, parse_manifest
from signing.trust import MANIFEST

LIFE = timedelta(minutes=5)
ENTRIES = 256
_CHARACTERS = 64 * 1024  # of one inspection; a hostile child may answer megabytes


@dataclass(frozen=True)
class Circumstances:
    """What the inspection of any file rests on now.

    Attributes:
        digest: SHA-256 over the trust folder's content and the revocation lists.
        until: when something of it changes by itself: a list is due, or an anchor's
            time begins or ends.
    """

    digest: bytes
    until: datetime


class InspectionMemory:
    """A bounded memory of one process. Safe for several threads."""

    def __init__(self, *, clock: Clock, entries: int = ENTRIES) -> None:
        """Remember nothing yet; the entry used longest ago is forgotten first."""
        self._clock = clock
        self._entries = entries
        self._kept: OrderedDict[
            tuple[str, bytes], tuple[datetime, datetime, Inspection]
        ] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, sha256: str, under: Circumstances) -> Inspection | None:
        """Return what was read from these bytes, None when it must be read again."""
        key, now = (sha256, under.digest), self._clock.now()
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            begin, end, inspection = found
            if not begin <= now < end:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return inspection

    def keep(self, sha256: str, under: Circumstances, inspection: Inspection) -> None:
        """Keep an inspection that came to an end with every signature judged."""
        now = self._clock.now()
        until = min(now + LIFE, under.until)
        if until <= now or not _is_final(inspection):
            return
        if len(repr(inspection)) > _CHARACTERS:
            return
        with self._lock:
            self._kept[sha256, under.digest] = (now, until, inspection)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)


def _is_final(inspection: Inspection) -> bool:
    """Nothing that more time or more data could change."""
    return not inspection.problem and not any(
        facts.indication is Indication.INDETERMINATE for facts in inspection.signatures
    )


def circumstances(
    trust: Path, lists: Sequence[bytes], now: datetime
) -> Circumstances | None:
    """Tell what inspections rest on; None when nothing may be remembered.

    Args:
        trust: the folder.
        lists: revocation lists (DER) that the parent fetched.
        now: aware.
    """
    state = hashlib.sha256()
    try:
        anchors = parse_manifest((trust / MANIFEST).read_text("utf-8"))
        for file in (trust / MANIFEST, *(trust / a.file for a in anchors)):
            state.update(hashlib.sha256(file.read_bytes()).digest())
        for data in lists:
            state.update(hashlib.sha256(data).digest())
        dues = [*_dues(lists), *(m for a in anchors for m in _bounds(a))]
    except (OSError, ValueError, ManifestError):
        return None
    later = [due for due in dues if due > now]
    return Circumstances(state.digest(), min(later, default=now + LIFE))


def _dues(lists: Sequence[bytes]) -> Iterator[datetime]:
    for data in lists:
        due = x509.load_der_x509_crl(data).next_update_utc
        if due is None:
            raise ValueError("a list that does not say when it is due")
        yield due


def _bounds(anchor: Anchor) -> Iterator[datetime]:
    yield anchor.valid_from
    if anchor.valid_to is not None:
        yield anchor.valid_to
