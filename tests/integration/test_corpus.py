"""Every file of the corpus gets its verdict, through real children."""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from certify.errors import ScanRefused
from certify.intake import tasks
from certify.intake.page_images import read_page_images
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner
from certify.scan import CanonicalScan, Finding, Severity
from tests.support.corpus import corpus, expected

TABLE = expected()
NAMED = {  # why the table says "refuse" → a code that must be among the findings
    "scans/ocrmypdf-blank.pdf": "page.all_blank",
    "scans/ocrmypdf-c02-22.pdf": "resolution.low",
    "scans/ocrmypdf-multipage.pdf": "resolution.low",
    "scans/ocrmypdf-palette.pdf": "resolution.low",
    "scans/leptonica-cavalerie.11.jpg": "resolution.low",
    "scans/leptonica-lapide.052.100.jpg": "resolution.low",
    "hostile/ocrmypdf-invalid.pdf": "file.damaged",
    "hostile/ocrmypdf-livecycle.pdf": "form.xfa",
    "hostile/ocrmypdf-acroform.pdf": "form.present",
    "hostile/ocrmypdf-hugemono.pdf": "page.too_many_pixels",
    "hostile/ocrmypdf-no_contents.pdf": "page.all_blank",
    "hostile/ocrmypdf-aspect.pdf": "resolution.low",
    "hostile/signserver-encrypted-open123.pdf": "file.encrypted",
    "scans/ocrmypdf-skew.pdf": "page.skewed",
    "scans/ocrmypdf-rotated_skew.pdf": "page.skewed",
    "scans/ocrmypdf-cardinal.pdf": "orientation.mixed",
    "scans/leptonica-witten.tif": "page.small",
    "scans/ocrmypdf-2400dpi.pdf": "page.small",
    "scans/ocrmypdf-cmyk.pdf": "colour.cmyk",
    "scans/ocrmypdf-baiona_cmyk.jpg": "colour.cmyk",
}
CRASHES = {"file.crashed", "file.too_slow", "file.too_much_memory"}


@pytest.fixture(scope="module")
def intake() -> Iterator[SandboxedIntake]:
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        yield SandboxedIntake(runner=runner)


def read(
    intake: SandboxedIntake, path: Path, workdir: Path, mm: tuple[float, float] | None
) -> tuple[CanonicalScan | None, tuple[Finding, ...]]:
    try:
        scan = intake.read(path, mm, workdir)
    except ScanRefused as refused:
        return None, refused.findings
    return scan, scan.findings


def verdict(findings: tuple[Finding, ...]) -> str:
    severities = {f.severity for f in findings if f.code != "colour.none"}
    if Severity.BLOCK in severities:
        return "refuse"
    return "warn" if Severity.WARN in severities else "accept"


@pytest.mark.parametrize("name", TABLE)
def test_verdict(name: str, intake: SandboxedIntake, tmp_path: Path) -> None:
    scan, findings = read(intake, corpus() / name, tmp_path, None)
    codes = {f.code for f in findings}
    if TABLE[name] != "refuse or neutralise":
        assert verdict(findings) == TABLE[name], codes
    assert not codes & CRASHES
    if name in NAMED:
        assert NAMED[name] in codes
    elif TABLE[name] == "refuse":
        assert "resolution.missing" in codes
    if verdict(findings) != "refuse":
        assert scan is not None
    if scan is not None:
        with pikepdf.open(scan.path) as pdf:
            assert read_page_images(pdf) == scan.pages


def every_file() -> list[str]:
    folder = corpus() if TABLE else None
    if folder is None:
        return []
    files = (p.relative_to(folder).as_posix() for p in folder.glob("*/*"))
    return sorted(name for name in files if name not in TABLE)


@pytest.mark.parametrize("name", every_file())
def test_unlisted_files_have_a_named_verdict(
    name: str, intake: SandboxedIntake, tmp_path: Path
) -> None:
    scan, findings = read(intake, corpus() / name, tmp_path, None)
    assert not {f.code for f in findings} & CRASHES
    assert scan is not None or verdict(findings) == "refuse"
    if name.startswith("signed/"):
        assert "signature.present" in {f.code for f in findings}
    if scan is not None:
        with pikepdf.open(scan.path) as pdf:
            assert read_page_images(pdf) == scan.pages


def test_stated_paper_size_makes_it_acceptable(
    intake: SandboxedIntake, tmp_path: Path
) -> None:
    path = corpus() / "scans/ocrmypdf-linn.png"
    scan, findings = read(intake, path, tmp_path, (215.9, 279.4))
    assert verdict(findings) == "accept"
    assert scan is not None
    assert scan.pages[0].dpi == pytest.approx((300, 300), abs=0.5)
