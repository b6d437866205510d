"""The desk is told of a paper it knows, of pages that are missing, and of copies."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops

from api.samples.make import Sample
from api.samples.scanner import Look, scan
from certify.access import Scope
from certify.scan import Severity
from tests.support.web import WebSystem, compared, confirmed, web_system

AGAIN = Look(tone=(236, 233, 222), skew_degrees=-0.6, grain=2.2)
TITLE = "Giấy khai sinh"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, papers: list[Sample]) -> Any:
    """A service of its own: what was released elsewhere must not be known here."""
    with web_system(tmp_path_factory.mktemp("known"), papers) as made:
        yield made


@pytest.fixture(scope="module")
def copy(system: WebSystem) -> tuple[dict[str, Any], bytes]:
    """A released birth certificate, and its file."""
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    attestation = compared(system, sample)
    confirmed(system, attestation["id"])
    path = f"/api/v1/attestations/{attestation['id']}"
    with system.client(Scope.SIGN) as signer:
        assert signer.post(f"{path}/issue").status_code == 200
    with system.client(Scope.PARTNER) as partner:
        return partner.get(path).json(), partner.get(f"{path}/copy.pdf").content


def sent(system: WebSystem, content: bytes, **original: Any) -> Any:
    """Send a scan of a new paper; returns the answer and the paper's id."""
    with system.client(Scope.OFFICER) as officer:
        case = officer.post(
            "/api/v1/cases", json={"requester": {"name": "Lò Thị Mai"}}
        ).json()
        paper = officer.post(
            f"/api/v1/cases/{case['id']}/originals", json={"title": TITLE, **original}
        ).json()
        answer = officer.put(f"/api/v1/originals/{paper['id']}/scan", content=content)
        if answer.status_code == 200:
            whole = officer.get(f"/api/v1/originals/{paper['id']}").json()
            assert whole["scan"] == answer.json()
            assert "layout" not in answer.text
    return answer, paper["id"]


def scanned_again(path: Path) -> bytes:
    with Image.open(path) as image:
        sheet = ImageChops.offset(image.convert("RGB"), 28, -22)
    again = scan(sheet, AGAIN, np.random.default_rng(5))
    data = BytesIO()
    again.save(data, "JPEG", quality=80, dpi=(300, 300))
    return data.getvalue()


def test_the_paper_is_known_again_and_may_be_certified_again(
    system: WebSystem, copy: tuple[dict[str, Any], bytes]
) -> None:
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    for content, likeness, words in (
        (sample.path.read_bytes(), "same", "Đã chứng thực tại đây"),
        (scanned_again(sample.path), "near", "Gần giống giấy tờ đã chứng thực tại đây"),
    ):
        answer, paper = sent(system, content)
        known = answer.json()["known"]
        assert [c["likeness"] for c in known["own"]] == [likeness]
        assert known["own"][0]["number"] == copy[0]["number"]
        assert known["elsewhere"] is None
        assert answer.json()["blocked"] is False
        with system.client() as desk:
            page = desk.get(f"/desk/originals/{paper}").text
        assert words in page
        link = f'href="/desk/originals/{known["own"][0]["original_id"]}"'
        assert link in page


@pytest.mark.usefixtures("copy")
def test_another_paper_is_not_known(system: WebSystem) -> None:
    sample = next(s for s in system.samples if s.path.suffix == ".tif")
    answer, paper = sent(system, sample.path.read_bytes())
    assert answer.json()["known"] == {"own": [], "elsewhere": None}
    with system.client() as desk:
        assert 'id="da-biet"' not in desk.get(f"/desk/originals/{paper}").text


def test_a_copy_is_no_source_neither_as_a_file_nor_scanned(
    system: WebSystem, copy: tuple[dict[str, Any], bytes]
) -> None:
    answer, _ = sent(system, copy[1])
    found = {f["code"]: f["severity"] for f in answer.json()["findings"]}
    assert found["signature.present"] == Severity.BLOCK
    document = pdfium.PdfDocument(copy[1])
    try:
        first, last = (document[n].render(scale=300 / 72).to_pil() for n in (0, 1))
    finally:
        document.close()
    for page in (first, last):
        data = BytesIO()
        printed = scan(page.convert("RGB"), AGAIN, np.random.default_rng(6))
        printed.save(data, "JPEG", quality=75, dpi=(300, 300))
        answer, _ = sent(system, data.getvalue())
        found = {f["code"]: f["severity"] for f in answer.json()["findings"]}
        assert found["page.certified_copy"] == Severity.BLOCK
        assert answer.json()["blocked"] is True


def test_missing_pages_are_noticed_and_need_a_reason(system: WebSystem) -> None:
    sample = next(s for s in system.samples if s.path.suffix == ".tif")
    content = sample.path.read_bytes()
    answer, _ = sent(system, content, declared_pages=sample.pages)
    assert "pages.declared" not in {f["code"] for f in answer.json()["findings"]}
    answer, paper = sent(system, content, declared_pages=3)
    (finding,) = [f for f in answer.json()["findings"] if f["code"] == "pages.declared"]
    assert finding["severity"] == Severity.WARN
    assert "2 trang" in finding["vi"]
    assert "khai 3 trang" in finding["vi"]
    with system.client() as desk:
        page = desk.get(f"/desk/originals/{paper}").text
    assert "<dt>Số trang bản chính</dt><dd>3</dd>" in page
    assert 'name="reason.pages.declared"' in page


def test_the_form_takes_the_pages_or_says_what_is_wrong(system: WebSystem) -> None:
    with system.client() as desk:
        csrf = re.findall(r'name="csrf" value="([^"]+)"', desk.get("/desk").text)[0]
        case = desk.post("/desk/cases", data={"csrf": csrf, "name": "Lò Văn Chiến"})
        path = f"{case.headers['location']}/originals"
        form = {"csrf": csrf, "title": TITLE, "copies": "1"}
        for wrong in ("ba", "0", "301"):
            answer = desk.post(path, data={**form, "pages": wrong})
            assert answer.status_code == 422
            assert 'id="f-pages-error"' in answer.text
            assert f'value="{wrong}"' in answer.text
        paper = desk.post(path, data={**form, "pages": "4"}).headers["location"]
        original = system.services.cases.original(paper.rsplit("/", 1)[1])
    assert original.declared_pages == 4
