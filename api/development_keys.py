"""The keys of the development people: made and put on record once, by init.

Beside the wiring and `api.devpki` the only reader of `keys`. Passphrases of signing
keys lie beside them, readable by the owner only; that of the confirmation key is
derived from the service key.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.data_folder import DataFolder
from api.development import (
    CONFIRMATION_KEY,
    REPORT_KEY,
    ROSTER_KEY,
    SEAL_KEY,
    SIGNATORY_KEY,
    DevelopmentPeople,
)
from api.service_key import derive_key, read_service_keys
from certify.confirmation import EnrolledKey, enrolment_mac
from certify.errors import StoredDataDamaged
from certify.roster import Role, RosterEntry, role_of
from certify.signing_key import KeyRecord, KeyRole, KeyState
from certify.trust import Anchor, Hierarchy, Purpose
from keys.base import KeyRefused, SigningKey
from keys.confirmation import (
    ConfirmationKey,
    create_confirmation_key,
    load_confirmation_key,
)
from keys.devpki.folder import PkiFolder
from keys.devpki.holders import (
    ISSUING,
    ROOT,
    ReportHolder,
    RosterHolder,
    SealHolder,
    SignatoryHolder,
)
from keys.devpki.issue import create_development_pki
from keys.open import open_key
from keys.settings import FileKeySettings

CONFIRMATION_KIND = "software-p256"


def pki_address(port: int) -> str:
    """Return the base address in the development certificates."""
    return f"http://127.0.0.1:{port}/pki"


def create_development_keys(
    folder: DataFolder, people: DevelopmentPeople, *, port: int, now: datetime
) -> tuple[RosterEntry, ...]:
    """Make the PKI with the keys of the signatory and the seal; return the roster."""
    authority = people.authority
    title = " ".join(people.signatory.title_lines).capitalize()
    create_development_pki(
        folder.pki,
        base_address=pki_address(port),
        now=now,
        holders=[
            SignatoryHolder(
                key_id=SIGNATORY_KEY,
                name=people.signatory.name,
                title=title,
                authority_name=authority.name,
            ),
            SealHolder(key_id=SEAL_KEY, authority_name=authority.name),
            RosterHolder(key_id=ROSTER_KEY, authority_name=authority.name),
            ReportHolder(key_id=REPORT_KEY, authority_name=authority.name),
        ],
    )
    return tuple(
        _roster_entry(people, role, _open(folder, key_id).certificate)
        for role, key_id in (
            (role_of(people.signatory.mandate.kind), SIGNATORY_KEY),
            (Role.SEAL, SEAL_KEY),
        )
    )


def development_anchors(folder: DataFolder) -> list[tuple[Anchor, bytes]]:
    """Return the manifest's lines of the development PKI, with their certificates.

    The signer of the lists is listed by itself: below the same root, a signatory's key
    signs no roster.
    """
    pki = PkiFolder(folder.pki)
    documents = {Purpose.SIGNATURE, Purpose.SEAL, Purpose.TIMESTAMP}
    return [
        _anchor("roots/root.pem", pki.certificate(ROOT), documents),
        _anchor("roots/roster.pem", open_roster_key(folder).certificate, {"roster"}),
        _anchor("intermediates/issuing.pem", pki.certificate(ISSUING), {"chain"}),
    ]


def open_roster_key(folder: DataFolder) -> SigningKey:
    """Open the key that signs the lists of the trust folder.

    Raises:
        StoredDataDamaged: it is missing, exposed to others or damaged.
    """
    return _opened(folder, ROSTER_KEY)


def open_report_key(folder: DataFolder) -> SigningKey:
    """Open the key that signs verification reports; it vouches for no copy.

    Raises:
        StoredDataDamaged: it is missing, exposed to others or damaged.
    """
    return _opened(folder, REPORT_KEY)


def _opened(folder: DataFolder, key_id: str) -> SigningKey:
    try:
        return _open(folder, key_id)
    except KeyRefused as error:
        raise StoredDataDamaged(
            what=f"{error.key_id}: {error.reason.sentence}"
        ) from error


def _anchor(
    file: str, certificate: x509.Certificate, purposes: Iterable[str]
) -> tuple[Anchor, bytes]:
    line = Anchor(
        file=file,
        sha256=certificate.fingerprint(SHA256()).hex(),
        hierarchy=Hierarchy.DEPLOYMENT,
        purposes=frozenset(Purpose(p) for p in purposes),
        source="certify init: hạ tầng khóa THỬ NGHIỆM của chính máy này",
        verified_by="certify init, tạo ra và so dấu vân ngay khi tạo",
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )
    return line, certificate.public_bytes(Encoding.PEM)


def create_development_confirmation(
    folder: DataFolder, people: DevelopmentPeople
) -> EnrolledKey:
    """Make the signatory's confirmation key and bind it under the service key."""
    service_key = read_service_keys(folder.service_key)[0]
    key = create_confirmation_key(
        folder.confirmation_key,
        key_id=CONFIRMATION_KEY,
        passphrase=_passphrase(service_key),
    )
    person_id = people.signatory.id
    return EnrolledKey(
        id=key.key_id,
        person_id=person_id,
        kind=CONFIRMATION_KIND,
        public_key=key.public_key_der,
        enrolment_mac=enrolment_mac(
            derive_key(service_key, "enrolment"),
            key_id=key.key_id,
            person_id=person_id,
            kind=CONFIRMATION_KIND,
            public_key=key.public_key_der,
        ),
    )


