"""Was this paper certified before? What the desk may be told.

It informs and never stops: a citizen may have the same paper certified as often as he
likes (NĐ 23/2015/NĐ-CP Đ20 k.3 gives each time a number of its own), so the officer is
shown what there is and decides. Of another authority's work only that there is some:
neither which, nor when, nor for whom.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Likeness(StrEnum):
    """SAME: the very same page images. NEAR: another scan of the same paper."""

    SAME = "same"
    NEAR = "near"


@dataclass(frozen=True)
class KnownCopy:
    """A copy of the own authority, released before.

    Attributes:
        original_id: whose page at the desk shows it.
        attested_at: the printed time.
    """

    likeness: Likeness
    original_id: str
    attestation_id: str
    shown_number: str
    attested_at: datetime


@dataclass(frozen=True)
class Known:
    """What is known of a paper.

    Attributes:
        own: newest first, at most `MOST_SHOWN`.
        elsewhere: how alike at best a paper of another authority is; None: none.
    """

    own: tuple[KnownCopy, ...] = ()
    elsewhere: Likeness | None = None


MOST_SHOWN = 5
