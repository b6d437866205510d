"""Fills the `Renewer` port: a further archive timestamp on a finished copy.

ETSI EN 319 142-1 §5.5: a new revision takes in what proves today that the timestamp
before it is still good, and closes with a document timestamp of a TSA of today. The
bytes before it stay as they are.
"""

import shutil
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from certify.clock import Clock
from certify.errors import CertificateUnfit, StoredDataDamaged
from certify.protection import Protection
from certify.renewal import RenewedFile
from signing.archive_token import ArchiveToken, end_of, newest_archive_token
from signing.names import holder_of
from signing.pades import open_composed
from signing.revocation import RevocationClient, RevocationEvidence
from signing.timestamps import CertificatePath, CopyTimestamps, Timestamps
from signing.trust import TrustAnchors, TrustError


class PadesRenewer:
    """Adds archive timestamps of the TSAs that are in use now."""

    def __init__(
        self,
        *,
        timestamps: Timestamps,
        revocation: RevocationClient,
        trust: TrustAnchors,
        clock: Clock,
    ) -> None:
        """Take the collaborators; `trust` also holds the roots of past TSAs."""
        self._timestamps = timestamps
        self._revocation = revocation
        self._trust = trust
        self._clock = clock

    def make_ready(self, path: Path) -> "ReadyRenewal":
        """Collect what proves the file's archive timestamp, from TSAs that answer."""
        token = _newest_token(path)
        before = self._path(token)
        stamps = self._timestamps.ready(self._check_status)
        evidence = self._revocation.gather((before, *stamps.paths))
        return ReadyRenewal(path, evidence, stamps)

    def _check_status(self, path: CertificatePath) -> None:
        self._revocation.gather([path])

    def _path(self, token: ArchiveToken) -> CertificatePath:
        try:
            return self._trust.path(token.leaf, token.others, self._clock.now())
        except TrustError as error:
            raise CertificateUnfit(
                holder=holder_of(token.leaf),
                reason="dấu thời gian lưu trữ đã quá hạn hoặc không còn được tin cậy",
            ) from error


@dataclass(frozen=True)
class ReadyRenewal:
    """Evidence in hand and TSAs chosen; see `PadesRenewer.make_ready`."""

    source: Path
    evidence: RevocationEvidence
    stamps: CopyTimestamps

    @property
    def promises(self) -> tuple[Protection, ...]:
        """What the timestamp will rest on, for each TSA that may make it."""
        return tuple(
            Protection(
                end,
                ArchiveToken(path[0], (), frozenset({"sha256"})).algorithms(path),
            )
            for path in self.stamps.paths
            if (end := end_of(path)) is not None
        )

    def renew(self, target: Path) -> RenewedFile:
        """Write the renewed file; the source is left alone."""
        shutil.copyfile(self.source, target)
        with open_composed(target, self.stamps) as copy:
            at = copy.add_archive_timestamp(self.evidence)
        with target.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        return RenewedFile(target, digest, target.stat().st_size, at)


def _newest_token(path: Path) -> ArchiveToken:
    """Our own file, its digest checked: it is read in this process."""
    try:
        with path.open("rb") as file:
            token = newest_archive_token(PdfFileReader(file, strict=True))
    except (PdfError, ValueError, TypeError, KeyError) as error:
        raise StoredDataDamaged(what="dấu thời gian lưu trữ") from error
    if token is None:
        raise StoredDataDamaged(what="dấu thời gian lưu trữ")
    return token
