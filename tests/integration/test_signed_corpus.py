"""Signed files nobody here made: the verdict of each, and why, in one sentence.

From the "Shadow Attacks" study and SignServer's own tests. None is a certified copy; a
file manipulated after signing is never called intact.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import build_verifier
from certify.inspection import Indication
from certify.verdict import Colour, Verdict
from certify.verify import VerifyCopy
from tests.support.corpus import CORPUS, corpus

BROKEN, OPEN = Verdict.SIGNATURE_BROKEN, Verdict.UNDETERMINED
UNTRUSTED = Verdict.SIGNED_BY_UNTRUSTED

_REFERENCE = "shadow-variant-1_hide-via-referenced-object"
_FORM = "shadow-variant-2_hide-via-referenced-object_hide-form-via-form"
_TEXT = "shadow-variant-2_hide-via-referenced-object_hide-text-via-form"
_FOR_SIGNING = (
    "The signature holds, but its certificate is not made for signing, so nobody can "
    "say who signed; what the file hides is not judged, for it is no copy."
)
_REPLACED = "A revision added after the signature replaces what was shown when signing."
_SHA1 = (
    "The bytes are those that were signed, but digest and key are of an age when they "
    "were strong; now they prove nothing."
)
_NO_PATH = "Intact, but no anchor of the trust folder stands above the signer."
EXPECTED: dict[str, tuple[Verdict, str]] = {
    f"{_REFERENCE}_3_original-document-shadowed-signed.pdf": (OPEN, _FOR_SIGNING),
    f"{_REFERENCE}_4_original-document-shadowed-signed-manipulated_v1.pdf": (
        BROKEN,
        _REPLACED,
    ),
    f"{_REFERENCE}_4_original-document-shadowed-signed-manipulated_v2.pdf": (
        BROKEN,
        _REPLACED,
    ),
    f"{_FORM}_3_original-document-shadowed-signed.pdf": (OPEN, _FOR_SIGNING),
    f"{_FORM}_4_original-document-shadowed-signed-manipulated.pdf": (BROKEN, _REPLACED),
    f"{_TEXT}_3_original-document-shadowed-signed.pdf": (OPEN, _FOR_SIGNING),
    f"{_TEXT}_4_original-document-shadowed-signed-manipulated.pdf": (BROKEN, _REPLACED),
    "signserver-sample-certified-nochangesallowed.pdf": (OPEN, _SHA1),
    "signserver-sample-certified-signingallowed.pdf": (OPEN, _SHA1),
    "signserver-sample-signed-pades-baseline-b.pdf": (UNTRUSTED, _NO_PATH),
    "signserver-sample-signed-pades-baseline-t.pdf": (UNTRUSTED, _NO_PATH),
    "signserver-sample-signed.pdf": (OPEN, _SHA1),
}


@pytest.fixture(scope="module")
def verify(trust: Path) -> Iterator[VerifyCopy]:
    with build_verifier(trust) as made:
        yield made


def test_the_table_names_every_file() -> None:
    assert {file.name for file in (corpus() / "signed").iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED if CORPUS.is_dir() else ())
def test_verdict(name: str, verify: VerifyCopy) -> None:
    verdict, why = EXPECTED[name]
    report = verify(corpus() / "signed" / name)
    assert report.verdict is verdict, why
    assert report.text.colour is not Colour.GREEN
    assert "tệp không có đúng hai chữ ký của người ký và cơ quan" in report.problems
    facts = report.inspection.signatures
    assert not any(f.indication is Indication.TOTAL_PASSED for f in facts)
    if "manipulated" in name:
        assert any(not f.intact or f.changes_since == "forbidden" for f in facts)
    else:
        assert all(f.intact and f.coverage == "file" for f in facts)


def test_an_old_algorithm_is_not_blamed_on_revocation_lists(verify: VerifyCopy) -> None:
    report = verify(corpus() / "signed/signserver-sample-signed.pdf")
    (said,) = [p for p in report.problems if "CRYPTO_CONSTRAINTS_FAILURE" in p]
    assert "thuật toán" in said
    assert "thu hồi" not in said
