"""What object lock gives, and what it does not: real S3 servers."""

import hashlib
import secrets
import time
from datetime import timedelta
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import unquote

import pytest
import urllib3
from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention

from certify.attestation import StoredObject
from certify.clock import SystemClock
from certify.errors import NotFound, StoredDataDamaged
from storage.archive.open import open_archive
from storage.archive.s3 import S3Archive
from tests.support.processes import archive_large_for_ever
from tests.support.s3_buckets import Bucket, fresh_bucket, location, until
from tests.support.seaweed import S3Server

COPY = b"%PDF-1.7 a certified copy"


@pytest.fixture
def bucket(s3_server: S3Server) -> Bucket:
    return fresh_bucket(s3_server)


@pytest.fixture
def stored(bucket: Bucket, tmp_path: Path) -> StoredObject:
    return bucket.put("a1/copy", COPY, tmp_path)


@pytest.fixture
def service(s3_server: S3Server) -> Minio:
    return s3_server.client(s3_server.service)


def read(bucket: Bucket, stored: StoredObject, folder: Path) -> bytes:
    bucket.archive.fetch(stored, folder / "read")
    return (folder / "read").read_bytes()


def test_what_is_stored_is_locked_encrypted_and_checksummed(
    bucket: Bucket, stored: StoredObject
) -> None:
    client = bucket.server.client()
    facts = client.stat_object(
        bucket.name,
        stored.key,
        version_id=stored.version_id,
        extra_headers={"x-amz-checksum-mode": "ENABLED"},
    ).metadata
    assert facts is not None
    assert facts["x-amz-object-lock-mode"] == "GOVERNANCE"
    assert facts["x-amz-server-side-encryption"] == "AES256"
    assert facts["x-amz-checksum-sha256"]
    kept = client.get_object_retention(bucket.name, stored.key, stored.version_id)
    assert kept is not None
    assert abs(kept.retain_until_date - until()) < timedelta(minutes=1)
    assert bucket.archive.retained_until(stored) == kept.retain_until_date


def test_the_service_cannot_remove_or_shorten(
    bucket: Bucket, stored: StoredObject, service: Minio, tmp_path: Path
) -> None:
    soon = SystemClock().now() + timedelta(days=1)
    with pytest.raises(S3Error, match="AccessDenied"):
        service.remove_object(bucket.name, stored.key, stored.version_id)
    with pytest.raises(S3Error, match="AccessDenied"):
        service.set_object_retention(
            bucket.name,
            stored.key,
            Retention(GOVERNANCE, soon),
            version_id=stored.version_id,
        )
    with pytest.raises(S3Error, match="AccessDenied"):
        service._execute(
            "DELETE",
            bucket.name,
            stored.key,
            query_params={"versionId": stored.version_id},
            headers={"x-amz-bypass-governance-retention": "true"},
        )
    assert read(bucket, stored, tmp_path) == COPY


@pytest.mark.parametrize("marker", [False, True], ids=["newer", "marker"])
def test_what_lies_over_the_first_version_is_never_read(
    bucket: Bucket,
    stored: StoredObject,
    tmp_path: Path,
    *,
    marker: bool,
) -> None:
    forged = bucket.forge(stored.key, b"%PDF-1.7 a forgery", stored.sha256)
    if marker:
        bucket.server.client().remove_object(bucket.name, stored.key)
    assert list(bucket.archive.list("")) == [stored]
    assert bucket.put("a1/copy", COPY, tmp_path) == stored
    assert read(bucket, stored, tmp_path) == COPY
    foreign = {v.version_id: v.kind for v in bucket.archive.foreign()}
    assert foreign.pop(forged) == "newer"
    assert list(foreign.values()) == ["delete_marker"] * marker


def test_a_delete_marker_alone_hides_nothing_and_makes_no_second_version(
    bucket: Bucket, stored: StoredObject, tmp_path: Path
) -> None:
    bucket.server.client().remove_object(bucket.name, stored.key)
    assert bucket.put("a1/copy", COPY, tmp_path) == stored
    assert [v.kind for v in bucket.archive.foreign()] == ["delete_marker"]


