"""The ring: opened when needed, out of use at once, a wrong secret tried once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from typing_extensions import override

from api.signing_keys.certificates import with_certificate
from api.signing_keys.opening import KeyOpener
from api.signing_keys.ring import KeyRing
from certify.clock import SystemClock
from certify.errors import KeyNotUsable
from certify.signing_key import KeyRecord, activated, frozen
from keys.base import SigningKey
from keys.generate import KeyAlgorithm, generate_file_key
from keys.placeholder import placeholder_certificate
from storage.database import Database
from storage.people import SqlPeople
from storage.signing_keys import SqlSigningKeys
from tests.support.builders import AUTHORITY_ID
from tests.support.desk import seed_people
from tests.support.fields import FIELDS
from tests.support.signing_keys import act, make_key

PASSPHRASE = "mot mat khau rat dai"  # noqa: S105 - of keys made in this test


@dataclass(frozen=True, kw_only=True)
class CountingOpener(KeyOpener):
    """The real opener; remembers what it was asked to open."""

    opened: list[str] = field(default_factory=list)

    @override
    def __call__(
        self, key: KeyRecord, secrets: Mapping[str, str] | None = None
    ) -> SigningKey:
        self.opened.append(key.id)
        return super().__call__(key, secrets)


@dataclass
class Office:
    folder: Path
    registry: SqlSigningKeys
    opener: CountingOpener
    ring: KeyRing

    def active(self, key_id: str) -> None:
        """Make a key in a file and activate it."""
        now = SystemClock().now()
        spki = generate_file_key(
            self.folder / f"{key_id}.pem",
            KeyAlgorithm.P_256,
            key_id=key_id,
            passphrase=PASSPHRASE,
        )
        leaf = placeholder_certificate(
            load_der_public_key(spki),  # type: ignore[arg-type]  # of a key we made
            now,
        )
        key = make_key(
            key_id,
            public_key=spki,
            parameters={"path": f"{key_id}.pem"},
            secrets={"passphrase": "file:pass"},
        )
        known = activated(with_certificate(key, leaf, []), now, None)
        self.registry.add(known, act("add"))

    def secret(self, text: str) -> None:
        (self.folder / "pass").touch(mode=0o600)
        (self.folder / "pass").write_text(text)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = SystemClock()
    database = Database(f"sqlite:///{tmp_path / 'register.db'}", fields=FIELDS)
    database.migrate()
    seed_people(SqlPeople(database=database, clock=clock))
    registry = SqlSigningKeys(database=database, clock=clock)
    opener = CountingOpener(
        folder=tmp_path,
        certificates=tmp_path / "certificates",
        clock=clock,
        development=True,
    )
    ring = KeyRing(
        registry=registry, authority_id=AUTHORITY_ID, opener=opener, clock=clock
    )
    made = Office(tmp_path, registry, opener, ring)
    made.secret(PASSPHRASE)
    yield made
    database.close()


def test_a_key_is_opened_when_first_needed_and_once(office: Office) -> None:
    office.active("a")
    office.active("b")
    assert sorted(office.ring) == ["a", "b"]
    assert office.opener.opened == []
    first = office.ring["a"]
    assert office.ring["a"] is first
    assert office.opener.opened == ["a"]
    office.active("c")  # while the service runs
    assert office.ring["c"].key_id == "c"


def test_a_frozen_key_is_out_of_use_with_the_next_look(office: Office) -> None:
    office.active("a")
    first = office.ring["a"]
    office.registry.change("a", partial(frozen, on=True), act("freeze", "nghi lộ"))
    with pytest.raises(KeyNotUsable, match="đóng băng"):
        office.ring["a"]
    assert list(office.ring) == []
    office.registry.change("a", partial(frozen, on=False), act("unfreeze", "ổn"))
    assert office.ring["a"] is not first  # dropped, opened anew


def test_a_key_nobody_knows(office: Office) -> None:
    with pytest.raises(KeyNotUsable, match="chưa có trong sổ khóa"):
        office.ring["a"]


def test_a_wrong_secret_is_tried_once_until_it_is_another(office: Office) -> None:
    office.active("a")
    office.secret("mot mat khau khac")
    for _ in range(3):
        with pytest.raises(KeyNotUsable, match="mật khẩu mở khóa không đúng"):
            office.ring["a"]
    assert office.opener.opened == ["a"]
    office.secret(PASSPHRASE)
    assert office.ring["a"].key_id == "a"


def test_a_file_that_comes_back_needs_no_restart(office: Office) -> None:
    office.active("a")
    path = office.folder / "a.pem"
    away = path.rename(path.with_suffix(".away"))
    for _ in range(2):
        with pytest.raises(KeyNotUsable, match="không có tệp khóa"):
            office.ring["a"]
    away.rename(path)
    assert office.ring["a"].key_id == "a"


def test_another_certificate_than_the_rows_is_refused(office: Office) -> None:
    office.active("a")
    office.active("b")
    other = office.registry.key("b").certificate
    office.registry.change(
        "a", lambda key: replace(key, certificate=other), act("import")
    )
    with pytest.raises(KeyNotUsable, match="không khớp"):
        office.ring["a"]
