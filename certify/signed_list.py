"""Lists that travel with their signature: the roster and the annulments.

A list is one canonical JSON object (certify.canonical_json) in one file, and a detached
CMS signature in the file beside it. Both kinds have the same head: who issued it, its
sequence number, when it was issued and when the next one is due.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certify.canonical_json import canonical_json
from certify.trust import read_moment


class ListKind(StrEnum):
    """The file's stem and, with a version, the value of "type"."""

    ROSTER = "roster"
    ANNULMENTS = "annulments"

    @property
    def type(self) -> str:
        """What the JSON calls itself."""
        return {"roster": "roster/2", "annulments": "annulments/1"}[self.value]


class Standing(StrEnum):
    """What a list is worth. Only GOOD and STALE are read further."""

    GOOD = "good"
    STALE = "stale"
    ABSENT = "absent"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"
    ROLLED_BACK = "rolled_back"
    UNREADABLE = "unreadable"

    @property
    def usable(self) -> bool:
        """A stale list still says who was who, but not what is new."""
        return self in {Standing.GOOD, Standing.STALE}


_WORDS = {ListKind.ROSTER: "danh bạ cơ quan", ListKind.ANNULMENTS: "danh sách hủy bỏ"}
_SENTENCES = {
    Standing.STALE: "{what} đã quá hạn cập nhật, hãy lấy bản mới",
    Standing.ABSENT: "không có {what}",
    Standing.UNSIGNED: "{what} không có chữ ký nên không được dùng",
    Standing.BAD_SIGNATURE: "chữ ký của {what} không đúng nên không được dùng",
    Standing.ROLLED_BACK: "{what} cũ hơn bản đã thấy trước đây nên không được dùng",
    Standing.UNREADABLE: "{what} không đọc được nên không được dùng",
}


def standing_sentence(kind: ListKind, standing: Standing) -> str:
    """Say in Vietnamese what a standing other than GOOD means."""
    return _SENTENCES[standing].format(what=_WORDS[kind])


@dataclass(frozen=True)
class ListHead:
    """Attributes of every list.

    Attributes:
        id: of the series of lists; the sequence grows inside it.
        next_update: after it the list is stale; times are aware.
    """

    id: str
    sequence: int
    issued_at: datetime
    next_update: datetime

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": self.id,
            "sequence": self.sequence,
            "issued_at": self.issued_at.isoformat(),
            "next_update": self.next_update.isoformat(),
        }


def encode_list(
    kind: ListKind,
    head: ListHead,
    entries: list[dict[str, Any]],
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the bytes that are signed; `more` are members of this kind alone."""
    value = {**(more or {}), "type": kind.type, **head.to_json(), "entries": entries}
    return (canonical_json(value) + "\n").encode()


def decode_list(kind: ListKind, data: bytes) -> tuple[ListHead, dict[str, Any]]:
    """Read a list back: its head, and the whole object.

    Raises:
        ValueError, KeyError, TypeError: not exactly a list of this kind.
    """
    value = json.loads(data)
    if (canonical_json(value) + "\n").encode() != data:
        raise ValueError("not canonical")
    if value["type"] != kind.type or not isinstance(value["sequence"], int):
        raise ValueError("another kind of list")
    head = ListHead(
        id=str(value["id"]),
        sequence=value["sequence"],
        issued_at=read_moment(value["issued_at"]),
        next_update=read_moment(value["next_update"], end=True),
    )
    return head, value
