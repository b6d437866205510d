"""What intake makes of an upload, and what it says about it.

`UploadedScan → CanonicalScan`: only `certify.intake` makes the second from the first.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from certify.fingerprint import PageFingerprint

TURNS = (0, 90, 180, 270)
"""Degrees clockwise a page may be turned by."""


class Severity(StrEnum):
    """BLOCK can never be overridden; WARN needs a written reason; INFO is shown."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One thing a check has to say about a scan.

    Attributes:
        code: stable, e.g. "resolution.low".
        page: 1-based page, None for the whole file.
        vi, en: one sentence each; the Vietnamese one says what to do.
        citation: the rule behind it, e.g. "NĐ 30/2020 Phụ lục I".
        part: which file of several it is about, 1-based; None for the only one, and
            for what several files make together.
        other_page: the page that `page` repeats.
    """

    code: str
    severity: Severity
    page: int | None
    vi: str
    en: str
    citation: str
    part: int | None = None
    other_page: int | None = None


@dataclass(frozen=True)
class UploadedScan:
    """Bytes as received: untrusted, opened only in a child process.

    Attributes:
        stated_page_mm: paper size (width, height) the officer stated, for images
            that carry no resolution; None when not stated.
    """

    path: Path
    size_bytes: int
    stated_page_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class PageImage:
    """One page of a canonical scan: one image, drawn over the whole page box.

    Attributes:
        stream_sha256: of the image stream's raw (encoded) bytes.
        stream_filter: "DCTDecode", "CCITTFaxDecode" or "FlateDecode".
        colour_space: "DeviceRGB" or "DeviceGray".
        width_px, height_px, bits: of the image.
        width_milli_pt, height_milli_pt: page box in 1/1000 PDF point, at 1:1, as the
            page is seen.
        turn: how the image lies on the page, in degrees clockwise: 0, 90, 180, 270.
    """

    stream_sha256: str
    stream_filter: str
    colour_space: str
    width_px: int
    height_px: int
    bits: int
    width_milli_pt: int
    height_milli_pt: int
    turn: int = 0

    @property
    def dpi(self) -> tuple[float, float]:
        """Effective resolution (horizontal, vertical) of the image as it is stored."""
        width, height = self.width_milli_pt, self.height_milli_pt
        if self.turn % 180:
            width, height = height, width
        return self.width_px * 72000 / width, self.height_px * 72000 / height

    def turned(self, degrees: int) -> "PageImage":
        """The same image, turned clockwise by 0, 90, 180 or 270 degrees more."""
        width, height = self.width_milli_pt, self.height_milli_pt
        if degrees % 180:
            width, height = height, width
        return replace(
            self,
            turn=(self.turn + degrees) % 360,
            width_milli_pt=width,
            height_milli_pt=height,
        )


def page_digest(pages: Sequence[PageImage]) -> str:
    """Digest of the ordered page-image streams and their geometry (design §2).

    Returns:
        SHA-256, hex, of the canonical JSON list of the pages.
    """
    listed = [_identity(page) for page in pages]
    text = json.dumps(listed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _identity(page: PageImage) -> dict[str, Any]:
    """All fields; an upright page's as before there were turns (copies outlive us)."""
    fields = asdict(page)
    if not page.turn:
        del fields["turn"]
    return fields


@dataclass(frozen=True)
class CanonicalScan:
    """An image-only PDF/A-2b file that holds page pixels and nothing else.

    Attributes:
        path: the file, on local disk, for the time of the call that got it.
        sha256: of the file.
        upload_sha256: of the upload it was made from.
        pages: every page in order; `page_digest(pages)` is its identity.
        findings: everything the checks said, in the order of `intake.CHECKS`.
        fingerprints: of the first pages; empty when one of them has no print.
    """

    path: Path
    sha256: str
    size_bytes: int
    upload_sha256: str
    pages: tuple[PageImage, ...]
    findings: tuple[Finding, ...]
    fingerprints: tuple[PageFingerprint, ...] = ()

    @property
    def page_digest(self) -> str:
        """Identity of what the officer sees and the signatory confirms."""
        return page_digest(self.pages)

    @property
    def blocked(self) -> bool:
        """True when a finding can never be overridden."""
        return any(f.severity is Severity.BLOCK for f in self.findings)


@dataclass(frozen=True)
class PlacedPage:
    """One page of the joined scan.

    Attributes:
        part: 1-based file it comes from.
        page: 1-based page of that file.
        turn: degrees clockwise: 0, 90, 180 or 270.
    """

    part: int
    page: int
    turn: int = 0


@dataclass(frozen=True)
class ArrangedFile:
    """What intake made of an arrangement.

    Attributes:
        saved_bytes: how much smaller the images are than in the files they came from.
    """

    path: Path
    sha256: str
    size_bytes: int
    pages: tuple[PageImage, ...]
    saved_bytes: int


def findings_to_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Plain values for storage, the API and the child process."""
    return [asdict(finding) for finding in findings]


def findings_from_json(rows: Sequence[dict[str, Any]]) -> tuple[Finding, ...]:
    """Inverse of `findings_to_json`."""
    return tuple(
        Finding(**{**row, "severity": Severity(row["severity"])}) for row in rows
    )


def pages_to_json(pages: Sequence[PageImage]) -> list[dict[str, Any]]:
    """Plain values for storage and the child process."""
    return [asdict(page) for page in pages]


def pages_from_json(rows: Sequence[dict[str, Any]]) -> tuple[PageImage, ...]:
    """Inverse of `pages_to_json`."""
    return tuple(PageImage(**row) for row in rows)


def fingerprints_to_json(found: Sequence[PageFingerprint]) -> list[dict[str, Any]]:
    """Plain values for storage and the child process."""
    return [fingerprint.to_json() for fingerprint in found]


def fingerprints_from_json(
    rows: Sequence[dict[str, Any]],
) -> tuple[PageFingerprint, ...]:
    """Inverse of `fingerprints_to_json`. Raises ValueError."""
    return tuple(PageFingerprint.from_json(row) for row in rows)
