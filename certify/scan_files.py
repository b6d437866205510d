"""Reading, fetching, joining and keeping the files a scan is made of.

Used by `certify.scan_desk`; nothing here decides whether it may be done.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from certify.arranged_findings import arranged_findings, arranged_fingerprints
from certify.arrangement import (
    MAX_PARTS,
    Arrangement,
    Reduction,
    check_arrangement,
    placed_images,
)
from certify.case import StoredScan
from certify.clock import Clock
from certify.errors import InvalidInput, ScanRefused, StoredDataDamaged
from certify.identifiers import new_id
from certify.ports import Intake, ScanStore
from certify.scan import ArrangedFile, PageImage, UploadedScan

FIELD = "Tệp bản chụp"


@dataclass(frozen=True)
class MadeScan:
    """A scan, and its file for the time of the call."""

    scan: StoredScan
    path: Path


class ScanFiles:
    """Turns uploads into scans, and scans into one."""

    def __init__(
        self, *, scans: ScanStore, intake: Intake, clock: Clock, max_bytes: int
    ) -> None:
        """Take the collaborators; `max_bytes` limits each file and their sum."""
        self._scans = scans
        self._intake = intake
        self._clock = clock
        self._max_bytes = max_bytes

    def read(
        self,
        original_id: str,
        uploads: Sequence[UploadedScan],
        workdir: Path,
        *,
        before: int = 0,
    ) -> list[MadeScan]:
        """Check each file on its own; `before` files are there already.

        Raises:
            ScanRefused: nothing could be made of one; says of which.
            InvalidInput: none, too many, empty, or over the size limit.
        """
        if not uploads:
            raise InvalidInput(field=FIELD, reason="hãy chọn một tệp")
        if before + len(uploads) > MAX_PARTS:
            raise InvalidInput(field=FIELD, reason=f"nhiều hơn {MAX_PARTS} tệp")
        several = before + len(uploads) > 1
        for number, upload in enumerate(uploads, before + 1):
            self._check_size(upload.size_bytes, number if several else 0)
        self._check_size(sum(upload.size_bytes for upload in uploads))
        made = []
        for number, upload in enumerate(uploads, before + 1):
            folder = workdir / f"part-{number}"
            folder.mkdir()
            try:
                made.append(self._read(original_id, upload, folder))
            except ScanRefused as error:
                if not several:
                    raise
                raise _of_part(error, number) from error
        return made

    def fetch(self, scans: Sequence[StoredScan], workdir: Path) -> list[MadeScan]:
        """Bring the files of scans into a work folder."""
        made = []
        for number, scan in enumerate(scans, 1):
            path = workdir / f"part-{number}.pdf"
            self._scans.fetch(scan.id, path)
            made.append(MadeScan(scan, path))
        return made

    def join(
        self,
        parts: Sequence[MadeScan],
        wanted: Arrangement,
        officer_id: str,
        workdir: Path,
    ) -> MadeScan:
        """Make one scan of the pages asked for; `officer_id` decides any reduction.

        Raises:
            ArrangementInvalid: the pages asked for are no scan.
            InvalidInput: together the files are over the size limit.
            ScanRefused: it could not be made.
        """
        scans = [part.scan for part in parts]
        check_arrangement(wanted.pages, wanted.dpi, [s.page_count for s in scans])
        self._check_size(sum(scan.size_bytes for scan in scans))
        file = self._intake.arrange(
            [part.path for part in parts], wanted.pages, wanted.dpi, workdir
        )
        asked = placed_images(wanted.pages, [scan.pages for scan in scans])
        _check_made(file, asked, wanted.dpi)
        now = self._clock.now()
        reduction = None
        if wanted.dpi is not None:
            reduction = Reduction(
                officer_id=officer_id,
                reduced_at=now,
                from_bytes=file.size_bytes + file.saved_bytes,
                to_bytes=file.size_bytes,
                from_dpi=_finest(asked),
                to_dpi=_finest(file.pages),
            )
        stored = StoredScan(
            id=new_id(),
            original_id=scans[0].original_id,
            sha256=file.sha256,
            upload_sha256=_of_all([scan.upload_sha256 for scan in scans]),
            pages=file.pages,
            size_bytes=file.size_bytes,
            findings=arranged_findings(wanted.pages, asked, scans),
            created_at=now,
            arrangement=replace(wanted, parts=tuple(scan.id for scan in scans)),
            reduction=reduction,
            fingerprints=arranged_fingerprints(wanted.pages, scans),
        )
        return MadeScan(stored, file.path)

    def keep(self, made: Sequence[MadeScan]) -> None:
        """Put files into the scan store, encrypted."""
        for one in made:
            self._scans.put(one.scan.id, one.path)

    def _read(self, original_id: str, upload: UploadedScan, folder: Path) -> MadeScan:
        scan = self._intake.read(upload.path, upload.stated_page_mm, folder)
        stored = StoredScan(
            id=new_id(),
            original_id=original_id,
            sha256=scan.sha256,
            upload_sha256=scan.upload_sha256,
            pages=scan.pages,
            size_bytes=scan.size_bytes,
            findings=scan.findings,
            created_at=self._clock.now(),
            fingerprints=scan.fingerprints,
        )
        return MadeScan(stored, scan.path)

    def _check_size(self, size_bytes: int, part: int = 0) -> None:
        name = f"{FIELD} {part}" if part else FIELD
        if size_bytes == 0:
            raise InvalidInput(field=name, reason="tệp rỗng")
        if size_bytes > self._max_bytes:
            limit = self._max_bytes // (1024 * 1024)
            raise InvalidInput(field=name, reason=f"lớn hơn {limit} MB")


def _check_made(
    file: ArrangedFile, asked: Sequence[PageImage], dpi: int | None
) -> None:
    """The child is not believed: hold what it wrote against what was asked.

    Raises:
        StoredDataDamaged: other pages, or coarser than allowed.
    """
    if dpi is None:
        good = file.pages == tuple(asked)
    else:
        good = len(file.pages) == len(asked) and all(
            made == page or _is_reduced(made, page, dpi)
            for made, page in zip(file.pages, asked, strict=True)
        )
    if not good:
        raise StoredDataDamaged(what="trang bản chụp sau khi sắp xếp")


def _is_reduced(made: PageImage, page: PageImage, dpi: int) -> bool:
    same_place = (made.turn, made.width_milli_pt, made.height_milli_pt) == (
        page.turn,
        page.width_milli_pt,
        page.height_milli_pt,
    )
    fine = all(
        now >= min(dpi, was) for now, was in zip(made.dpi, page.dpi, strict=True)
    )
    smaller = made.width_px <= page.width_px and made.height_px <= page.height_px
    return same_place and fine and smaller


def _of_part(error: ScanRefused, number: int) -> ScanRefused:
    return ScanRefused(
        field="scan",
        reason=f"Tệp {number}: {error.data['reason']}",
        findings=[replace(finding, part=number) for finding in error.findings],
    )


def _of_all(digests: Sequence[str]) -> str:
    """A digest for several uploads: their own, or SHA-256 over the list of theirs."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _finest(pages: Sequence[PageImage]) -> int:
    return round(max(max(page.dpi) for page in pages))
