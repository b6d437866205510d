"""What is trusted, for what, from when to when: the manifest of a trust folder.

A certificate is trusted because its fingerprint stands in the manifest, never because
of a name in it. The two national hierarchies are separate (domain rule 25): officials
and agencies chain to Ban Cơ yếu Chính phủ, citizens and companies to NEAC, and an
anchor vouches only for the purposes written beside it.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from certify.clock import VIETNAM

MANIFEST_TYPE = "trust/1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDERS = ("roots", "intermediates")


class Hierarchy(StrEnum):
    """Whose tree of certificates an anchor stands at the top of."""

    CO_YEU_G1 = "co-yeu-g1"
    CO_YEU_G2 = "co-yeu-g2"
    NEAC = "neac"
    DEPLOYMENT = "deployment"


HIERARCHY_WORDS: Mapping[str, str] = {
    Hierarchy.CO_YEU_G1: "Ban Cơ yếu Chính phủ G1",
    Hierarchy.CO_YEU_G2: "Ban Cơ yếu Chính phủ G2",
    Hierarchy.NEAC: "Root CA quốc gia (NEAC)",
    Hierarchy.DEPLOYMENT: "của đơn vị triển khai",
}


class Purpose(StrEnum):
    """What an anchor may vouch for; nothing follows from one to another."""

    SIGNATURE = "signature"
    SEAL = "seal"
    TIMESTAMP = "timestamp"
    ROSTER = "roster"
    CHAIN = "chain"


PURPOSE_WORDS: Mapping[str, str] = {
    Purpose.SIGNATURE: "chữ ký của người",
    Purpose.SEAL: "con dấu cơ quan",
    Purpose.TIMESTAMP: "dấu thời gian",
    Purpose.ROSTER: "ký danh bạ",
    Purpose.CHAIN: "nối chuỗi",
}


class ManifestError(ValueError):
    """The manifest cannot be used; the message is Vietnamese and names the entry."""


@dataclass(frozen=True)
class Anchor:
    """One line of the manifest.

    Attributes:
        file: path inside the folder: roots/… or intermediates/…, one certificate.
        sha256: of the certificate's DER, hex.
        purposes: CHAIN alone for an intermediate: it joins, and vouches for nothing.
            ROSTER trusts exactly this certificate as a signer of lists.
        source: address or document it was taken from.
        verified_by: who compared the fingerprint, with what, when.
        valid_from, valid_to: aware, both inclusive: what was signed in between
            counts. `valid_to` None is open.
    """

    file: str
    sha256: str
    hierarchy: Hierarchy
    purposes: frozenset[Purpose]
    source: str
    verified_by: str
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Tell whether the anchor is trusted at an aware time."""
        return self.valid_from <= moment and (
            self.valid_to is None or moment <= self.valid_to
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **asdict(self),
            "hierarchy": self.hierarchy.value,
            "purposes": sorted(self.purposes),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
        }


def manifest_text(anchors: Iterable[Anchor]) -> str:
    """Write a manifest, in the order of the files' names."""
    rows = [a.to_json() for a in sorted(anchors, key=lambda a: a.file)]
    value = {"type": MANIFEST_TYPE, "anchors": rows}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def parse_manifest(text: str) -> tuple[Anchor, ...]:
    """Read a manifest.

    Raises:
        ManifestError: of another form, or an entry that lacks what it must say.
    """
    try:
        value = json.loads(text)
        known, rows = value["type"] == MANIFEST_TYPE, list(value["anchors"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError("manifest không đọc được") from error
    if not known:
        raise ManifestError("manifest thuộc phiên bản khác")
    anchors = tuple(parse_anchor(row) for row in rows)
    files = [anchor.file for anchor in anchors]
    twice = {file for file in files if files.count(file) > 1}
    if twice:
        raise ManifestError(f"manifest ghi hai lần tệp {min(twice)}")
    return anchors


def parse_anchor(row: dict[str, Any]) -> Anchor:
    """Read one line of a manifest. Raises ManifestError."""
    file = "manifest"
    try:
        file = str(row["file"])
        anchor = Anchor(
            file=file,
            sha256=str(row["sha256"]).replace(":", "").lower(),
            hierarchy=Hierarchy(row["hierarchy"]),
            purposes=frozenset(Purpose(p) for p in row["purposes"]),
            source=str(row["source"]).strip(),
            verified_by=str(row["verified_by"]).strip(),
            valid_from=read_moment(row["valid_from"]),
            valid_to=read_moment(row["valid_to"], end=True)
            if row["valid_to"] is not None
            else None,
        )
    except KeyError as error:
        raise ManifestError(f"{file}: thiếu mục {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ManifestError(f"{file}: {error}") from error
    _check(anchor)
    return anchor


def _check(anchor: Anchor) -> None:
    path = PurePosixPath(anchor.file)
    if len(path.parts) != len(_FOLDERS) or path.parts[0] not in _FOLDERS:
        raise ManifestError(
            f"{anchor.file}: tệp phải nằm trong roots/ hoặc intermediates/"
        )
    if ".." in path.parts:
        raise ManifestError(f"{anchor.file}: đường dẫn không hợp lệ")
    if not _SHA256.fullmatch(anchor.sha256):
        raise ManifestError(f"{anchor.file}: dấu vân SHA-256 phải có 64 chữ số hex")
    if not anchor.source or not anchor.verified_by:
        raise ManifestError(f"{anchor.file}: phải ghi nguồn và người đã kiểm tra")
    intermediate = path.parts[0] == "intermediates"
    if not anchor.purposes or intermediate != (anchor.purposes == {Purpose.CHAIN}):
        raise ManifestError(
            f"{anchor.file}: roots/ phải có mục đích (signature, seal, timestamp, "
            "roster); intermediates/ chỉ để nối chuỗi (chain)"
        )


def read_moment(text: str, *, end: bool = False) -> datetime:
    """Read a time, or the first or last instant of a Vietnamese day.

    Raises:
        ValueError: no time, or one without offset: nobody knows when that is.
    """
    if len(text) == len("2026-01-01"):
        start = datetime.combine(date.fromisoformat(text), time(), VIETNAM)
        return start + timedelta(days=1, microseconds=-1) if end else start
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"thời điểm {text} không đọc được") from error
    if moment.tzinfo is None:
        raise ValueError(
            f"thời điểm {text} thiếu múi giờ, hãy ghi dạng "
            "2026-01-01T08:00:00+07:00 hoặc chỉ ghi ngày 2026-01-01"
        )
    return moment


@dataclass(frozen=True)
class TrustProblem:
    """One thing wrong with a trust folder; what it names is not used.

    Attributes:
        code: "unlisted", "missing", "fingerprint", "unreadable", "expired",
            "not_yet", or of a signed list "list.<standing>".
        grave: the folder was tampered with or is half made, not merely old.
    """

    code: str
    sentence: str
    grave: bool


@dataclass(frozen=True)
class Vouching:
    """An anchor that a signer's certificate leads up to, at the proven time."""

    hierarchy: str
    purposes: tuple[str, ...]


def vouched(
    found: Sequence[Vouching], purpose: Purpose, hierarchies: Collection[str] = ()
) -> bool:
    """Tell whether one anchor has the purpose, in one of the hierarchies if named."""
    return any(
        purpose in v.purposes and (not hierarchies or v.hierarchy in hierarchies)
        for v in found
    )
