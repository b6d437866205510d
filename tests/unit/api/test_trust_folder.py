from pathlib import Path

import pytest

from api.trust_folder import read_roster, write_trust
from certify.errors import InvalidInput
from certify.verify import RosterEntry

ENTRY = RosterEntry(
    authority_id="a",
    authority_name="Ủy ban nhân dân xã Mường Tè",
    role="seal",
    certificate_sha256="0" * 64,
    valid_from="2026-01-01T00:00:00+00:00",
    valid_to="2029-01-01T00:00:00+00:00",
)


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    root = tmp_path / "root.pem"
    root.write_text("any")
    write_trust(tmp_path / "trust", root=root, roster=[ENTRY], lists=[])
    return tmp_path / "trust"


def test_roster_comes_back(trust: Path) -> None:
    assert read_roster(trust) == (ENTRY,)


def test_roots_alone_have_an_empty_roster(trust: Path) -> None:
    (trust / "roster.json").unlink()
    assert read_roster(trust) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type": "roster/2", "entries": []}',
        '{"type": "roster/1", "entries": [{"role": "seal"}]}',
    ],
)
def test_other_roster_is_refused(trust: Path, text: str) -> None:
    (trust / "roster.json").write_text(text)
    with pytest.raises(InvalidInput):
        read_roster(trust)


def test_folder_without_roots_is_no_trust_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="chứng thư gốc"):
        read_roster(tmp_path)
