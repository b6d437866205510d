"""Our own QR on a page is a copy's; any other is asked about."""

from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image

from certify.identifiers import new_verification_code, verification_address
from certify.intake.facts import PrintedCode
from certify.intake.printed_codes import kind_of
from certify.scan import Severity
from tests.support import scans

CODE = "0123456789ABCDEF"


def with_code(text: str, *, mm: float = 16, degrees: float = 0.0) -> Image.Image:
    """A 300-dpi A4 page with a QR as large as a foot band's, as the scanner saw it."""
    page = scans.drawing(size=(2480, 3508))
    data = BytesIO()
    segno.make(text, error="m", micro=False).save(data, kind="png", scale=8, border=4)
    side = round(mm / 25.4 * 300)
    with Image.open(data) as code:
        page.paste(code.convert("RGB").resize((side, side)), (2480 - side - 40, 3260))
    return page.rotate(degrees, Image.Resampling.BILINEAR, fillcolor="white")


def found(tmp_path: Path, text: str, **options: float) -> dict[str, Severity]:
    path = scans.saved(tmp_path / "page.jpg", with_code(text, **options), quality=75)
    findings, _made = scans.read(path, tmp_path)
    return {f.code: f.severity for f in findings if f.citation.startswith("NĐ 23/2015")}


@pytest.mark.parametrize("degrees", [0.0, 1.0, -2.0])
@pytest.mark.parametrize(
    "base", ["https://chungthuc.laichau.gov.vn", "http://127.0.0.1:8000/dich-vu"]
)
def test_a_certified_copy_scanned_again_is_no_source(
    tmp_path: Path, base: str, degrees: float
) -> None:
    address = verification_address(base, new_verification_code())
    assert found(tmp_path, address, degrees=degrees) == {
        "page.certified_copy": Severity.BLOCK
    }


def test_another_code_is_asked_about_and_not_repeated(tmp_path: Path) -> None:
    text = "012345678901|Nguyễn Thị Hạnh|01011990"
    assert found(tmp_path, text) == {"page.code": Severity.WARN}
    path = tmp_path / "page.jpg"
    findings, _made = scans.read(path, tmp_path)
    assert "012345678901" not in str(findings)


def test_a_page_without_a_code_is_not_asked_about(tmp_path: Path) -> None:
    path = scans.saved(tmp_path / "p.png", scans.drawing())
    findings, _made = scans.read(path, tmp_path)
    assert {"page.code", "page.certified_copy"}.isdisjoint(scans.codes(findings))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"https://a.vn/v/{CODE}", PrintedCode.CERTIFIED_COPY),
        (f"https://a.vn/v/{CODE}0", PrintedCode.OTHER),
        (f"https://a.vn/v/{CODE.lower()}", PrintedCode.OTHER),
        (f"https://a.vn/v/{CODE[:-1]}U", PrintedCode.OTHER),
        (f"https://a.vn/x?u=/v/{CODE}", PrintedCode.OTHER),
        (f"/v/{CODE}", PrintedCode.OTHER),
        ("", PrintedCode.OTHER),
    ],
)
def test_only_an_address_of_a_copy_is_one(text: str, kind: PrintedCode) -> None:
    assert kind_of(text) is kind
