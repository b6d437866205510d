"""What the folders leave on disk, and what they say when the disk fails."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from certify.attestation import StoredObject
from certify.errors import (
    NotFound,
    ServiceUnavailable,
    StoredDataDamaged,
    WrongState,
)
from certify.ports import ScanStore
from storage.archive.folder import FolderArchive
from storage.scans import FolderScanStore
from storage.write_once import WriteOnceFolder
from tests.support.builders import digest_of
from tests.support.clock import MORNING

KEY = bytes(32)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7 scan")
    return path


@pytest.fixture
def scans(tmp_path: Path) -> FolderScanStore:
    return FolderScanStore(tmp_path / "scans", key=KEY)


def only_file(root: Path) -> Path:
    (path,) = (p for p in root.rglob("*") if p.is_file())
    return path


def test_a_scan_comes_back(
    scans: FolderScanStore, source: Path, tmp_path: Path
) -> None:
    port: ScanStore = scans
    assert not port.exists("s1")
    port.put("s1", source)
    assert port.exists("s1")
    port.fetch("s1", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == source.read_bytes()


def test_a_scan_key_is_used_once(
    scans: FolderScanStore, source: Path, tmp_path: Path
) -> None:
    scans.put("s1", source)
    source.write_bytes(b"other")
    with pytest.raises(WrongState):
        scans.put("s1", source)
    scans.fetch("s1", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"%PDF-1.7 scan"


def test_a_running_store_reads_what_a_newer_key_sealed(
    source: Path, tmp_path: Path
) -> None:
    file = [KEY]  # service.key
    running = FolderScanStore(tmp_path / "scans", key=KEY, reread=lambda: file)
    newest = bytes(range(32))
    restarted = FolderScanStore(tmp_path / "scans", key=newest, older_keys=[KEY])
    restarted.put("s1", source)
    with pytest.raises(StoredDataDamaged, match="khóa khác"):
        running.fetch("s1", tmp_path / "out")
    file.insert(0, newest)
    running.fetch("s1", tmp_path / "out")
    running.put("s2", source)
    restarted.fetch("s2", tmp_path / "out")


def test_a_scan_on_disk_is_private_encrypted_and_read_only(
    scans: FolderScanStore, source: Path, tmp_path: Path
) -> None:
    scans.put("s1", source)
    path = only_file(tmp_path / "scans")
    assert b"%PDF" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "scans").stat().st_mode & 0o777 == 0o700


def test_a_missing_or_damaged_scan_leaves_no_target(
    scans: FolderScanStore, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    with pytest.raises(NotFound):
        scans.fetch("s1", target)
    scans.put("s1", source)
    path = only_file(tmp_path / "scans")
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(data[:-1])
    with pytest.raises(StoredDataDamaged):
        scans.fetch("s1", target)
    assert not target.exists()


def test_a_scan_purged_while_it_is_asked_for_is_not_found(
    scans: FolderScanStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup passes over it; "the disk is away" would end the whole backup."""
    monkeypatch.setattr(WriteOnceFolder, "exists", lambda *_: True)
    with pytest.raises(NotFound):
        scans.fetch("s1", tmp_path / "out")


def test_a_file_moved_to_another_key_is_found(
    scans: FolderScanStore, source: Path, tmp_path: Path
) -> None:
    scans.put("s1", source)
    path = only_file(tmp_path / "scans")
    path.rename(path.with_name("s2.sealed"))
    with pytest.raises(StoredDataDamaged, match="tráo"):
        scans.fetch("s2", tmp_path / "out")


@pytest.mark.parametrize("key", ["../x", "/x", "a//b", "", "a.b", "a/../b", "a\0b"])
def test_a_key_cannot_leave_the_folder(
    scans: FolderScanStore, source: Path, key: str
) -> None:
    with pytest.raises(ValueError, match="not a key"):
        scans.put(key, source)


def test_a_prefix_cannot_leave_the_folder(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive", key=KEY)
    with pytest.raises(ValueError, match="not a prefix"):
        list(archive.list("../"))


def test_leftovers_of_dead_writers_go_after_a_day(tmp_path: Path) -> None:
    FolderScanStore(tmp_path / "scans", key=KEY)
    incoming = tmp_path / "scans" / "incoming"
    (incoming / "old").touch()
    (incoming / "new").touch()
    yesterday = time.time() - 25 * 3600
    os.utime(incoming / "old", (yesterday, yesterday))
    FolderScanStore(tmp_path / "scans", key=KEY)
    assert [path.name for path in incoming.iterdir()] == ["new"]


def test_a_damaged_object_is_listed_and_says_so_when_fetched(
    tmp_path: Path, source: Path
) -> None:
    """Recovery must see it and pass on to the next (certify.issue)."""
    archive = FolderArchive(tmp_path / "archive", key=KEY)
    path = tmp_path / "archive" / "objects" / "a1"
    path.mkdir()
    (path / "broken.sealed").write_bytes(b"rubbish")
    (listed,) = archive.list("a1/")
    assert listed == StoredObject("a1/broken", "", "", 7)
    with pytest.raises(StoredDataDamaged):
        archive.fetch(listed, tmp_path / "out")
    with pytest.raises(StoredDataDamaged):
        archive.put_once(
            "a1/broken", source, digest_of("x"), MORNING + timedelta(days=1)
        )


FILL = """
import resource, signal, sys
from pathlib import Path
from certify.errors import ServiceUnavailable
from storage.scans import FolderScanStore
root, source = map(Path, sys.argv[1:])
store = FolderScanStore(root, key=bytes(32))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.put("s1", source)
except ServiceUnavailable as error:
    print(error, store.exists("s1"), list((root / "incoming").iterdir()))
"""


def test_a_full_disk_is_a_service_that_is_away(tmp_path: Path) -> None:
    """A limit on file size makes write() fail as a full disk does."""
    source = tmp_path / "big"
    source.write_bytes(bytes(500_000))
    done = subprocess.run(
        [sys.executable, "-c", FILL, tmp_path / "scans", source],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert done.stdout.startswith("Kho bản chụp tạm thời không phản hồi.")
    assert done.stdout.endswith("False []\n")


def test_a_folder_without_permission_is_a_service_that_is_away(
    tmp_path: Path, source: Path
) -> None:
    """A file where a folder should be: fails for root too, unlike a mode."""
    scans = FolderScanStore(tmp_path / "scans", key=KEY)
    (tmp_path / "scans" / "objects" / "a").write_bytes(b"")
    with pytest.raises(ServiceUnavailable):
        scans.put("a/b", source)
