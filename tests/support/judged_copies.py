"""The copies that judges see: every key scheme, every codec of intake, odd shapes.

All are made by the real intake, sealer, keys, revocation services and TSA. The last
ones are spoilt on purpose: a judge that accepts them judges nothing.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certify.clock import SystemClock
from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner
from certify.scan import CanonicalScan
from keys.base import SigningKey
from signing.embed import FontPrograms
from signing.renewer import PadesRenewer
from signing.revocation import RevocationClient
from signing.sealer import PadesSealer
from signing.trust import TrustAnchors
from tests.support import corpus, uploads
from tests.support.judged_keys import (
    HSM_SCHEMES,
    OWNED_SCHEMES,
    SCHEMES,
    in_files,
    in_hsm,
    in_owners_hands,
)
from tests.support.judged_remote import REMOTE, remote_sealers
from tests.support.pki import RunningPki
from tests.support.sealing import (
    make_canonical_scan,
    make_order,
    make_pictures,
    make_sealer,
    one_tsa,
    seal,
)
from tests.support.softhsm import SoftHsm

SMALL = {"width": 620, "height": 877}  # pixels at 150 dpi; rendering costs most here
LONG = "Quyết định về việc công nhận kết quả kỳ thi tuyển công chức " * 3


@dataclass(frozen=True)
class Sample:
    """One file for the judges.

    Attributes:
        good: the judges must accept it; otherwise each judge named must reject it.
        renewals: further archive timestamps that it has.
    """

    name: str
    about: str
    good: bool = True
    rejected_by: tuple[str, ...] = ()
    renewals: int = 0


_SHAPES: Mapping[str, tuple[str, int, dict[str, int], dict[str, Any]]] = {
    "default": ("keys: person RSA-2048, agency RSA-3072", 1, SMALL, {}),
    "three-pages": ("three pages", 3, SMALL, {}),
    "eleven-pages": (
        "eleven pages (beyond ten EU DSS compares no pictures)",
        11,
        SMALL,
        {},
    ),
    "narrow": (
        "page of 51 mm: its band stands on the last page only",
        1,
        {"width": 300, "height": 900},
        {},
    ),
    "landscape": ("landscape page", 1, {"width": 877, "height": 620}, {}),
    "long-names": (
        "longest names",
        1,
        SMALL,
        {"original_title": LONG[:200], "authority_name": LONG[:150]},
    ),
}
_RENEWED = Sample(
    "renewed", "archive renewed twice: three document timestamps", renewals=2
)
_ALTERED = "altered"
_APPENDED = "appended"
_PLAIN = "plain"
SPOILT = (
    Sample(
        _ALTERED,
        "one byte of a page image changed",
        good=False,
        rejected_by=("EU DSS", "pyHanko", "pdfsig"),
    ),
    Sample(
        _APPENDED,
        "page content replaced in a revision after the last signature",
        good=False,
        rejected_by=("EU DSS", "pyHanko"),
    ),
    Sample(
        _PLAIN,
        "no signature, no metadata",
        good=False,
        rejected_by=("EU DSS", "veraPDF", "pyHanko", "pdfsig"),
    ),
)


def _accepted_scans() -> list[str]:
    return [name for name, verdict in corpus.expected().items() if verdict == "accept"]


CANONICAL: tuple[Sample, ...] = (
    *(Sample(name, upload.about) for name, upload in uploads.UPLOADS.items()),
    *(Sample(Path(name).name, "scan of the corpus") for name in _accepted_scans()),
)
"""Uploads whose canonical scan is judged by itself, before anything is signed."""
_PAIRS = SCHEMES | HSM_SCHEMES | OWNED_SCHEMES
SAMPLES: tuple[Sample, ...] = (
    *(Sample(name, about) for name, (about, *_) in _SHAPES.items()),
    *(Sample(name, made.about) for name, made in _PAIRS.items()),
    *(Sample(kind.name, kind.about) for kind in REMOTE),
    _RENEWED,
    *CANONICAL,
    *SPOILT,
)


class CopyMaker:
    """Makes the file of each sample in a folder."""

    def __init__(self, *, pki: RunningPki, folder: Path, softhsm: SoftHsm) -> None:
        self._pki = pki
        self._softhsm = softhsm
        self._folder = folder
        self._fonts = FontPrograms(folder / "fonts")
        self._pictures = make_pictures(folder)
        self._default = make_sealer(pki, pictures=self._pictures, fonts=self._fonts)

    def scan_of(self, sample: Sample) -> Path:
        """The canonical scan behind one of `CANONICAL`, once all were made."""
        return self._workdir(sample.name) / tasks.CANONICAL

    def make_all(self) -> Iterator[tuple[Sample, Path]]:
        """Yield every sample with its file."""
        files: dict[str, Path] = {}
        for name, (_, pages, size, changes) in _SHAPES.items():
            scan = make_canonical_scan(self._workdir(name) / "scan.pdf", pages, **size)
            files[name] = self._sealed(name, scan, **changes)
        for name in _PAIRS:
            scan = make_canonical_scan(self._workdir(name) / "scan.pdf", **SMALL)
            files[name] = self._sealed(name, scan)
        for name, sealer in remote_sealers(
            self._pki, self._folder, self._pictures, self._fonts
        ):
            scan = make_canonical_scan(self._workdir(name) / "scan.pdf", **SMALL)
            order = make_order(sealer, scan, self._workdir(name))
            files[name] = seal(sealer, order).path
        files[_RENEWED.name] = self._renewed(files["default"], _RENEWED.renewals)
        for name, scan in self._read_uploads():
            files[name] = self._sealed(name, scan)
        files |= self._spoilt(files["default"])
        for sample in SAMPLES:
            yield sample, files[sample.name]

    def _workdir(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def _sealed(self, name: str, scan: CanonicalScan, **changes: Any) -> Path:
        sealer = self._default
        if name in SCHEMES:
            sealer = self._sealer_with(in_files(SCHEMES[name], self._pki))
        elif name in HSM_SCHEMES:
            token = self._softhsm.new_token()
            sealer = self._sealer_with(in_hsm(HSM_SCHEMES[name], self._pki, token))
        elif name in OWNED_SCHEMES:
            owned = in_owners_hands(OWNED_SCHEMES[name], self._pki, self._workdir(name))
            sealer = self._sealer_with(owned)
        order = make_order(sealer, scan, self._workdir(name), **changes)
        return seal(sealer, order).path

    def _renewed(self, path: Path, times: int) -> Path:
        clock, trust = SystemClock(), TrustAnchors([self._pki.pki.root])
        renewer = PadesRenewer(
            timestamps=one_tsa(f"{self._pki.base}/tsa", trust, clock),
            revocation=RevocationClient(clock=clock),
            trust=trust,
            clock=clock,
        )
        for number in range(times):
            target = self._folder / f"renewed-{number}.pdf"
            path = renewer.make_ready(path).renew(target).path
        return path

    def _sealer_with(self, keys: Mapping[str, SigningKey]) -> PadesSealer:
        return make_sealer(
            self._pki, pictures=self._pictures, fonts=self._fonts, keys=keys
        )

    def _read_uploads(self) -> Iterator[tuple[str, CanonicalScan]]:
        """Send pictures of every codec, and the corpus, through the real intake."""
        runner = IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD)
        intake = SandboxedIntake(runner=runner)
        try:
            for name, upload in uploads.UPLOADS.items():
                folder = self._workdir(name)
                yield name, intake.read(upload.make(folder), upload.paper_mm, folder)
            for name in _accepted_scans():
                path = corpus.corpus() / name
                yield path.name, intake.read(path, None, self._workdir(path.name))
        finally:
            runner.close()

    def _spoilt(self, good: Path) -> dict[str, Path]:
        files = {s.name: self._folder / f"{s.name}.pdf" for s in SPOILT}
        data = bytearray(good.read_bytes())
        start = data.index(b"\xff\xda")  # start of scan in the first JPEG (T.81 §B.2.3)
        data[start + 2000] ^= 1
        files[_ALTERED].write_bytes(data)
        shutil.copy(good, files[_APPENDED])
        _replace_content(files[_APPENDED])
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(files[_PLAIN])
        return files


def _replace_content(path: Path) -> None:
    with path.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        page, _ = writer.find_page_for_modification(0)
        content = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 200 200 re f")
        page.get_object()["/Contents"] = writer.add_object(content)
        writer.update_container(page.get_object())
        writer.write_in_place()
