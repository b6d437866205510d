"""The manifest: what it must say before a certificate is trusted at all."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.trust_folder import add_to_manifest, read_anchors, write_list, write_trust
from api.trust_seen import SeenSequences
from certify.errors import InvalidInput, StoredDataDamaged
from certify.signed_list import ListKind
from certify.trust import ManifestError, Purpose, parse_manifest

ROW: dict[str, Any] = {
    "file": "roots/g2.pem",
    "sha256": "AB:" * 31 + "AB",
    "hierarchy": "co-yeu-g2",
    "purposes": ["signature", "seal"],
    "source": "trang của nơi cấp",
    "verified_by": "Lò Thị Mai, so với công văn, 23/11/2026",
    "valid_from": "2026-01-01",
    "valid_to": None,
}


def manifest(*rows: dict[str, Any], **top: Any) -> str:
    return json.dumps({"type": "trust/1", "anchors": list(rows), **top})


def test_a_line_says_what_for_from_where_and_who_looked() -> None:
    (anchor,) = parse_manifest(manifest(ROW))
    assert anchor.sha256 == "ab" * 32  # however it was printed on the paper
    assert anchor.purposes == {Purpose.SIGNATURE, Purpose.SEAL}
    assert anchor.valid_from == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert anchor.covers(datetime(2060, 1, 1, tzinfo=UTC))
    assert not anchor.covers(anchor.valid_from - timedelta(seconds=1))


def test_a_date_means_the_whole_vietnamese_day() -> None:
    (anchor,) = parse_manifest(manifest({**ROW, "valid_to": "2026-03-02"}))
    end = datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert not anchor.covers(end)
    assert anchor.covers(end - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "ab" * 31}, "64 chữ số"),
        ({"hierarchy": "Ban Cơ yếu"}, "roots/g2.pem"),
        ({"purposes": []}, "mục đích"),
        ({"purposes": ["everything"]}, "roots/g2.pem"),
        ({"purposes": ["seal", "chain"], "file": "intermediates/x.pem"}, "nối chuỗi"),
        ({"source": " "}, "nguồn"),
        ({"verified_by": ""}, "người đã kiểm tra"),
        ({"valid_from": "2026-01-01T00:00:00"}, "thiếu múi giờ"),
        ({"valid_from": "hôm nay"}, "không đọc được"),
        ({"file": "../root.pem"}, "roots/"),
        ({"file": "roots/../../x.pem"}, "roots/"),
        ({"file": "/etc/x.pem"}, "roots/"),
    ],
)
def test_a_line_that_lacks_something_is_named(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ManifestError, match=said):
        parse_manifest(manifest({**ROW, **changes}))


@pytest.mark.parametrize("missing", sorted(ROW))
def test_no_part_of_a_line_may_be_left_out(missing: str) -> None:
    row = {key: value for key, value in ROW.items() if key != missing}
    with pytest.raises(ManifestError, match=missing):
        parse_manifest(manifest(row))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", manifest(ROW, type="trust/2"), manifest(ROW, ROW), "\x00"],
)
def test_another_manifest_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(text)


def test_a_folder_is_written_and_read_and_grows(tmp_path: Path) -> None:
    (first,) = parse_manifest(manifest(ROW))
    (second,) = parse_manifest(
        manifest({**ROW, "file": "roots/neac.pem", "sha256": "cd" * 32})
    )
    trust = tmp_path / "trust"
    write_trust(trust, anchors=[(first, b"x")], lists=[])
    add_to_manifest(trust, second, b"y")
    assert read_anchors(trust) == (first, second)
    with pytest.raises(InvalidInput, match="đã có trong manifest"):
        add_to_manifest(trust, second, b"y")


def test_a_folder_without_a_manifest_is_no_trust_folder(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "root.pem").write_text("any")
    with pytest.raises(InvalidInput, match=r"manifest\.json"):
        read_anchors(tmp_path)


def test_a_list_is_replaced_whole(tmp_path: Path) -> None:
    write_list(tmp_path, ListKind.ROSTER, b"1", b"one")
    write_list(tmp_path, ListKind.ROSTER, b"2", b"two")
    assert (tmp_path / "roster.json").read_bytes() == b"2"
    assert (tmp_path / "roster.p7s").read_bytes() == b"two"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_highest_number_met_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "seen.json"
    SeenSequences(file).remember("roster:a", 7)
    SeenSequences(file).remember("roster:a", 3)
    SeenSequences(file).remember("roster:b", 1)
    assert SeenSequences(file).highest() == {"roster:a": 7, "roster:b": 1}
    file.write_text("[]")
    with pytest.raises(StoredDataDamaged):
        SeenSequences(file).highest()
