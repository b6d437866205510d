"""What a backup packs while the service goes on."""

import unicodedata
from pathlib import Path

import pytest

from api.backup.parts import pack, unpack
from api.backup.passphrase import seal, unseal


def test_a_file_that_is_being_replaced_ends_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name that a new list has while it is written is gone when it is in place."""
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "roster.json").write_text("[]")
    (trust / ".roster.json.new").write_text("[")
    read = Path.read_bytes

    def replaced(path: Path) -> bytes:
        if path.name == ".roster.json.new":
            path.unlink(missing_ok=True)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", replaced)
    unpack(pack([trust]), tmp_path / "back")
    assert [p.name for p in (tmp_path / "back/trust").iterdir()] == ["roster.json"]


def test_the_words_on_paper_open_it_whatever_keyboard_types_them() -> None:
    words = "bốn chữ cái ngẫu nhiên"
    composed, decomposed = (unicodedata.normalize(f, words) for f in ("NFC", "NFD"))
    assert composed != decomposed
    assert unseal(seal(b"key", decomposed), composed) == b"key"