def test_a_forgery_under_a_new_key_does_not_hash_to_what_it_says(
    bucket: Bucket, tmp_path: Path
) -> None:
    digest = hashlib.sha256(COPY).hexdigest()
    bucket.forge("a1/copy", b"%PDF-1.7 a forgery", digest)
    (listed,) = bucket.archive.list("a1/")
    assert listed.sha256 == digest
    with pytest.raises(StoredDataDamaged):
        bucket.archive.fetch(listed, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(StoredDataDamaged):
        bucket.put("a1/copy", COPY, tmp_path)


def test_a_store_that_keeps_a_copy_without_lock_or_cipher_is_refused(
    s3_server: S3Server, tmp_path: Path
) -> None:
    client, name = s3_server.client(), "without-defaults"
    client.make_bucket(name, object_lock=True)
    archive = open_archive(location(s3_server, name))
    assert isinstance(archive, S3Archive)
    bucket = Bucket(s3_server, name, archive)
    facts = {"sha256": hashlib.sha256(COPY).hexdigest()}
    client.put_object(name, "a1/open", BytesIO(COPY), len(COPY), metadata=facts)
    with pytest.raises(StoredDataDamaged, match="không khóa"):
        bucket.put("a1/open", COPY, tmp_path)
    bucket.forge("a1/plain", COPY)
    with pytest.raises(StoredDataDamaged, match="không mã hóa"):
        bucket.put("a1/plain", COPY, tmp_path)


def test_an_object_of_somebody_else_is_listed_without_a_digest(
    bucket: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(COPY)
    bucket.server.client().fput_object(bucket.name, "x/y", str(source))
    (listed,) = bucket.archive.list("")
    assert (listed.key, listed.sha256, listed.size_bytes) == ("x/y", "", len(COPY))
    with pytest.raises(StoredDataDamaged):
        bucket.archive.fetch(listed, tmp_path / "out")


def test_without_a_version_nothing_is_read(
    bucket: Bucket, stored: StoredObject, tmp_path: Path
) -> None:
    unnamed = StoredObject(stored.key, "", stored.sha256, stored.size_bytes)
    with pytest.raises(NotFound):
        bucket.archive.fetch(unnamed, tmp_path / "out")


def test_a_copy_longer_than_the_register_says_is_damage(
    bucket: Bucket, stored: StoredObject, tmp_path: Path
) -> None:
    short = StoredObject(stored.key, stored.version_id, stored.sha256, 3)
    with pytest.raises(StoredDataDamaged, match="độ dài"):
        bucket.archive.fetch(short, tmp_path / "out")


def test_a_hundred_megabytes_go_in_parts(bucket: Bucket, tmp_path: Path) -> None:
    content = secrets.token_bytes(1 << 20) * 100
    stored = bucket.put("a1/large", content, tmp_path)
    assert stored.size_bytes == len(content)
    bucket.archive.fetch(stored, tmp_path / "out")
    assert (tmp_path / "out").stat().st_size == len(content)


def test_a_writer_killed_between_parts_leaves_nothing_to_see(
    bucket: Bucket, tmp_path: Path
) -> None:
    content = secrets.token_bytes(1 << 20) * 22
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "source").write_bytes(content)
    small_parts = bucket.location(part_bytes=5 << 20)
    child = get_context("spawn").Process(
        target=archive_large_for_ever, args=(small_parts, tmp_path / "source", digest)
    )
    child.start()
    client = bucket.server.client()
    deadline = time.monotonic() + 60
    while not client._list_multipart_uploads(bucket.name).uploads:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.kill()
    child.join()
    begun = client._list_multipart_uploads(bucket.name).uploads
    assert begun, "the kill must hit a copy half sent"
    half_sent = begun[0].object_name
    assert not list(bucket.archive.list(half_sent))
    archive = open_archive(small_parts)
    stored = archive.put_once(half_sent, tmp_path / "source", digest, until())
    assert list(archive.list(half_sent)) == [stored]
    assert read(bucket, stored, tmp_path) == content


def test_a_link_gives_out_that_very_version_for_a_short_while(
    bucket: Bucket, stored: StoredObject
) -> None:
    name = "Bản sao chứng thực 01-2026.pdf"
    disposition = (
        'attachment; filename="ban-sao.pdf"; '
        "filename*=UTF-8''B%E1%BA%A3n%20sao%20ch%E1%BB%A9ng%20th%E1%BB%B1c%2001-2026.pdf"
    )
    link = bucket.archive.link(stored, timedelta(seconds=3), disposition)
    bucket.forge(stored.key, b"%PDF-1.7 a forgery")
    answer = urllib3.request("GET", link)
    assert (answer.status, answer.data) == (200, COPY)
    sent = answer.headers["Content-Disposition"]
    assert unquote(sent.partition("UTF-8''")[2]) == name
    assert answer.headers["Content-Type"] == "application/pdf"
    for tampered in (
        link.replace("a1/copy", "a1/other"),
        link.replace(stored.version_id, "0" * len(stored.version_id)),
        link.replace("01-2026", "99-2026"),
        link.replace("X-Amz-Expires=3", "X-Amz-Expires=9999"),
        link.partition("?")[0],
    ):
        assert tampered != link
        assert urllib3.request("GET", tampered).status == 403
    time.sleep(4)
    assert urllib3.request("GET", link).status == 403
