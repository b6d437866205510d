"""Scans nobody here made become certified copies, or are refused with named findings.

One real service; every file goes the way of `certify copy … --accept`. The copies are
then judged by other people's tools.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from api.cli.desk_work import Certified, Paper, certify_one, hand_over
from certify.errors import CertifyError, ScanRefused
from certify.identifiers import show_verification_code, verification_address
from certify.inspection import Indication
from certify.numbering import DEFAULT_BOOK_KIND
from certify.people import Requester
from certify.scan import Finding, Severity
from certify.verdict import Colour, Verdict
from tests.support import copies
from tests.support.corpus import corpus, expected
from tests.support.real import need
from tests.support.web import WebSystem

TABLE = expected()
if not TABLE:
    pytest.skip("no ../shared/corpus beside the repository", allow_module_level=True)
REASON = "bản chính đen trắng"
BASE_URL = "http://127.0.0.1:8000"


def named(*verdicts: str) -> list[str]:
    return [name for name, verdict in TABLE.items() if verdict in verdicts]


def every_file() -> list[str]:
    folder = corpus()
    return sorted(p.relative_to(folder).as_posix() for p in folder.glob("*/*"))


@dataclass
class Tried:
    """How far a file came: a copy, or the error and everything intake said."""

    copy: Certified | None = None
    error: CertifyError | None = None
    findings: list[Finding] = field(default_factory=list)

    def blocking(self) -> set[str]:
        return {f.code for f in self.findings if f.severity is Severity.BLOCK}


def certify(
    system: WebSystem,
    scan: Path,
    out: Path,
    *,
    accept: str | None = REASON,
    page_mm: tuple[float, float] | None = None,
) -> Tried:
    """What `certify copy SCAN --accept` does, in this process."""
    services, tried = system.services, Tried()
    case = services.desk.open_case(services.officer_id, Requester("Lò Văn Thử"))
    paper = Paper(scans=(scan,), title="Giấy khai sinh", accept=accept, page_mm=page_mm)
    try:
        released = certify_one(
            services, case.id, paper, show_findings=tried.findings.extend
        )
        tried.copy = hand_over(services, released, out, overwrite=False)
    except CertifyError as error:
        tried.error = error
        if isinstance(error, ScanRefused) and not tried.findings:
            tried.findings.extend(error.findings)
    return tried


@pytest.mark.parametrize("name", named("accept", "warn"))
def test_good_scans_become_copies_that_strangers_accept(
    name: str, web_service: WebSystem, tmp_path: Path
) -> None:
    tried = certify(web_service, corpus() / name, tmp_path / "copy.pdf")
    assert tried.copy is not None, tried.error
    report, file = tried.copy.report, tried.copy.file
    assert (report.verdict, report.problems) == (Verdict.OURS_IN_FORCE, ())
    assert report.inspection.level == "PAdES-B-LTA"
    for facts in report.inspection.signatures:
        assert (facts.indication, facts.intact) == (Indication.TOTAL_PASSED, True)
        assert facts.docmdp_ok
        assert facts.changes_since in {"none", "allowed"}
    assert copies.valid_signatures(file) == 2
    copies.check_structure(file)
    _check_bands(tried.copy, tmp_path)
    if TABLE[name] == "accept":
        source = copies.source_pictures(corpus() / name, tmp_path / "source")
        made = copies.pdf_pictures(file, tmp_path / "made", pages=len(source))
        assert made == source


def _check_bands(copy: Certified, tmp_path: Path) -> None:
    """Each page names the copy; where there is room, in text and in a QR code."""
    statement = copy.copy.statement
    code = statement.verification_code
    texts = copies.page_texts(copy.file)
    codes = copies.page_codes(copy.file, tmp_path / "codes", dpi=200)
    assert len(texts) == len(codes) == statement.original_pages + 1
    narrow = [_width_mm(page) < 60 for page in _widths(copy)] + [False]
    for page, (text, found, bare) in enumerate(zip(texts, codes, narrow, strict=True)):
        if bare:
            assert found == []
            continue
        assert verification_address(BASE_URL, code) in found, f"page {page + 1}"
        assert show_verification_code(code) in text
        assert copy.copy.shown_number in text
        last = page == statement.original_pages
        assert last or f"Trang {page + 1}/{statement.original_pages}" in text


def _widths(copy: Certified) -> list[float]:
    said = copies.run(
        need("pdfinfo"), "-f", 1, "-l", copy.copy.statement.original_pages, copy.file
    )
    return [
        float(line.split(":")[1].split()[0])
        for line in said.splitlines()
        if line.startswith("Page ") and "size" in line
    ]


def _width_mm(points: float) -> float:
    return points / 72 * 25.4


def test_a_jpeg_stays_one_with_the_same_pixels(
    web_service: WebSystem, tmp_path: Path
) -> None:
    """The scanner's own blocks, written anew without what travelled beside them."""
    scan = corpus() / "scans/ocrmypdf-baiona_color.jpg"
    with Image.open(scan) as image:
        width = image.width / 300 * 25.4
        size = (width, width * image.height / image.width)
        pixels = image.tobytes()
    tried = certify(web_service, scan, tmp_path / "copy.pdf", page_mm=size)
    assert tried.copy is not None, tried.error
    (stream,) = copies.jpeg_streams(tried.copy.file, tmp_path / "made")[:1]
    assert b"Exif" not in stream
    with Image.open(next((tmp_path / "made").glob("*.jpg"))) as image:
        assert image.tobytes() == pixels


@pytest.mark.parametrize("name", every_file())
def test_no_file_is_more_than_a_named_verdict(
    name: str, web_service: WebSystem, tmp_path: Path
) -> None:
    """Through `verify` and, where no line of the table does it, `copy`."""
    report = web_service.services.verify(corpus() / name)
    assert report.verdict in set(Verdict)
    assert report.text.exit_code != 0
    assert report.text.colour is not Colour.GREEN
    if name.startswith("signed/"):
        assert report.verdict not in {Verdict.OTHER_AUTHORITY, Verdict.UNSIGNED}
    if "manipulated" in name:
        assert report.verdict in {
            Verdict.SIGNATURE_BROKEN,
            Verdict.SIGNED_BY_UNTRUSTED,
            Verdict.UNREADABLE,
        }
    if name in TABLE:
        return
    tried = certify(web_service, corpus() / name, tmp_path / "copy.pdf")
    assert (tried.copy is None) is (tried.error is not None)
    if tried.error is not None:
        assert tried.error.exit_code == 2, tried.error
        assert tried.findings, tried.error
        assert not (tmp_path / "copy.pdf").exists()
    assert tried.error is not None or not name.startswith("signed/")


@pytest.mark.parametrize("name", named("refuse", "refuse or neutralise"))
def test_refused_scans_cannot_be_talked_into_a_copy(
    name: str, web_service: WebSystem, tmp_path: Path
) -> None:
    before = _book(web_service)
    tried = certify(web_service, corpus() / name, tmp_path / "copy.pdf")
    if TABLE[name] != "refuse" and tried.copy is not None:
        _check_bands(tried.copy, tmp_path)  # neutralised: pixels and our band
        return
    assert tried.copy is None
    assert isinstance(tried.error, ScanRefused), tried.error
    assert tried.error.exit_code == 2
    assert tried.blocking(), tried.findings
    assert all(finding.vi for finding in tried.findings)
    assert _book(web_service) == before, "a refused scan took a number"


def _book(system: WebSystem) -> list[int]:
    services = system.services
    year = services.clock.now().year
    authority = services.authority_id
    rows = services.register.book(authority, DEFAULT_BOOK_KIND, year)
    return [row.number.number for row in rows]
