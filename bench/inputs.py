"""What every contender works on: one PKI, and scans of 0.4, 4 and 30 MB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from api.devpki import serve_if_free
from bench.sealing import make_sealer
from certify.attestation import CopyOrder
from certify.clock import SystemClock
from certify.scan import CanonicalScan
from signing.sealer import PadesSealer, ReadyPades
from tests.support.pki import HOLDERS, make_pki
from tests.support.sealing import make_canonical_scan, make_order, make_pictures

_TILE = 512


@dataclass(frozen=True)
class Paper:
    """Pages as a scanner writes them; the noise decides the size of the JPEG."""

    pages: int
    dots_per_inch: int
    noise: float
    quality: int

    @property
    def name(self) -> str:
        return "1 page" if self.pages == 1 else f"{self.pages} pages"


PAPERS = (
    Paper(pages=1, dots_per_inch=200, noise=2.6, quality=82),
    Paper(pages=4, dots_per_inch=300, noise=5.2, quality=75),
    Paper(pages=30, dots_per_inch=300, noise=5.2, quality=75),
)


@dataclass(frozen=True)
class Input:
    """One paper, scanned and ready to be signed again and again.

    Attributes:
        composed: revision 1, for contenders that sign a file as it is.
    """

    paper: Paper
    scan: CanonicalScan
    order: CopyOrder
    ready: ReadyPades
    composed: Path

    def fresh_order(self) -> CopyOrder:
        """The order, printed now: the rules about time hold at every round."""
        return replace(
            self.order, attested_at=SystemClock().now().replace(microsecond=0)
        )


@dataclass(frozen=True)
class Workplace:
    """Everything that is made once, before any clock runs.

    Attributes:
        folder: holds pki/, fonts/, pictures and one folder per input.
    """

    folder: Path
    sealer: PadesSealer
    inputs: tuple[Input, ...]

    @property
    def pki(self) -> Path:
        return self.folder / "pki"


@contextmanager
def open_workplace(folder: Path, papers: tuple[Paper, ...]) -> Iterator[Workplace]:
    """Make PKI and inputs; OCSP and CRLs answer over HTTP until the end."""
    clock = SystemClock()
    made = make_pki(folder / "pki", clock=clock, holders=HOLDERS)
    server = serve_if_free(made.pki, clock=clock, port=made.port)
    if server is None:
        raise RuntimeError("the port of the development PKI was taken")
    try:
        make_pictures(folder)
        (folder / "fonts").mkdir()
        sealer = make_sealer(folder)
        inputs = tuple(_input(folder, sealer, paper) for paper in papers)
        yield Workplace(folder, sealer, inputs)
    finally:
        server.stop()


def _input(folder: Path, sealer: PadesSealer, paper: Paper) -> Input:
    workdir = folder / f"pages-{paper.pages}"
    workdir.mkdir()
    scan = make_canonical_scan(
        workdir / "scan.pdf",
        pages=paper.pages,
        dots_per_inch=paper.dots_per_inch,
        draw=lambda _: _noisy_page(paper),
    )
    order = make_order(sealer, scan, workdir)
    ready = sealer.make_ready(order.statement)
    ready.prepare(order)
    composed = workdir / "composed.pdf"
    (workdir / f"copy-{order.attempt}.pdf").rename(composed)
    return Input(paper, scan, order, ready, composed)


@cache
def _noisy_page(paper: Paper) -> bytes:
    """Lines on A4 with a sensor's grain; a tile is repeated, drawing it is slow."""
    width, height = (round(side * paper.dots_per_inch / 25.4) for side in (210, 297))
    rng = np.random.default_rng(paper.pages)
    tile = rng.normal(238, paper.noise, (_TILE, _TILE)).clip(0, 255).astype(np.uint8)
    grain = np.tile(tile, (height // _TILE + 1, width // _TILE + 1))[:height, :width]
    grain[height // 10 : -height // 10 : 60, width // 8 : -width // 8] //= 4
    target = BytesIO()
    Image.fromarray(grain).convert("RGB").save(target, "JPEG", quality=paper.quality)
    return target.getvalue()
