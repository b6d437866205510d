"""Which version of a key is ours: the one that was written first.

Object lock keeps versions, not keys: whoever may write can put a newer version over a
locked one, or a delete marker. Both leave the first version as it was, and it alone
can be what this service wrote and registered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """What a version is to us."""

    FIRST = "first"
    NEWER = "newer"
    DELETE_MARKER = "delete_marker"


@dataclass(frozen=True)
class Version:
    """One entry of a listing.

    Attributes:
        size_bytes: 0 for a delete marker.
    """

    key: str
    id: str
    size_bytes: int
    is_delete_marker: bool = False


def judged(versions: Iterable[Version]) -> Iterator[tuple[Version, Standing]]:
    """Tell the standing of each version, with constant memory.

    Args:
        versions: by key, and of one key the newest first (S3 ListObjectVersions);
            delete markers may stand anywhere, as the SDK lists them apart.
    """
    last: Version | None = None
    for version in versions:
        if version.is_delete_marker:
            yield version, Standing.DELETE_MARKER
            continue
        if last is not None:
            same = last.key == version.key
            yield last, Standing.NEWER if same else Standing.FIRST
        last = version
    if last is not None:
        yield last, Standing.FIRST
