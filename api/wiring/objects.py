"""Where finished copies are kept, from settings to an open archive."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from api.data_folder import DataFolder
from api.settings import Settings
from certify.auditing.ports import RestorableArchive
from certify.errors import InvalidInput
from storage.archive.open import ArchiveLocation, FolderLocation, open_archive
from storage.archive.s3_location import S3Location

if TYPE_CHECKING:
    from storage.archive.s3 import S3Archive


def build_archive(
    settings: Settings,
    folder: DataFolder,
    keys: Callable[[str], tuple[bytes, ...]],
) -> RestorableArchive:
    """Open the archive the settings name; `keys` derives the secrets of a purpose.

    Raises:
        InvalidInput: a setting, the bucket or the right to use it is not as it must be.
        ServiceUnavailable: the folder cannot be made.
    """
    location: ArchiveLocation
    match settings.archive:
        case "folder":
            newest, *older = keys("archive")
            location = FolderLocation(
                folder.archive, newest, tuple(older), reread=partial(keys, "archive")
            )
        case "s3":
            location = s3_location(settings, make_bucket=settings.env == "development")
    return open_archive(location)


def build_s3_archive(settings: Settings) -> "S3Archive":
    """Open the S3 archive, for what only S3 has: versions of others, and links.

    Raises:
        InvalidInput: the settings name no S3 archive; or see `build_archive`.
    """
    # The SDK takes 0.3 s to import; not everybody waits for it.
    from storage.archive.s3 import S3Archive  # noqa: PLC0415

    if settings.archive != "s3":
        raise InvalidInput(
            field="CERTIFY_ARCHIVE", reason="lệnh này chỉ dùng với kho S3 (s3)"
        )
    return S3Archive(s3_location(settings))


def make_s3_bucket(settings: Settings) -> None:
    """Make the bucket, with an administrator's credentials; may run again.

    Raises:
        InvalidInput, ServiceUnavailable: see `storage.archive.s3_set_up`.
    """
    from storage.archive.s3_bucket import S3Bucket  # noqa: PLC0415 - as above
    from storage.archive.s3_set_up import make_bucket  # noqa: PLC0415 - as above

    make_bucket(S3Bucket(s3_location(settings)))


def s3_location(settings: Settings, *, make_bucket: bool = False) -> S3Location:
    """Return where the bucket is.

    Raises:
        InvalidInput: a setting is missing, or a file of credentials cannot be used.
    """
    settings.check_s3()
    keys = settings.s3_keys()
    return S3Location(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=keys.access,
        secret_key=keys.secret,
        region=settings.s3_region,
        ca_file=settings.s3_ca_file,
        part_bytes=settings.s3_part_bytes,
        connect_seconds=settings.s3_connect_seconds,
        read_seconds=settings.s3_read_seconds,
        total_seconds=settings.s3_total_seconds,
        tries=settings.s3_tries,
        make_bucket=make_bucket,
        default_retention_days=settings.retention_days,
    )
