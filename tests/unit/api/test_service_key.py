import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.service_key import (
    derive_key,
    derive_keys,
    read_service_keys,
    rotate_service_key,
    write_service_key,
)
from certify.errors import InvalidInput, ServiceUnavailable, StoredDataDamaged


def test_key_is_private_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys = read_service_keys(path)
    with pytest.raises(FileExistsError):
        write_service_key(path)
    assert read_service_keys(path) == keys
    assert len(keys) == 1


def test_every_purpose_has_its_own_key() -> None:
    root = bytes(range(32))
    assert derive_key(root, "archive") == derive_key(root, "archive")
    assert len({derive_key(root, p) for p in ("archive", "scans", "enrolment")}) == 3
    assert derive_key(root, "archive") != derive_key(bytes(32), "archive")
    both = [root, bytes(32)]
    assert derive_keys(both, "scans") == tuple(derive_key(k, "scans") for k in both)


def test_a_new_key_stands_before_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    (first,) = read_service_keys(path)
    second, kept = rotate_service_key(path)
    assert kept == first != second
    third, *older = rotate_service_key(path)
    assert [third, *older] == list(read_service_keys(path))
    assert older == [second, first]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    (first,) = read_service_keys(path)
    with ThreadPoolExecutor(8) as threads:
        made = [keys[0] for keys in threads.map(rotate_service_key, [path] * 8)]
    assert len(set(made)) == 8
    assert set(read_service_keys(path)) == {first, *made}


def test_a_rotation_that_cannot_be_written_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ServiceUnavailable):
        rotate_service_key(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["service.key"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_key_that_root_rotates_stays_the_service_s(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    os.chown(path, 65534, 65533)
    rotate_service_key(path)
    found = path.stat()
    assert (found.st_uid, found.st_gid) == (65534, 65533)


def test_key_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "service.key"
    write_service_key(path)
    path.chmod(0o640)
    with pytest.raises(InvalidInput, match="0600"):
        read_service_keys(path)


@pytest.mark.parametrize("content", [None, b"", b"short", bytes(33), bytes(63)])
def test_missing_or_cut_key_is_damage(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "service.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(StoredDataDamaged):
        read_service_keys(path)