def open_development_confirmation(folder: DataFolder) -> ConfirmationKey:
    """Open the development signatory's confirmation key.

    Raises:
        StoredDataDamaged: it is missing, exposed to others or damaged.
    """
    newest, *older = read_service_keys(folder.service_key)
    try:
        for service_key in older:
            with suppress(KeyRefused):  # the passphrase is of another one of them
                return _load_confirmation(folder, service_key)
        return _load_confirmation(folder, newest)
    except KeyRefused as error:
        raise StoredDataDamaged(
            what=f"{error.key_id}: {error.reason.sentence}"
        ) from error


def _load_confirmation(folder: DataFolder, service_key: bytes) -> ConfirmationKey:
    return load_confirmation_key(
        folder.confirmation_key,
        key_id=CONFIRMATION_KEY,
        passphrase=_passphrase(service_key),
    )


def development_key_records(
    folder: DataFolder, *, authority_id: str, signatory_id: str
) -> Iterator[KeyRecord]:
    """Return the rows of the registry for the signatory's and the seal's key."""
    for key_id, role, person_id in (
        (SIGNATORY_KEY, KeyRole.SIGNATORY, signatory_id),
        (SEAL_KEY, KeyRole.SEAL, None),
    ):
        key = _opened(folder, key_id)
        certificate = key.certificate
        yield KeyRecord(
            id=key_id,
            authority_id=authority_id,
            role=role,
            person_id=person_id,
            backend="file",
            parameters={"path": f"pki/keys/{key_id}.p12"},
            secrets={"passphrase": f"file:pki/keys/{key_id}.passphrase"},
            public_key=certificate.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            ),
            created_at=certificate.not_valid_before_utc,
            certificate=certificate.public_bytes(Encoding.DER),
            certificate_sha256=certificate.fingerprint(SHA256()).hex(),
            issuers=tuple(c.public_bytes(Encoding.DER) for c in key.chain),
            state=KeyState.ACTIVE,
            active_from=certificate.not_valid_before_utc,
        )


def _open(folder: DataFolder, key_id: str) -> SigningKey:
    path = folder.pki / "keys" / f"{key_id}.p12"
    try:
        passphrase = path.with_suffix(".passphrase").read_text(encoding="utf-8")
    except OSError as error:
        raise StoredDataDamaged(what=f"khóa thử nghiệm {key_id}") from error
    return open_key(FileKeySettings(key_id=key_id, path=path, passphrase=passphrase))


def _passphrase(service_key: bytes) -> str:
    return derive_key(service_key, "confirmation-key-file").hex()


def _roster_entry(
    people: DevelopmentPeople, role: Role, certificate: x509.Certificate
) -> RosterEntry:
    return RosterEntry(
        authority_id=people.authority.id,
        authority_name=people.authority.name,
        role=str(role),
        certificate_sha256=certificate.fingerprint(SHA256()).hex(),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )
