"""Files nobody here made; outside the repository, not copied into it."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"


def corpus() -> Path:
    """The corpus's folder; skips the test where it is absent."""
    if not CORPUS.is_dir():
        pytest.skip("no ../shared/corpus beside the repository")
    return CORPUS.resolve()


def expected() -> dict[str, str]:
    """File name → verdict, empty where the corpus is absent."""
    table = CORPUS / "expected.tsv"
    if not table.is_file():
        return {}
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines()[1:]]
    return {name: verdict for name, verdict, _why in rows}
