import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from certify.attestation import StoredObject
from certify.errors import (
    NotFound,
    ServiceUnavailable,
    StoredDataDamaged,
    WrongState,
)
from certify.identifiers import new_id
from certify.ports import Archive
from storage.archive.folder import FolderArchive
from storage.archive.open import FolderLocation, open_archive
from storage.archive.s3 import S3Archive
from tests.support.clock import MORNING
from tests.support.minio_server import BUILD_SECONDS
from tests.support.processes import ARCHIVE_KEY, archive_for_ever
from tests.support.s3_buckets import fresh_bucket

UNTIL = MORNING + timedelta(days=3653)

Put = Callable[[str, bytes], StoredObject]


@pytest.fixture(
    params=[
        "folder",
        "seaweed",
        pytest.param("minio_server", marks=pytest.mark.timeout(BUILD_SECONDS)),
    ]
)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    if request.param == "folder":
        return open_archive(FolderLocation(tmp_path / "archive", ARCHIVE_KEY))
    return fresh_bucket(request.getfixturevalue(request.param)).archive


@pytest.fixture
def put(archive: Archive, tmp_path: Path) -> Put:
    def put(key: str, content: bytes) -> StoredObject:
        source = tmp_path / new_id()
        source.write_bytes(content)
        return archive.put_once(key, source, hashlib.sha256(content).hexdigest(), UNTIL)

    return put


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_what_was_stored_comes_back(
    archive: Archive, put: Put, tmp_path: Path, size: int
) -> None:
    content = secrets.token_bytes(size)
    stored = put("a1/copy", content)
    assert stored.size_bytes == size
    archive.fetch(stored, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == content


def test_the_same_again_returns_the_stored_object(archive: Archive, put: Put) -> None:
    stored = put("a1/copy", b"copy")
    assert put("a1/copy", b"copy") == stored
    assert list(archive.list("a1/")) == [stored]


def test_what_a_backup_kept_comes_back_as_the_version_it_was(
    archive: Archive, put: Put, tmp_path: Path
) -> None:
    """The register names the lost version, and no other is its copy."""
    content = b"copy"
    digest = hashlib.sha256(content).hexdigest()
    lost = StoredObject("a1/copy", "version-of-the-lost-one", digest, len(content))
    source = tmp_path / "kept"
    source.write_bytes(content)
    assert isinstance(archive, FolderArchive | S3Archive)
    for _ in range(2):  # a restore that was interrupted is run again
        archive.put_back(lost, source, UNTIL)
        assert list(archive.list("")) == [lost]
    archive.fetch(lost, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content
    assert (archive.retained_until(lost) or MORNING) >= UNTIL
    with pytest.raises(NotFound):
        archive.fetch(replace(lost, version_id="never-there"), tmp_path / "out")
    with pytest.raises(WrongState):
        archive.put_back(replace(lost, version_id="another"), source, UNTIL)
    assert put("a1/copy", content) == lost


def test_a_key_never_takes_other_bytes(
    archive: Archive, put: Put, tmp_path: Path
) -> None:
    stored = put("a1/copy", b"copy")
    with pytest.raises(WrongState):
        put("a1/copy", b"another")
    archive.fetch(stored, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"copy"


def test_bytes_that_do_not_hash_as_stated_are_not_stored(
    archive: Archive, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(b"copy")
    with pytest.raises(StoredDataDamaged):
        archive.put_once("a1/copy", tmp_path / "source", "0" * 64, UNTIL)
    assert list(archive.list("")) == []


def test_an_unknown_key_or_version_is_not_found(
    archive: Archive, put: Put, tmp_path: Path
) -> None:
    stored = put("a1/copy", b"copy")
    gone = StoredObject("a1/copy", "other", stored.sha256, stored.size_bytes)
    unknown = StoredObject("a1/other", "v", stored.sha256, stored.size_bytes)
    for missing in (gone, unknown):
        with pytest.raises(NotFound):
            archive.fetch(missing, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_other_bytes_than_the_register_says_are_damage(
    archive: Archive, put: Put, tmp_path: Path
) -> None:
    stored = put("a1/copy", b"copy")
    wrong = StoredObject(stored.key, stored.version_id, "0" * 64, stored.size_bytes)
    with pytest.raises(StoredDataDamaged):
        archive.fetch(wrong, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_list_takes_exactly_the_prefix(archive: Archive, put: Put) -> None:
    a1 = [put("a1/x", b"1"), put("a1/y", b"2")]
    a2 = put("a2/x", b"3")
    assert list(archive.list("a1/")) == a1
    assert list(archive.list("a")) == [*a1, a2]
    assert list(archive.list("a1/y")) == a1[1:]
    assert list(archive.list("nothing/")) == []


def test_writers_of_one_key_end_with_one_version(put: Put) -> None:
    results: list[StoredObject] = []
    content = secrets.token_bytes(200_000)
    threads = [
        threading.Thread(target=lambda: results.append(put("a1/copy", content)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1


def test_listing_while_others_write_shows_whole_objects_only(
    archive: Archive, put: Put
) -> None:
    content = secrets.token_bytes(300_000)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            put(f"a1/{new_id()}", content)

    thread = threading.Thread(target=write)
    thread.start()
    seen: set[StoredObject] = set()
    try:
        for _ in range(20):
            now = set(archive.list("a1/"))
            assert seen <= now  # nothing seen once ever goes away
            seen = now
    finally:
        stop.set()
        thread.join()
    assert all(stored.size_bytes == len(content) for stored in seen)


def test_a_writer_that_is_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    content = secrets.token_bytes(5 << 20)
    (tmp_path / "source").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    archive = FolderArchive(root, key=ARCHIVE_KEY)
    leftovers = 0
    for round_ in range(4):
        before = len(list(archive.list("")))
        child = get_context("spawn").Process(
            target=archive_for_ever, args=(root, tmp_path / "source", sha256)
        )
        child.start()
        deadline = time.monotonic() + 30
        while len(list(archive.list(""))) < before + 2:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(0.003 * round_)
        child.kill()
        child.join()
        leftovers = len(list((root / "incoming").iterdir()))
        for stored in archive.list(""):
            archive.fetch(stored, tmp_path / "out")
            assert stored.sha256 == sha256
    # The test means something only if a kill did hit a file being written.
    assert leftovers > 0


@pytest.mark.parametrize("archive", ["folder"], indirect=True)
def test_a_folder_that_is_away_is_a_service_that_is_away(
    archive: Archive, put: Put, tmp_path: Path
) -> None:
    stored = put("a1/copy", b"copy")
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    with pytest.raises(ServiceUnavailable, match="Kho lưu trữ"):
        put("a1/other", b"other")
    with pytest.raises(ServiceUnavailable):
        archive.fetch(stored, tmp_path / "out")
    with pytest.raises(ServiceUnavailable):
        list(archive.list("a1/"))
    with pytest.raises(ServiceUnavailable):
        FolderArchive(tmp_path / "no" / "such" / "parent", key=ARCHIVE_KEY)
