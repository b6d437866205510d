"""Each check speaks for the bad facts and is silent for the good ones."""

from dataclasses import replace

import pytest

from certify.intake import limits
from certify.intake.checks import CHECKS
from certify.intake.checks.check import run_checks
from certify.intake.facts import (
    Conversion,
    DocumentFacts,
    Form,
    Kind,
    PageGeometry,
    PageLook,
    PrintedCode,
    Problem,
)
from certify.scan import Severity

PAGE = PageGeometry(1, 2480, 3508, (210.0, 297.0), (300.0, 300.0))
LOOK = PageLook(1, 3, 8, 0.08, 0.0, Conversion.NONE)
GOOD = DocumentFacts(Kind.PDF, 400_000, page_count=1, pages=(PAGE,), looks=(LOOK,))


def page(**changes: object) -> DocumentFacts:
    return replace(GOOD, pages=(replace(PAGE, **changes),))


def look(**changes: object) -> DocumentFacts:
    return replace(GOOD, looks=(replace(LOOK, **changes),))


TWO_LOOKS = (LOOK, replace(LOOK, number=2, ink=0.0))
LYING = replace(PAGE, number=2, size_mm=(297.0, 210.0))
HALF = replace(PAGE, number=2, size_mm=(148.0, 210.0))
BAD: dict[str, DocumentFacts] = {
    "file.too_large": replace(GOOD, size_bytes=limits.UPLOAD_BYTES + 1),
    "file.unrecognised": DocumentFacts(Kind.UNKNOWN, 5),
    "file.encrypted": replace(GOOD, problem=Problem.ENCRYPTED),
    "file.damaged": replace(GOOD, problem=Problem.UNREADABLE),
    "file.unsupported": replace(GOOD, problem=Problem.UNSUPPORTED),
    "file.too_large_decoded": replace(GOOD, problem=Problem.TOO_BIG_DECODED),
    "file.no_pages": DocumentFacts(Kind.PDF, 500),
    "file.too_many_pages": replace(GOOD, page_count=limits.PAGES + 1),
    "form.xfa": replace(GOOD, form=Form.XFA),
    "form.present": replace(GOOD, form=Form.ACROFORM),
    "active.content": replace(GOOD, actions=("JavaScript",)),
    "active.attachment": replace(GOOD, attachments=True),
    "signature.present": replace(GOOD, signed=True),
    "layer.present": replace(GOOD, layers=True),
    "page.too_many_pixels": page(width_px=limits.SIDE_PIXELS + 1, height_px=1000),
    "page.absurd_size": page(size_mm=(2000.0, 2000.0)),
    "resolution.missing": page(size_mm=None, source_dpi=None),
    "resolution.low": page(source_dpi=(300.0, 199.0)),
    "page.all_blank": look(ink=0.00001),
    "file.repaired": replace(GOOD, repaired=True),
    "page.blank": replace(GOOD, looks=TWO_LOOKS),
    "page.duplicate": look(same_as=1),
    "page.same_sheet": look(same_sheet_as=1),
    "page.cropped": look(cut_pieces=3),
    "page.blurred": look(edge_px=1.9, edge_mm=0.24),
    "orientation.sideways": look(across=-0.6),
    "page.mixed_sizes": replace(GOOD, pages=(PAGE, HALF)),
    "exposure.dark": look(paper=140.0),
    "exposure.light": look(darkest=180.0),
    "page.stated_size": page(stated_off=0.06),
    "page.small": page(size_mm=(85.6, 54.0)),
    "page.certified_copy": look(codes=(PrintedCode.CERTIFIED_COPY,)),
    "page.code": look(codes=(PrintedCode.OTHER,)),
    "page.skewed": look(skew_degrees=-2.0),
    "orientation.mixed": replace(GOOD, pages=(PAGE, LYING)),
    "colour.cmyk": look(conversion=Conversion.CMYK),
    "content.rendered": page(rendered="text"),
    "content.links": replace(GOOD, links=2),
    "content.annotations": replace(GOOD, annotations=1),
    "colour.none": look(channels=1),
    "colour.profile": look(conversion=Conversion.PROFILE),
    "orientation.turned": page(turned=True),
    "content.hidden_text": page(hidden_text=True),
}


def test_good_facts_are_silent() -> None:
    assert run_checks(CHECKS, GOOD) == ()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_has_its_case_and_only_it_speaks(check: object) -> None:
    code = check.code  # type: ignore[attr-defined]  # parametrize is untyped
    findings = run_checks(CHECKS, BAD[code])
    assert [finding.code for finding in findings] == [code]
    (finding,) = findings
    assert finding.vi.endswith(".")
    assert finding.en.endswith((".", "?"))
    assert finding.citation
    if finding.severity is not Severity.INFO:
        assert any(verb in finding.vi for verb in ("Hãy", "hãy", "phải")), "what to do"


def test_codes_are_unique_and_all_have_a_case() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert set(codes) == set(BAD)


@pytest.mark.parametrize(
    "facts",
    [page(source_dpi=(199.6, 200.4)), page(source_dpi=None), look(skew_degrees=1.0)],
)
def test_rounding_and_unknowns_are_forgiven(facts: DocumentFacts) -> None:
    assert run_checks(CHECKS, facts) == ()


def test_everything_is_said_at_once() -> None:
    facts = replace(GOOD, form=Form.XFA, layers=True, signed=True, repaired=True)
    assert len(run_checks(CHECKS, facts)) == 4


def test_absurd_sizes_are_not_built() -> None:
    assert GOOD.buildable
    for code in ("page.too_many_pixels", "page.absurd_size", "resolution.missing"):
        assert not BAD[code].buildable
