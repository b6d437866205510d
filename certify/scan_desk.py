"""The scan at the desk: files in, pages in order, size in bounds; until it is compared.

attach (one or several files) → add → arrange → Desk.record_comparison
"""

from collections.abc import Sequence
from dataclasses import replace

from certify.arrangement import Arrangement, all_pages, check_arrangement
from certify.attestation import Act
from certify.case import Original, StoredScan
from certify.declared_pages import with_declared
from certify.errors import NotFound, ScanChanged, ScanCompared, WrongState
from certify.ports import Cases, People, WorkFolder
from certify.scan import PlacedPage, UploadedScan
from certify.scan_files import MadeScan, ScanFiles


class ScanDesk:
    """What an officer does with a scan before comparing it."""

    def __init__(
        self,
        *,
        people: People,
        cases: Cases,
        files: ScanFiles,
        work_folder: WorkFolder,
    ) -> None:
        """Take the collaborators; no state is held between calls."""
        self._people = people
        self._cases = cases
        self._files = files
        self._work_folder = work_folder

    def attach(
        self, officer_id: str, original_id: str, uploads: Sequence[UploadedScan]
    ) -> StoredScan:
        """Check files, each on its own, and keep their pages as the original's scan.

        Replaces an older scan and drops its comparison. A scan with blocking findings
        is kept too, so that the desk can show them; it can never be compared.

        Raises:
            ScanRefused: nothing could be made of a file; carries the findings.
            InvalidInput: empty, or over a limit.
            WrongState: the original is already approved.
        """
        original = self._original_of(officer_id, original_id)
        with self._work_folder() as workdir:
            parts = self._files.read(original.id, uploads, workdir)
            whole, added = parts[0], []
            if len(parts) > 1:
                pages = all_pages([part.scan.page_count for part in parts])
                asked = Arrangement((), pages)
                whole = self._files.join(parts, asked, officer_id, workdir)
                added = parts
            whole = _counted(whole, original)
            self._files.keep([*added, whole])
        act = Act(f"officer:{officer_id}", "scan.attach")
        self._cases.attach_scan(whole.scan, act, [part.scan for part in added])
        return whole.scan

    def add(
        self,
        officer_id: str,
        original_id: str,
        uploads: Sequence[UploadedScan],
        seen: str,
    ) -> StoredScan:
        """Put the pages of more files behind those there are; `seen` is their digest.

        Raises:
            ScanRefused, InvalidInput: as for `attach`.
            ScanChanged, ScanCompared: see `arrange`.
        """
        original = self._original_of(officer_id, original_id)
        scan = _unchanged(original, seen)
        before = self.parts(scan)
        with self._work_folder() as workdir:
            added = self._files.read(original.id, uploads, workdir, before=len(before))
            parts = [*self._files.fetch(before, workdir), *added]
            everything = all_pages([part.scan.page_count for part in parts])
            new = (page for page in everything if page.part > len(before))
            wanted = replace(scan.arranged, pages=(*scan.arranged.pages, *new))
            whole = self._files.join(parts, wanted, officer_id, workdir)
            whole = _counted(_decided_before(whole, scan), original)
            self._files.keep([*added, whole])
        self._cases.rearrange_scan(
            whole.scan,
            Act(f"officer:{officer_id}", "scan.add"),
            seen=seen,
            parts=[part.scan for part in added],
        )
        return whole.scan

    def arrange(
        self,
        officer_id: str,
        original_id: str,
        pages: Sequence[PlacedPage],
        *,
        dpi: int | None,
        seen: str,
    ) -> StoredScan:
        """Make the scan anew of pages of its files: order, turns, drops, resolution.

        Args:
            officer_id: who decides it.
            original_id: the paper.
            pages: in order; those left out can be taken in again later.
            dpi: reduce finer pages to this (200 or more); None for their own.
            seen: page digest of the scan the officer looked at.

        Raises:
            ArrangementInvalid: no page, an unknown one, one twice, a bad turn or dpi.
            ScanChanged: the scan is another one by now.
            ScanCompared: it was compared already.
            ScanPurged: it is too old; the paper is scanned again.
        """
        original = self._original_of(officer_id, original_id)
        scan = _unchanged(original, seen)
        wanted = replace(scan.arranged, pages=tuple(pages), dpi=dpi)
        parts = self.parts(scan)
        check_arrangement(wanted.pages, dpi, [part.page_count for part in parts])
        if wanted == scan.arranged:
            return scan
        with self._work_folder() as workdir:
            files = self._files.fetch(parts, workdir)
            whole = self._files.join(files, wanted, officer_id, workdir)
            whole = _counted(_decided_before(whole, scan), original)
            self._files.keep([whole])
        action = "scan.arrange" if dpi == scan.arranged.dpi else "scan.reduce"
        self._cases.rearrange_scan(
            whole.scan, Act(f"officer:{officer_id}", action), seen=seen
        )
        return whole.scan

    def parts(self, scan: StoredScan) -> Sequence[StoredScan]:
        """Return the files a scan is made of, dropped pages included."""
        if scan.arrangement is None:
            return [scan]
        return self._cases.scans(scan.arrangement.parts)

    def _original_of(self, officer_id: str, original_id: str) -> Original:
        officer = self._people.officer(officer_id)
        original = self._cases.original(original_id)
        if self._cases.case(original.case_id).authority_id != officer.authority_id:
            raise NotFound(what="hồ sơ")
        return original


def _unchanged(original: Original, seen: str) -> StoredScan:
    """Raise unless the scan is the one that was seen, and not compared."""
    if original.scan is None:
        raise WrongState(reason="chưa có bản chụp")
    if original.attestation_id is not None:
        raise ScanCompared
    original.scan.check_kept()
    if original.scan.page_digest != seen:
        raise ScanChanged
    return original.scan


def _counted(made: MadeScan, original: Original) -> MadeScan:
    """Hold the pages against those counted on the paper."""
    return replace(made, scan=with_declared(made.scan, original.declared_pages))


def _decided_before(made: MadeScan, before: StoredScan) -> MadeScan:
    """A reduction that stays as it was keeps who decided it, and when."""
    old, new = before.reduction, made.scan.reduction
    if old is None or new is None or before.arranged.dpi != made.scan.arranged.dpi:
        return made
    kept = replace(new, officer_id=old.officer_id, reduced_at=old.reduced_at)
    return replace(made, scan=replace(made.scan, reduction=kept))
