"""The audit on every kind of archive: each thing that can go wrong is named."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from certify.archive_audit import ArchiveAudit, AuditArchive
from certify.attestation import StoredObject
from certify.errors import ServiceUnavailable
from certify.evidence import evidence_key
from certify.identifiers import new_id
from storage.archive.folder import FolderArchive
from storage.archive.s3 import S3Archive
from storage.register import SqlRegister
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import intended
from tests.support.processes import ARCHIVE_KEY
from tests.support.s3_buckets import Bucket, fresh_bucket
from tests.support.seaweed import S3Server

UNTIL = MORNING + timedelta(days=3653)
Release = Callable[[], StoredObject]


@pytest.fixture
def bucket(seaweed: S3Server) -> Bucket:
    return fresh_bucket(seaweed)


@pytest.fixture
def folder(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive", key=ARCHIVE_KEY)


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest) -> FolderArchive | S3Archive:
    if request.param == "folder":
        folder: FolderArchive = request.getfixturevalue("folder")
        return folder
    bucket: Bucket = request.getfixturevalue("bucket")
    return bucket.archive


def put(
    archive: FolderArchive | S3Archive, key: str, content: bytes, tmp_path: Path
) -> StoredObject:
    source = tmp_path / new_id()
    source.write_bytes(content)
    return archive.put_once(key, source, hashlib.sha256(content).hexdigest(), UNTIL)


@pytest.fixture
def release(
    archive: FolderArchive | S3Archive,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
    tmp_path: Path,
) -> Release:
    """Archive a made-up file and its evidence, and release it."""

    def release() -> StoredObject:
        compared = desk.compared()
        desk.approve(compared)
        task = register.take(compared.attestation_id, "w1", clock.now())
        intent = intended(register, task, clock.now())
        content = f"copy {new_id()}".encode()
        key = f"{compared.attestation_id}/{hashlib.sha256(content).hexdigest()}"
        put(archive, evidence_key(key), b"evidence", tmp_path)
        stored = put(archive, key, content, tmp_path)
        register.complete(task.lease, intent, stored, clock.now())
        return stored

    return release


@pytest.fixture
def audit(
    archive: FolderArchive | S3Archive,
    register: SqlRegister,
    clock: FakeClock,
    tmp_path: Path,
) -> AuditArchive:
    @contextmanager
    def work_folder() -> Iterator[Path]:
        folder = tmp_path / new_id()
        folder.mkdir()
        yield folder

    return AuditArchive(
        register=register, archive=archive, clock=clock, work_folder=work_folder
    )


def edition(stored: StoredObject) -> str:
    return stored.key.partition("/")[0] + "/1"


def test_a_whole_archive_is_sound(audit: AuditArchive, release: Release) -> None:
    digests = sorted(release().sha256 for _ in range(3))
    told: list[tuple[int, int, str]] = []
    found = audit(progress=lambda *step: told.append(step))
    assert found == ArchiveAudit(
        editions=3, checked=3, after=digests[-1], complete=True
    )
    assert found.sound
    assert told == [(n + 1, 3, digest) for n, digest in enumerate(digests)]


def test_it_goes_on_where_it_stopped(audit: AuditArchive, release: Release) -> None:
    digests = sorted(release().sha256 for _ in range(3))
    found = audit(after=digests[1])
    assert (found.editions, found.checked, found.after) == (3, 1, digests[2])


def test_what_belongs_to_no_edition_is_named(
    audit: AuditArchive,
    release: Release,
    archive: FolderArchive | S3Archive,
    tmp_path: Path,
) -> None:
    release()
    put(archive, "nobody/file", b"who is this", tmp_path)
    found = audit()
    assert found.unknown == ["nobody/file"]
    assert found.sound  # a discarded attempt lies there like that


def test_a_lock_that_has_ended_is_named(
    audit: AuditArchive, release: Release, clock: FakeClock
) -> None:
    stored = release()
    clock.advance(days=3654)
    assert audit().unlocked == [edition(stored)]


@pytest.mark.parametrize("archive", ["folder"], indirect=True)
def test_a_damaged_file_a_lost_file_and_lost_evidence_are_named(
    audit: AuditArchive, release: Release, tmp_path: Path
) -> None:
    objects = tmp_path / "archive" / "objects"
    damaged, lost, bare = release(), release(), release()
    file = objects / f"{damaged.key}.sealed"
    content = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (objects / f"{lost.key}.sealed").unlink()
    (objects / f"{evidence_key(bare.key)}.sealed").unlink()
    found = audit()
    assert found.damaged == [edition(damaged)]
    assert found.missing == [edition(lost)]
    assert found.without_evidence == [edition(bare)]
    assert (found.checked, found.complete, found.sound) == (3, True, False)


@pytest.mark.parametrize("archive", ["s3"], indirect=True)
def test_versions_of_others_are_named_and_a_version_removed_is_missed(
    audit: AuditArchive, release: Release, bucket: Bucket
) -> None:
    over, removed = release(), release()
    newer = bucket.forge(over.key, b"%PDF-1.7 a forgery", over.sha256)
    bucket.server.client()._execute(  # an administrator may bypass GOVERNANCE
        "DELETE",
        bucket.name,
        removed.key,
        query_params={"versionId": removed.version_id},
        headers={"x-amz-bypass-governance-retention": "true"},
    )
    found = audit()
    assert [(v.key, v.version_id, v.kind) for v in found.foreign] == [
        (over.key, newer, "newer")
    ]
    assert found.missing == [edition(removed)]
    assert not found.damaged
    assert not found.sound


def test_an_archive_that_goes_away_ends_the_run_and_accuses_nobody(
    audit: AuditArchive, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = sorted(release().sha256 for _ in range(2))
    real = audit._archive.fetch

    def fetch(stored: StoredObject, target: Path) -> None:
        if stored.sha256 == digests[1]:
            raise ServiceUnavailable(service="Kho lưu trữ")
        real(stored, target)

    monkeypatch.setattr(audit._archive, "fetch", fetch)
    found = audit()
    assert (found.complete, found.checked, found.after) == (False, 1, digests[0])
    assert found.sound
