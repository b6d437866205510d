"""From settings to a key that is fit to sign documents."""

from keys.base import SigningKey
from keys.external import SignatureExchange, open_external_key
from keys.file import open_file_key
from keys.fitness import check_strength, check_usage
from keys.settings import (
    CscKeySettings,
    ExternalKeySettings,
    FileKeySettings,
    KeySettings,
    Pkcs11KeySettings,
)


def open_key(
    settings: KeySettings, *, exchange: SignatureExchange | None = None
) -> SigningKey:
    """Open a key and check all that time does not change; slow, so do it once.

    Every backend proves itself that the private key belongs to the certificate: a file
    now, a remote service with each signature, before that is handed on. The validity
    period is not looked at: see `keys.fitness.check_usable`.

    Args:
        settings: of one of the backends.
        exchange: the way to the owners of external keys; only those need it.

    Raises:
        KeyRefused: this key must not sign; `reason` says why.
        KeyUnreachable: the backend is away.
    """
    key = _open(settings, exchange)
    check_strength(key.certificate.public_key(), key_id=key.key_id)
    check_usage(key.certificate, key_id=key.key_id)
    return key


def _open(settings: KeySettings, exchange: SignatureExchange | None) -> SigningKey:
    match settings:
        case FileKeySettings():
            return open_file_key(settings)
        case ExternalKeySettings():
            if exchange is None:
                raise ValueError("an external key needs an exchange")
            return open_external_key(settings, exchange=exchange)
        case Pkcs11KeySettings():
            # 55 ms and a C library: only for those who have such a key.
            from keys.pkcs11 import open_pkcs11_key  # noqa: PLC0415 - see above

            return open_pkcs11_key(settings)
        case CscKeySettings():
            # urllib3 and pydantic: only for those who have such a key.
            from keys.csc import open_csc_key  # noqa: PLC0415 - see above

            return open_csc_key(settings)
