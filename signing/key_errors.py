"""What a key says, in the words of the core and the desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cryptography.x509 import Certificate

from certify.errors import (
    CertificateUnfit,
    ServiceUnavailable,
    SignatoryAbsent,
    SigningDeclined,
)
from keys.base import KeyBackendError, KeyOwnerAbsent, KeyRefused, RefusalReason
from signing.certificates import KEY_SERVICE
from signing.names import holder_of


@contextmanager
def key_errors(certificate: Callable[[str], Certificate]) -> Iterator[None]:
    """Translate errors of keys; `certificate` returns that of a key id.

    Raises:
        SignatoryAbsent: the key's owner is not there, or did not sign in time.
        SigningDeclined: the owner said no.
        CertificateUnfit: the key must not be used; the reason says why.
        ServiceUnavailable: the key did not answer.
    """
    try:
        yield
    except KeyRefused as error:
        if error.reason is RefusalReason.DECLINED:
            raise SigningDeclined from error
        raise CertificateUnfit(
            holder=holder_of(certificate(error.key_id)), reason=error.reason.sentence
        ) from error
    except KeyOwnerAbsent as error:
        raise SignatoryAbsent(holder=holder_of(certificate(error.key_id))) from error
    except KeyBackendError as error:
        raise ServiceUnavailable(service=KEY_SERVICE) from error
