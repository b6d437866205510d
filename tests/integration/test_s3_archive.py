"""What object lock gives, and what it does not: real S3 servers."""

import hashlib
import secrets
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import unquote

import pytest
import urllib3
from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from certify.attestation import StoredObject
from certify.clock import SystemClock
from certify.errors import InvalidInput, NotFound, StoredDataDamaged
from storage.archive.open import open_archive
from storage.archive.s3_bucket import S3Bucket
from storage.archive.s3_location import S3Location
from storage.archive.s3_set_up import make_bucket
from tests.support.minio_server import BUILD_SECONDS
from tests.support.processes import archive_large_for_ever
from tests.support.s3_buckets import Bucket, fresh_bucket, location, until
from tests.support.seaweed import Credentials, S3Server

COPY = b"%PDF-1.7 a certified copy"


@pytest.fixture(
    params=[
        "seaweed",
        pytest.param("minio_server", marks=pytest.mark.timeout(BUILD_SECONDS)),
    ]
)
def server(request: pytest.FixtureRequest) -> S3Server:
    found: S3Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def bucket(server: S3Server) -> Bucket:
    return fresh_bucket(server)


@pytest.fixture
def stored(bucket: Bucket, tmp_path: Path) -> StoredObject:
    return bucket.put("a1/copy", COPY, tmp_path)


@pytest.fixture
def service(server: S3Server) -> Minio:
    return server.client(server.service)


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


def test_a_bucket_that_could_lose_a_copy_is_refused(server: S3Server) -> None:
    client = server.client()
    client.make_bucket("plain")
    with pytest.raises(InvalidInput, match=r"plain chưa bật lưu phiên bản"):
        open_archive(location(server, "plain"))
    client.set_bucket_versioning("plain", VersioningConfig(ENABLED))
    with pytest.raises(InvalidInput, match=r"plain không có khóa đối tượng"):
        open_archive(location(server, "plain"))
    with pytest.raises(InvalidInput, match=r"plain không có khóa đối tượng"):
        make_bucket(S3Bucket(location(server, "plain", server.admin)))
    with pytest.raises(InvalidInput, match=r"nobody-made-this chưa có"):
        open_archive(location(server, "nobody-made-this"))


def test_wrong_credentials_say_so_and_show_none(server: S3Server) -> None:
    bucket = fresh_bucket(server)
    for who in (
        Credentials(server.service.access, "wrong-secret-key"),
        Credentials("unknown-access", "wrong-secret-key"),
    ):
        with pytest.raises(InvalidInput, match="khóa truy cập không đúng") as caught:
            open_archive(bucket.location(who))
        assert caught.value.exit_code == 2
        shown = f"{caught.value!r} {caught.value} {bucket.location(who)!r}"
        assert who.secret not in shown
        assert who.access not in shown.replace("service", "")


def test_the_service_cannot_make_a_bucket(server: S3Server) -> None:
    with pytest.raises(InvalidInput, match="không đủ quyền"):
        open_archive(location(server, "wanted-by-service", make_bucket=True))


def test_making_the_bucket_again_changes_no_lock(
    bucket: Bucket, stored: StoredObject, tmp_path: Path
) -> None:
    make_bucket(S3Bucket(bucket.location(bucket.server.admin)))
    config = bucket.server.client().get_object_lock_config(bucket.name)
    assert (config.mode, config.duration) == ("GOVERNANCE", 3653)
    assert read(bucket, stored, tmp_path) == COPY


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example.vn", "http://10.0.0.1:9000", "ftp://127.0.0.1"]
)
def test_nothing_goes_in_the_clear_to_another_machine(endpoint: str) -> None:
    with pytest.raises(ValueError, match="https"):
        S3Location(endpoint, "archive", "access", "secret")
