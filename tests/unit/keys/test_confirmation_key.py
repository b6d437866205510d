# ruff: noqa: S106, S107 - passphrases of keys made in this test

from pathlib import Path

import pytest

from certify.clock import SystemClock
from certify.confirmation import (
    Assertion,
    EnrolledKey,
    challenge,
    check_assertion,
    enrolment_mac,
)
from certify.errors import ConfirmationInvalid
from keys.base import KeyRefused, RefusalReason
from keys.confirmation import (
    ConfirmationKey,
    create_confirmation_key,
    load_confirmation_key,
)

SERVICE_KEY = b"k" * 32
DIGESTS = ("aa" * 32, "bb" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "confirm.pem"


@pytest.fixture
def key(path: Path) -> ConfirmationKey:
    return create_confirmation_key(path, key_id="confirm-1", passphrase="mật khẩu")


def enrolled(key: ConfirmationKey) -> EnrolledKey:
    kind, person, public_key = "software-p256", "person-1", key.public_key_der
    mac = enrolment_mac(
        SERVICE_KEY,
        key_id=key.key_id,
        person_id=person,
        kind=kind,
        public_key=public_key,
    )
    return EnrolledKey(key.key_id, person, kind, public_key, mac)


def check(key: ConfirmationKey, signature: bytes) -> None:
    now = SystemClock().now()
    check_assertion(
        Assertion("software-p256", key.key_id, DIGESTS, signature, now),
        statement_digest=DIGESTS[1],
        signatory_id="person-1",
        key=enrolled(key),
        service_keys=[SERVICE_KEY],
    )


def test_the_core_accepts_its_signature(path: Path, key: ConfirmationKey) -> None:
    loaded = load_confirmation_key(path, key_id="confirm-1", passphrase="mật khẩu")
    assert loaded.public_key_der == key.public_key_der
    check(key, loaded.sign_challenge(challenge(DIGESTS)))


def test_the_core_refuses_a_signature_over_something_else(key: ConfirmationKey) -> None:
    with pytest.raises(ConfirmationInvalid):
        check(key, key.sign_challenge(challenge(DIGESTS[:1])))


def test_file_is_private_and_never_overwritten(
    path: Path, key: ConfirmationKey
) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        create_confirmation_key(path, key_id=key.key_id, passphrase="khác")
    assert path.read_bytes() == before


def test_refusals(path: Path, key: ConfirmationKey) -> None:
    def reason(passphrase: str = "mật khẩu") -> RefusalReason:
        with pytest.raises(KeyRefused) as caught:
            load_confirmation_key(path, key_id=key.key_id, passphrase=passphrase)
        return caught.value.reason

    assert reason("") is RefusalReason.PASSPHRASE_MISSING
    assert reason("sai") is RefusalReason.PASSPHRASE_WRONG
    path.chmod(0o644)
    assert reason() is RefusalReason.FILE_EXPOSED
    path.chmod(0o600)
    path.write_bytes(b"rubbish")
    assert reason() is RefusalReason.FILE_DAMAGED
    path.unlink()
    assert reason() is RefusalReason.FILE_MISSING


def test_no_secret_in_repr(key: ConfirmationKey) -> None:
    assert repr(key) == "ConfirmationKey(key_id='confirm-1')"
