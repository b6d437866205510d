"""Every error has its own code, an exit code of the list and a Vietnamese sentence."""

import re
import string

import pytest

from certify import errors
from certify.errors import CertifyError

EXIT_CODES = {2, 4, 70}
"""Exit codes of the design an error may have; 0, 1 and 3 are verdicts."""


def tree(root: type[CertifyError]) -> list[type[CertifyError]]:
    found = [root]
    for child in root.__subclasses__():
        found += tree(child)
    return [kind for kind in found if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", tree(CertifyError), ids=lambda kind: kind.__name__)
def test_an_error_speaks_for_itself(kind: type[CertifyError]) -> None:
    assert "code" in vars(kind), "an inherited code cannot be told apart"
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", kind.code)
    assert kind.exit_code in EXIT_CODES
    assert kind.retryable == (kind.exit_code == 4)
    assert "sentence" in vars(kind)
    parts = list(string.Formatter().parse(kind.sentence))
    fixed = "".join(text for text, _, _, _ in parts)
    fields = {field for _, field, _, _ in parts if field}
    if fixed.strip(" :."):
        assert re.search(r"[à-ỹÀ-Ỹăđơư]", fixed), "must be Vietnamese"
    else:
        assert "reason" in fields, "a bare frame needs the caller's reason"
    assert str(kind(**dict.fromkeys(fields, "x")))


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in tree(CertifyError)]
    assert len(codes) == len(set(codes))


def test_the_tree_in_the_docstring_is_complete() -> None:
    drawn = set(re.findall(r"[─└├ ](\w+)", str(errors.__doc__)))
    assert {kind.__name__ for kind in tree(CertifyError)} <= drawn
