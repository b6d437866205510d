"""What a PDF carries besides pages is found, also where no page refers to it."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from certify.scan import Severity
from tests.support import scans

Name, Dictionary = pikepdf.Name, pikepdf.Dictionary


def open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F="cmd.exe"))


def unreferenced_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Hidden = pdf.make_indirect(
        Dictionary(Deep=[Dictionary(S=Name.JavaScript, JS="x")])
    )


def attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ"


def field(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(
        Fields=[pdf.make_indirect(Dictionary(FT=Name.Tx, T="a"))]
    )


def lone_widget(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = [Dictionary(Subtype=Name.Widget, Rect=[0, 0, 9, 9])]


def xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=[])


def signature(pdf: pikepdf.Pdf) -> None:
    value = Dictionary(Type=Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\0")
    pdf.Root.Hidden = pdf.make_indirect(value)


def layers(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=[], D=Dictionary())


def link(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI="https://example.org/")
    pdf.pages[0].obj.Annots = [Dictionary(Subtype=Name.Link, A=action)]


def stamp(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = [Dictionary(Subtype=Name.Stamp, Rect=[0, 0, 9, 9])]


def viewer_preferences(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = [pdf.pages[0].obj, Name.Fit]
    pdf.Root.PageMode = Name.UseNone


CASES: list[tuple[Callable[[pikepdf.Pdf], None], str, Severity]] = [
    (open_action, "active.content", Severity.BLOCK),
    (page_action, "active.content", Severity.BLOCK),
    (unreferenced_script, "active.content", Severity.BLOCK),
    (attachment, "active.attachment", Severity.BLOCK),
    (field, "form.present", Severity.BLOCK),
    (lone_widget, "form.present", Severity.BLOCK),
    (xfa, "form.xfa", Severity.BLOCK),
    (signature, "signature.present", Severity.BLOCK),
    (layers, "layer.present", Severity.BLOCK),
    (link, "content.links", Severity.WARN),
    (stamp, "content.annotations", Severity.WARN),
]


def changed(tmp_path: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return path


@pytest.mark.filterwarnings("ignore:.*not reachable from /AcroForm")  # on purpose
@pytest.mark.parametrize(
    ("change", "code", "severity"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_found_named_and_left_out(
    change: Callable[[pikepdf.Pdf], None],
    code: str,
    severity: Severity,
    tmp_path: Path,
) -> None:
    findings, canonical = scans.read(changed(tmp_path, change), tmp_path)
    assert [f.severity for f in findings if f.code == code] == [severity]
    assert canonical is not None
    with pikepdf.open(canonical) as pdf:
        assert len(pdf.objects) == 7, "four shared, three of the page"
    for word in (b"JavaScript", b"Launch", b"example.org", b"Widget", b"OCProperties"):
        assert word not in canonical.read_bytes()


def test_harmless_settings_say_nothing(tmp_path: Path) -> None:
    findings, _ = scans.read(changed(tmp_path, viewer_preferences), tmp_path)
    assert scans.codes(findings) == {"page.small"}


@pytest.mark.parametrize("password", ["", "open"])
def test_encryption_is_refused(password: str, tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "plain.pdf", scans.drawing())
    with pikepdf.open(path) as pdf:
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(password, "owner"))
    findings, canonical = scans.read(tmp_path / "a.pdf", tmp_path)
    assert canonical is None
    assert scans.codes(findings) == {"file.encrypted"}


def test_a_repaired_file_is_said_to_be(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    data = path.read_bytes()
    path.write_bytes(data.replace(b"startxref\n", b"startxref\n9", 1))
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None
    assert "file.repaired" in scans.codes(findings)


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.9])
def test_a_truncated_pdf_has_a_verdict(keep: float, tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    findings, _ = scans.read(path, tmp_path)
    assert scans.codes(findings) & {"file.damaged", "file.repaired", "file.no_pages"}
