import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.trust_folder import read_roster, write_trust
from certify.errors import InvalidInput
from certify.verify import RosterEntry, _within

ENTRY = RosterEntry(
    authority_id="a",
    authority_name="Ủy ban nhân dân xã Mường Tè",
    role="seal",
    certificate_sha256="0" * 64,
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    valid_to=datetime(2029, 1, 1, tzinfo=UTC),
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


def rewrite(trust: Path, **changes: str) -> None:
    file = trust / "roster.json"
    rows = json.loads(file.read_text())
    rows["entries"][0].update(changes)
    file.write_text(json.dumps(rows))


def test_a_date_means_the_whole_vietnamese_day(trust: Path) -> None:
    rewrite(trust, valid_from="2026-03-01", valid_to="2026-03-02")
    (entry,) = read_roster(trust)
    assert entry.valid_from == datetime(2026, 2, 28, 17, tzinfo=UTC)
    assert entry.valid_to < datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert entry.valid_to + timedelta(seconds=1) > datetime(2026, 3, 2, 17, tzinfo=UTC)


def test_a_time_of_unknown_zone_is_refused_by_name(trust: Path) -> None:
    rewrite(trust, valid_to="2029-01-01T00:00:00")
    with pytest.raises(InvalidInput, match="thiếu múi giờ"):
        read_roster(trust)


@pytest.mark.parametrize(
    ("valid_to", "within"),
    [
        ("2026-11-23T09:00:00+07:00", True),  # the same instant, written otherwise
        ("2026-11-23T08:59:59+07:00", False),
        ("2026-11-23T02:00:00.000000Z", True),
        ("2026-11-23", True),
        ("2026-11-22", False),
    ],
)
def test_instants_are_compared_and_not_their_texts(
    trust: Path, valid_to: str, *, within: bool
) -> None:
    rewrite(trust, valid_from="2026-01-01", valid_to=valid_to)
    (entry,) = read_roster(trust)
    assert _within(entry, "2026-11-23T02:00:00+00:00") is within
    assert not _within(entry, "2026-11-23T02:00:00")
    assert not _within(entry, None)


def test_folder_without_roots_is_no_trust_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="chứng thư gốc"):
        read_roster(tmp_path)
