import stat
from pathlib import Path

import pytest

from api.service_key import derive_key, read_service_key, write_service_key
from certify.errors import InvalidInput, StoredDataDamaged


def test_key_is_private_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = read_service_key(path)
    with pytest.raises(FileExistsError):
        write_service_key(path)
    assert read_service_key(path) == key


def test_every_purpose_has_its_own_key() -> None:
    root = bytes(range(32))
    assert derive_key(root, "archive") == derive_key(root, "archive")
    assert len({derive_key(root, p) for p in ("archive", "scans", "enrolment")}) == 3
    assert derive_key(root, "archive") != derive_key(bytes(32), "archive")


def test_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    path.chmod(0o640)
    with pytest.raises(InvalidInput, match="0600"):
        read_service_key(path)


@pytest.mark.parametrize("content", [None, b"", b"short", bytes(33)])
def test_missing_or_cut_key_is_damage(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "service.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(StoredDataDamaged):
        read_service_key(path)
