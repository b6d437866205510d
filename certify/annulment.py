"""Annulment (hủy bỏ giá trị pháp lý): TT 01/2020/TT-BTP Điều 7.

A wrongly certified copy has no legal value; the Chairman decides so, and the decision
is published on the provincial portal at once. Nothing is deleted: number, book row,
file and trail stay, and every check says what was decided.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from certify.signed_list import ListHead, ListKind, decode_list, encode_list
from certify.trust import read_moment


@dataclass(frozen=True)
class Decision:
    """What the Chairman decided.

    Attributes:
        number: of the decision, e.g. "12/QĐ-UBND".
        decided_on: its Vietnamese date.
        reason: shown to every verifier; never personal data.
    """

    number: str
    decided_on: date
    reason: str


@dataclass(frozen=True)
class Annulment:
    """An annulled copy, as published.

    Attributes:
        cursor: grows with every annulment of an authority; for the feed.
        code: the copy's verification code.
        shown_number: the register number as printed.
        annulled_at: when it was recorded and took effect, aware UTC.
    """

    attestation_id: str
    authority_id: str
    authority_name: str
    code: str
    shown_number: str
    decision: Decision
    annulled_at: datetime
    cursor: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; none of them personal."""
        return {
            **asdict(self),
            "decision": {
                **asdict(self.decision),
                "decided_on": self.decision.decided_on.isoformat(),
            },
            "annulled_at": self.annulled_at.isoformat(),
        }

    @property
    def sentence(self) -> str:
        """Say in Vietnamese what was decided, when and why."""
        decision = self.decision
        day = decision.decided_on.strftime("%d/%m/%Y")
        return (
            f"đã bị hủy bỏ giá trị pháp lý theo quyết định số {decision.number} ngày "
            f"{day} của Chủ tịch {self.authority_name}; lý do: {decision.reason}"
        )


@dataclass(frozen=True)
class AnnulmentList:
    """One signed issue of the annulments, for verifiers without the register.

    Attributes:
        authorities: whose annulments are all in it; of others it says nothing.
    """

    head: ListHead
    authorities: frozenset[str]
    entries: tuple[Annulment, ...]

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        rows = [entry.to_json() for entry in self.entries]
        authorities = {"authorities": sorted(self.authorities)}
        return encode_list(ListKind.ANNULMENTS, self.head, rows, authorities)

    def of(self, code: str, authority_id: str) -> Annulment | None:
        """Return the annulment of the copy with this code, None if there is none."""
        return next(
            (
                e
                for e in self.entries
                if (e.code, e.authority_id) == (code, authority_id)
            ),
            None,
        )


def decode_annulments(data: bytes) -> AnnulmentList:
    """Read a list.

    Raises:
        ValueError, KeyError, TypeError: not exactly a list of this version.
    """
    head, value = decode_list(ListKind.ANNULMENTS, data)
    return AnnulmentList(
        head,
        frozenset(str(a) for a in value["authorities"]),
        tuple(_annulment(row) for row in value["entries"]),
    )


def _annulment(row: dict[str, Any]) -> Annulment:
    decision = row["decision"]
    decided_on = date.fromisoformat(decision["decided_on"])
    return Annulment(
        **row
        | {
            "decision": Decision(**decision | {"decided_on": decided_on}),
            "annulled_at": read_moment(row["annulled_at"]),
        }
    )


CSV_COLUMNS = (
    "cursor",
    "shown_number",
    "code",
    "authority_name",
    "decision_number",
    "decided_on",
    "reason",
    "annulled_at",
)


def csv_rows(annulments: Sequence[Annulment]) -> list[list[str]]:
    """Return the feed as rows under `CSV_COLUMNS`."""
    return [
        [
            str(a.cursor),
            a.shown_number,
            a.code,
            a.authority_name,
            a.decision.number,
            a.decision.decided_on.isoformat(),
            a.decision.reason,
            a.annulled_at.isoformat(),
        ]
        for a in annulments
    ]
