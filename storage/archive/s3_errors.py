"""What an S3 store, its SDK or the network says, as errors of this house.

The store's own words go to the log as a code, never to a user; the SDK puts neither
keys nor signatures into its errors.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError

from certify.errors import NotFound, ServiceUnavailable

SERVICE = "Kho lưu trữ"
_GONE = frozenset(
    # MethodNotAllowed: the version is a delete marker; InvalidArgument: no version id
    # of this store
    {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidArgument"}
)
_log = logging.getLogger("storage.archive.s3")


@contextmanager
def house_errors(*, reading: bool = False) -> Iterator[None]:
    """Translate whatever is raised inside.

    Args:
        reading: a named version is read; it may be gone.

    Raises:
        NotFound: it is.
        ServiceUnavailable: everything else; the same call may succeed later.
    """
    try:
        yield
    except S3Error as error:
        if reading and error.code in _GONE:
            raise NotFound(what="phiên bản tệp lưu trữ") from error
        raise unavailable(error) from error
    except (MinioException, HTTPError, OSError, ParseError, ValueError) as error:
        # ParseError, ValueError: the SDK met an answer that is not of S3
        raise unavailable(error) from error


def unavailable(error: Exception) -> ServiceUnavailable:
    """Return the error for users; log what an operator needs."""
    _log.warning("S3 archive: %s", _named(error))
    return ServiceUnavailable(service=SERVICE)


def _named(error: Exception) -> str:
    match error:
        case S3Error(code=code):
            return f"code {code}, HTTP {error.response.status}"
        case ServerError(status_code=status):
            return f"HTTP {status}"
        case InvalidResponseError():
            return "an answer that is not of S3"
        case _:
            return type(error).__name__
