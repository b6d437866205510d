"""`certify init`: makes a data folder with a development authority, once.

Everything is built in `<data>/.init` and moved into place, `service.json` last. A run
that was interrupted while building starts over; one interrupted while moving goes on.
Nothing that is in place is ever changed or removed. Two runs at once take turns.
"""

import hashlib
import secrets
import shutil
import socket
from dataclasses import dataclass
from datetime import timedelta

from api.data_folder import PRIVATE_FOLDER, DataFolder, ServiceChoices
from api.development import DevelopmentPeople, development_people
from api.development_keys import (
    create_development_confirmation,
    create_development_keys,
    development_anchors,
    development_key_records,
    pki_address,
)
from api.durable import PRIVATE_FILE
from api.samples.pictures import seal_picture, signature_picture
from api.service_key import write_service_key
from api.settings import Settings
from api.settling import move_into_place, refuse_foreign, settling
from api.trust_folder import write_trust
from api.wiring import Storage, build_publisher, open_storage
from certify.access import Scope
from certify.attestation import Act
from certify.clock import Clock, SystemClock
from certify.errors import InvalidInput, NotAllowed, WrongState

# Below Linux's ephemeral range (32768-60999): no outgoing connection takes it later.
_PORTS = range(20000, 32000)
_KEY_LIFE = timedelta(days=365)
_BY_INIT = "system"
API_KEYS: tuple[tuple[str, frozenset[Scope]], ...] = (
    ("Cán bộ tiếp nhận", frozenset({Scope.OFFICER, Scope.READ})),
    ("Người ký", frozenset({Scope.SIGN, Scope.READ})),
    ("Hệ thống một cửa", frozenset({Scope.PARTNER, Scope.READ})),
)


@dataclass(frozen=True)
class ApiKeyOnce:
    """A fresh API key; its plain text exists here and on the operator's screen."""

    label: str
    scopes: tuple[str, ...]
    plain: str


def initialise(settings: Settings, clock: Clock | None = None) -> bool:
    """Make the data folder ready; True if it was not.

    Raises:
        NotAllowed: production has no development authority.
        InvalidInput: the folder holds something else, or cannot be made.
    """
    if settings.env != "development":
        raise NotAllowed(reason="certify init chỉ tạo môi trường thử nghiệm")
    clock = clock or SystemClock()
    folder = DataFolder(settings.data)
    with settling(folder.path):
        if folder.initialised:
            return False
        building = DataFolder(folder.path / ".init")
        if not building.initialised:
            refuse_foreign(folder.path, expected={".init"})
            shutil.rmtree(building.path, ignore_errors=True)
            building.path.mkdir(mode=PRIVATE_FOLDER)
            _build(building, settings, clock)
        move_into_place(building.path, folder.path)
    return True


def issue_api_keys(settings: Settings, clock: Clock | None = None) -> list[ApiKeyOnce]:
    """Make one API key per kind of caller; they can be read now and never again."""
    now = (clock or SystemClock()).now()
    folder = DataFolder(settings.data)
    choices = folder.choices()
    with open_storage(folder, settings) as storage:
        return [
            ApiKeyOnce(
                label=label,
                scopes=tuple(sorted(scopes)),
                plain=storage.api_keys.create(
                    choices.authority_id,
                    scopes,
                    label,
                    expires_at=now + _KEY_LIFE,
                    now=now,
                    act=Act(_BY_INIT, "api_key.create"),
                ),
            )
            for label, scopes in API_KEYS
        ]


def _build(folder: DataFolder, settings: Settings, clock: Clock) -> None:
    """Make everything inside an empty folder; `service.json` says it is whole."""
    write_service_key(folder.service_key)
    people = development_people()
    port = _free_port()
    roster = create_development_keys(folder, people, port=port, now=clock.now())
    write_trust(
        folder.trust,
        anchors=development_anchors(folder),
        lists=[f"{pki_address(port)}/crl/{ca}.crl" for ca in ("root", "issuing")],
    )
    publisher = build_publisher(folder, clock)
    publisher.begin(roster)
    pictures = _write_pictures(folder, people)
    _seed(folder, settings, people, pictures)
    with open_storage(folder, settings, clock) as storage:
        publisher.publish_annulments(storage.people, storage.register)
    for private in (folder.archive, folder.scans, folder.work, folder.cache):
        private.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    folder.write_choices(
        ServiceChoices(
            base_url=settings.base_url or f"http://127.0.0.1:{settings.port or 8000}",
            pki_port=port,
            authority_id=people.authority.id,
            officer_id=people.officer.id,
            signatory_id=people.signatory.id,
            picture_digests=pictures,
        )
    )


def _seed(
    folder: DataFolder,
    settings: Settings,
    people: DevelopmentPeople,
    pictures: dict[str, str],
) -> None:
    """Put the people on record; the trail remembers the pictures' digests."""
    confirmation = create_development_confirmation(folder, people)
    with open_storage(folder, settings) as storage:
        _add_authority(storage, people)
        storage.people.add_officer(people.officer, Act(_BY_INIT, "officer.add"))
        storage.people.add_signatory(
            people.signatory,
            Act(_BY_INIT, "signatory.add", _picture(pictures[people.signatory.id])),
        )
        storage.people.add_seal_authorisation(
            people.seal_authorisation,
            Act(_BY_INIT, "seal.authorise", _picture(pictures[people.authority.id])),
        )
        storage.people.enrol_key(confirmation, Act(_BY_INIT, "key.enrol"))
        for record in development_key_records(
            folder,
            authority_id=people.authority.id,
            signatory_id=people.signatory.id,
        ):
            storage.signing_keys.add(record, Act(_BY_INIT, "signing_key.add"))


def _add_authority(storage: Storage, people: DevelopmentPeople) -> None:
    """A database server may keep what an earlier data folder left in it."""
    try:
        storage.people.add_authority(people.authority, Act(_BY_INIT, "authority.add"))
    except WrongState as error:
        raise InvalidInput(
            field="CERTIFY_DATABASE_URL",
            reason="cơ sở dữ liệu này đã thuộc một thư mục dữ liệu khác, hãy dùng một "
            "cơ sở dữ liệu trống",
        ) from error


def _picture(digest: str) -> str:
    return f"Ảnh mẫu dùng khi ký, SHA-256 {digest}"


def _write_pictures(folder: DataFolder, people: DevelopmentPeople) -> dict[str, str]:
    folder.pictures.mkdir(mode=PRIVATE_FOLDER)
    drawn = {
        people.signatory.id: signature_picture(people.signatory.name),
        people.authority.id: seal_picture(people.authority.name),
    }
    for holder_id, png in drawn.items():
        file = folder.pictures / f"{holder_id}.png"
        file.write_bytes(png)
        file.chmod(PRIVATE_FILE)
    return {holder: hashlib.sha256(png).hexdigest() for holder, png in drawn.items()}


def _free_port() -> int:
    """Return a loopback port nobody listens on now."""
    for _ in range(100):
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise InvalidInput(field="Cổng mạng", reason="không còn cổng trống trên máy này")
