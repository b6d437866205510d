"""New keys, and the certification requests of keys that have no certificate yet."""

from dataclasses import dataclass, replace

from cryptography.x509 import Name, NameAttribute
from cryptography.x509.oid import NameOID

from api.signing_keys.backends import key_settings
from api.signing_keys.certificates import spki_of, with_certificate
from api.signing_keys.opening import KeyOpener, key_errors
from certify.errors import InvalidInput, WrongState
from certify.people import Authority, Signatory
from certify.signing_key import KeyRecord
from keys.generate import KeyAlgorithm, generate_file_key
from keys.request import certification_request, pem_request
from keys.settings import FileKeySettings, Pkcs11KeySettings

SHORTEST_PASSPHRASE = 12


@dataclass(frozen=True)
class Holder:
    """Whose key it is: a person of the authority, or None for its seal."""

    authority: Authority
    person: Signatory | None


def subject_of(holder: Holder) -> Name:
    """Return the subject of a holder's request.

    A person: C, O, title, CN. A seal: C, O, CN, both the authority's full name
    (ETSI EN 319 412-2 §4.2.4, EN 319 412-3 §4.2.1). What the CA of the State writes
    into the certificate is its own decision.
    """
    authority, person = holder.authority.name, holder.person
    parts = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, authority)]
    if person is None:
        parts.append((NameOID.COMMON_NAME, authority))
    else:
        parts += [
            (NameOID.TITLE, person.position or person.title_lines[-1].capitalize()),
            (NameOID.COMMON_NAME, person.name),
        ]
    return Name([NameAttribute(oid, value) for oid, value in parts])


def readable(name: Name) -> str:
    """Write a subject in its own order, for people."""
    shown = {NameOID.TITLE: "title"}
    return ", ".join(
        f"{shown.get(part.oid, part.rfc4514_attribute_name)}={part.value!s}"
        for part in name
    )


def generate_key(opener: KeyOpener, key: KeyRecord, algorithm: str) -> KeyRecord:
    """Make the key that a row describes; return the row with its public key.

    Raises:
        InvalidInput: a short passphrase, or a backend that makes no keys here.
        WrongState: there is such a file or object already.
        KeyNotUsable, ServiceUnavailable: from the backend.
    """
    if algorithm not in set(KeyAlgorithm):
        raise InvalidInput(
            field="--algorithm", reason=f"phải là {', '.join(KeyAlgorithm)}"
        )
    chosen = KeyAlgorithm(algorithm)
    with key_errors(key.id):
        settings = key_settings(
            key, opener.secrets(key), certificates=None, folder=opener.folder
        )
        try:
            match settings:
                case FileKeySettings():
                    public_key = _generate_file(settings, chosen)
                case Pkcs11KeySettings():
                    public_key = _generate_on_token(settings, chosen)
                case _:
                    raise InvalidInput(
                        field="--backend",
                        reason="khóa loại này do nhà cung cấp tạo, hãy dùng: certify "
                        "keys add",
                    )
        except FileExistsError as error:
            raise WrongState(
                reason="đã có khóa tại nơi này; khóa không bao giờ bị ghi đè"
            ) from error
        except OSError as error:
            raise InvalidInput(
                field="path", reason="không ghi được tệp khóa ở đó"
            ) from error
    return replace(key, public_key=public_key)


def _generate_file(settings: FileKeySettings, algorithm: KeyAlgorithm) -> bytes:
    if len(settings.passphrase) < SHORTEST_PASSPHRASE:
        raise InvalidInput(
            field="--secret",
            reason=f"mật khẩu mở khóa phải có từ {SHORTEST_PASSPHRASE} ký tự",
        )
    return generate_file_key(
        settings.path,
        algorithm,
        key_id=settings.key_id,
        passphrase=settings.passphrase,
    )


def _generate_on_token(settings: Pkcs11KeySettings, algorithm: KeyAlgorithm) -> bytes:
    # A C library: only for those who have such a key.
    from keys.pkcs11_generate import generate_pkcs11_key  # noqa: PLC0415 - see above

    if settings.key_label is None:
        raise InvalidInput(field="--set", reason="thiếu mục key_label")
    return generate_pkcs11_key(settings, algorithm)


def request_of(opener: KeyOpener, key: KeyRecord, holder: Holder) -> str:
    """Return the PKCS#10 request of a key, PEM, signed by the key itself.

    Raises:
        KeyNotUsable, ServiceUnavailable: from the backend.
    """
    with key_errors(key.id):
        return pem_request(certification_request(opener(key), subject_of(holder)))


def existing_key(opener: KeyOpener, key: KeyRecord) -> KeyRecord:
    """Fill the row of a key that exists, from what its backend has.

    Raises:
        KeyNotUsable, ServiceUnavailable: from the backend.
    """
    with key_errors(key.id):
        opened = opener.discover(key)
    leaf = opened.certificate
    return with_certificate(replace(key, public_key=spki_of(leaf)), leaf, opened.chain)
