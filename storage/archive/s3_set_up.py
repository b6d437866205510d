"""Makes the bucket of the archive, and refuses one that could lose a copy."""

from collections.abc import Iterator
from contextlib import contextmanager

from minio.commonconfig import ENABLED, GOVERNANCE
from minio.error import S3Error
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.sseconfig import Rule, SSEConfig

from certify.errors import InvalidInput
from storage.archive.s3_bucket import S3Bucket
from storage.archive.s3_errors import house_errors

FIELD = "Kho lưu trữ S3"
_REFUSED = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthFailure"}
)
_NO_LOCK = "ObjectLockConfigurationNotFoundError"


def make_bucket(bucket: S3Bucket, *, only_if_missing: bool = False) -> None:
    """Make the bucket with lock, default retention and encryption; may run again.

    Needs an administrator's credentials. A bucket that is there gets the defaults, so
    that what others put in is kept and encrypted too; our own objects name theirs.

    Args:
        bucket: which.
        only_if_missing: leave one that is there as it is.

    Raises:
        InvalidInput: it is there without object lock, which only its making can give;
            or the credentials do not fit.
        ServiceUnavailable: the store is away.
    """
    name, client = bucket.name, bucket.client
    days = bucket.location.default_retention_days
    with _set_up_errors(bucket), bucket.bounded():
        if client.bucket_exists(name):
            if only_if_missing:
                return
        else:
            client.make_bucket(name, bucket.location.region, object_lock=True)
        client.get_object_lock_config(name)  # raises without lock
        client.set_object_lock_config(name, ObjectLockConfig(GOVERNANCE, days, DAYS))
        client.set_bucket_encryption(name, SSEConfig(Rule.new_sse_s3_rule()))
    check_bucket(bucket)


def check_bucket(bucket: S3Bucket) -> None:
    """Refuse a bucket without versions or object lock.

    Whether objects are encrypted is read back at every write.

    Raises:
        InvalidInput: says what is missing.
        ServiceUnavailable: the store is away.
    """
    with _set_up_errors(bucket), bucket.bounded():
        if bucket.client.get_bucket_versioning(bucket.name).status != ENABLED:
            raise _unfit(bucket, "chưa bật lưu phiên bản (versioning)")
        bucket.client.get_object_lock_config(bucket.name)


@contextmanager
def _set_up_errors(bucket: S3Bucket) -> Iterator[None]:
    """Tell an operator what to mend; the rest is an outage."""
    with house_errors():
        try:
            yield
        except S3Error as error:
            if error.code in _REFUSED:
                reason = (
                    "khóa truy cập không đúng, hoặc không đủ quyền với thùng "
                    f"{bucket.name}"
                )
                raise InvalidInput(field=FIELD, reason=reason) from error
            if error.code == "NoSuchBucket":
                raise _unfit(bucket, "chưa có") from error
            if error.code == _NO_LOCK:
                raise _unfit(bucket, "không có khóa đối tượng (object lock)") from error
            raise


def _unfit(bucket: S3Bucket, lack: str) -> InvalidInput:
    return InvalidInput(
        field=FIELD,
        reason=f"thùng {bucket.name} {lack}; hãy chọn một tên thùng mới và tạo bằng: "
        "certify archive init",
    )
