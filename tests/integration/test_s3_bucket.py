"""What the bucket and the credentials must be, and who may make it: real S3 servers."""

from pathlib import Path

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from certify.errors import InvalidInput
from storage.archive.open import open_archive
from storage.archive.s3_bucket import S3Bucket
from storage.archive.s3_location import S3Location
from storage.archive.s3_set_up import make_bucket
from tests.support.s3_buckets import fresh_bucket, location
from tests.support.seaweed import Credentials, S3Server


def test_a_bucket_that_could_lose_a_copy_is_refused(s3_server: S3Server) -> None:
    client = s3_server.client()
    client.make_bucket("plain")
    with pytest.raises(InvalidInput, match=r"plain chưa bật lưu phiên bản"):
        open_archive(location(s3_server, "plain"))
    client.set_bucket_versioning("plain", VersioningConfig(ENABLED))
    with pytest.raises(InvalidInput, match=r"plain không có khóa đối tượng"):
        open_archive(location(s3_server, "plain"))
    with pytest.raises(InvalidInput, match=r"plain không có khóa đối tượng"):
        make_bucket(S3Bucket(location(s3_server, "plain", s3_server.admin)))
    with pytest.raises(InvalidInput, match=r"nobody-made-this chưa có"):
        open_archive(location(s3_server, "nobody-made-this"))


def test_wrong_credentials_say_so_and_show_none(s3_server: S3Server) -> None:
    bucket = fresh_bucket(s3_server)
    for who in (
        Credentials(s3_server.service.access, "wrong-secret-key"),
        Credentials("unknown-access", "wrong-secret-key"),
    ):
        with pytest.raises(InvalidInput, match="khóa truy cập không đúng") as caught:
            open_archive(bucket.location(who))
        assert caught.value.exit_code == 2
        shown = f"{caught.value!r} {caught.value} {bucket.location(who)!r}"
        assert who.secret not in shown
        assert who.access not in shown.replace("service", "")


def test_the_service_cannot_make_a_bucket(s3_server: S3Server) -> None:
    with pytest.raises(InvalidInput, match="không đủ quyền"):
        open_archive(location(s3_server, "wanted-by-service", make_bucket=True))


def test_making_the_bucket_again_changes_no_lock(
    s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = fresh_bucket(s3_server)
    stored = bucket.put("a1/copy", b"copy", tmp_path)
    until = bucket.archive.retained_until(stored)
    again = bucket.location(s3_server.admin, default_retention_days=5)
    make_bucket(S3Bucket(again))
    config = s3_server.client().get_object_lock_config(bucket.name)
    assert (config.mode, config.duration) == ("GOVERNANCE", 5)
    assert bucket.archive.retained_until(stored) == until
    bucket.archive.fetch(stored, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"copy"


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example.vn", "http://10.0.0.1:9000", "ftp://127.0.0.1"]
)
def test_nothing_goes_in_the_clear_to_another_machine(endpoint: str) -> None:
    with pytest.raises(ValueError, match="https"):
        S3Location(endpoint, "archive", "access", "secret")
