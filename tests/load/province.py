"""A province: several authorities over one database, each with people and keys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.data_folder import DataFolder
from api.development import DevelopmentPeople, development_people
from api.initialise import initialise
from api.service_key import derive_key, read_service_keys
from api.services import Services
from api.settings import Settings
from api.wiring import Storage, build_publisher, build_services, open_storage
from certify.attestation import Act
from certify.clock import SystemClock
from certify.confirmation import Assertion
from certify.desk import Desk, DeskRules
from certify.people import Signatory
from certify.roster import Role, Roster, RosterEntry
from certify.signing_key import KeyRecord, KeyRole, KeyState
from keys.devpki.holders import SealHolder, SignatoryHolder
from keys.devpki.issue import IssuedKey, issue_certificate
from tests.support.confirmation import SoftwareConfirmation

MADE = "system"


@dataclass(frozen=True)
class Office:
    """One authority: whom its desk acts as."""

    authority_id: str
    officer_id: str
    signatory_id: str


class Confirmers:
    """The second factors of all signatories; fills `certify.ports.Confirmer`."""

    def __init__(self) -> None:
        self._factors: dict[str, SoftwareConfirmation] = {}

    def enrol(self, storage: Storage, signatory_id: str, service_key: bytes) -> None:
        factor = SoftwareConfirmation(signatory_id, service_key)
        storage.people.enrol_key(factor.enrolled, Act(MADE, "key.enrol"))
        self._factors[signatory_id] = factor

    def confirm(
        self, signatory: Signatory, statement_digests: Sequence[str], now: datetime
    ) -> Assertion:
        made = self._factors[signatory.id].assertion(*statement_digests)
        return replace(made, made_at=now)


@dataclass
class Province:
    """Its settings, its offices, and a running service that serves the PKI for all."""

    settings: Settings
    offices: list[Office]
    services: Services

    def at(self, office: Office) -> Services:
        """The service as one office's desk uses it."""
        return replace(
            self.services,
            authority_id=office.authority_id,
            officer_id=office.officer_id,
            signatory_id=office.signatory_id,
        )


@contextmanager
def province(settings: Settings, authorities: int) -> Iterator[Province]:
    """Make a data folder with so many authorities, and build the service on it."""
    initialise(settings)
    folder, confirmers = DataFolder(settings.data), Confirmers()
    first = folder.choices()
    offices = [Office(first.authority_id, first.officer_id, first.signatory_id)]
    key = derive_key(read_service_keys(folder.service_key)[0], "enrolment")
    with open_storage(folder, settings) as storage:
        entries: list[RosterEntry] = []
        for number in range(1, authorities):
            people = _named(development_people(), number)
            entries += _settle(folder, storage, people)
            offices.append(
                Office(people.authority.id, people.officer.id, people.signatory.id)
            )
        for office in offices:
            confirmers.enrol(storage, office.signatory_id, key)
    build_publisher(folder, SystemClock()).issue(
        lambda roster: Roster(roster.head, (*roster.entries, *entries))
    )
    _lend_pictures(folder, offices)
    services = build_services(settings)
    built: Any = services.desk
    desk = Desk(
        people=services.people,
        cases=services.cases,
        sealer=built._sealer,
        confirmer=confirmers,
        clock=services.clock,
        rules=DeskRules(),
    )
    try:
        yield Province(settings, offices, replace(services, desk=desk))
    finally:
        services.close()


def _named(people: DevelopmentPeople, number: int) -> DevelopmentPeople:
    name = f"Ủy ban nhân dân xã Thử {number}"
    authority = replace(
        people.authority,
        name=name,
        unit_code=f"H35.12.{100 + number}",
        seal_key_id=f"seal-{number}",
    )
    signatory = replace(people.signatory, key_id=f"signatory-{number}")
    return replace(people, authority=authority, signatory=signatory)


def _settle(
    folder: DataFolder, storage: Storage, people: DevelopmentPeople
) -> list[RosterEntry]:
    """Put an authority, its people and its keys on record."""
    authority, signatory = people.authority, people.signatory
    storage.people.add_authority(authority, Act(MADE, "authority.add"))
    storage.people.add_officer(people.officer, Act(MADE, "officer.add"))
    storage.people.add_signatory(signatory, Act(MADE, "signatory.add"))
    storage.people.add_seal_authorisation(
        people.seal_authorisation, Act(MADE, "seal.authorise")
    )
    now = SystemClock().now()
    person = issue_certificate(
        folder.pki,
        SignatoryHolder(signatory.key_id, signatory.name, "Chủ tịch", authority.name),
        now=now,
    )
    seal = issue_certificate(
        folder.pki, SealHolder(authority.seal_key_id, authority.name), now=now
    )
    entries = []
    for key, issued, role, owner in (
        (signatory.key_id, person, Role.CHAIRMAN, signatory.id),
        (authority.seal_key_id, seal, Role.SEAL, None),
    ):
        record = _record(folder, key, issued, authority.id, owner)
        storage.signing_keys.add(record, Act(MADE, "signing_key.add"))
        entries.append(
            RosterEntry(
                authority_id=authority.id,
                authority_name=authority.name,
                role=role,
                certificate_sha256=record.certificate_sha256 or "",
                valid_from=issued.certificate.not_valid_before_utc,
                valid_to=issued.certificate.not_valid_after_utc,
            )
        )
    return entries


def _record(
    folder: DataFolder,
    key_id: str,
    issued: IssuedKey,
    authority_id: str,
    owner: str | None,
) -> KeyRecord:
    certificate = issued.certificate
    issuers = [
        (folder.pki / "certificates" / f"{name}.pem").read_bytes()
        for name in ("issuing", "root")
    ]
    return KeyRecord(
        id=key_id,
        authority_id=authority_id,
        role=KeyRole.SIGNATORY if owner else KeyRole.SEAL,
        person_id=owner,
        backend="file",
        parameters={"path": f"pki/keys/{key_id}.p12"},
        secrets={"passphrase": f"file:pki/keys/{key_id}.passphrase"},
        public_key=certificate.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        ),
        created_at=certificate.not_valid_before_utc,
        certificate=certificate.public_bytes(Encoding.DER),
        certificate_sha256=certificate.fingerprint(SHA256()).hex(),
        issuers=tuple(_der(pem) for pem in issuers),
        state=KeyState.ACTIVE,
        active_from=certificate.not_valid_before_utc,
    )


def _der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def _lend_pictures(folder: DataFolder, offices: Sequence[Office]) -> None:
    """The first office's pictures for all: what they show is of no matter here."""
    choices, first = folder.choices(), offices[0]
    digests = dict(choices.picture_digests)
    for office in offices[1:]:
        for lent, given in (
            (first.signatory_id, office.signatory_id),
            (first.authority_id, office.authority_id),
        ):
            picture = folder.pictures / f"{lent}.png"
            picture.with_stem(given).write_bytes(picture.read_bytes())
            digests[given] = digests[lent]
    folder.write_choices(choices.model_copy(update={"picture_digests": digests}))
