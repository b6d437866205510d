"""A PIN is never burnt. SoftHSM2 counts by a flag: wrong since the last good login."""

from dataclasses import replace
from pathlib import Path

import pytest
from pkcs11 import TokenFlag

from keys.base import KeyRefused, RefusalReason
from keys.open import open_key
from keys.settings import Pkcs11KeySettings
from tests.support.forked import in_child
from tests.support.pki import RunningPki, rsa_key
from tests.support.softhsm import PIN, SoftHsm, SoftToken, issue_on

WRONG, NEW = "11111111", "22222222"
DIGEST = bytes(32)


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftToken:
    return softhsm.new_token()


@pytest.fixture
def settings(token: SoftToken, running_pki: RunningPki) -> Pkcs11KeySettings:
    return issue_on(token, running_pki, rsa_key(2048))


def refusal(settings: Pkcs11KeySettings) -> RefusalReason:
    with pytest.raises(KeyRefused) as caught:
        open_key(settings)
    assert settings.pin not in f"{caught.value!r} {caught.value}"
    return caught.value.reason


def counted(token: SoftToken) -> bool:
    """Whether the token has seen a wrong PIN since the last good login."""
    return bool(token.flags & TokenFlag.USER_PIN_COUNT_LOW)


def forgive(token: SoftToken) -> None:
    token.hand("login", pin=PIN)
    assert not counted(token)


def test_a_wrong_pin_is_tried_once(
    token: SoftToken, settings: Pkcs11KeySettings, running_pki: RunningPki
) -> None:
    wrong = replace(settings, pin=WRONG)
    assert refusal(wrong) is RefusalReason.PIN_WRONG
    assert counted(token)
    forgive(token)
    for _ in range(3):
        assert refusal(wrong) is RefusalReason.PIN_WRONG
    second = issue_on(token, running_pki, rsa_key(2048, 1))  # logs in by hand
    assert refusal(replace(second, pin=WRONG)) is RefusalReason.PIN_WRONG
    by_serial = replace(
        wrong, token_label=None, token_serial=token.hand("serial"), key_id="other"
    )
    assert refusal(by_serial) is RefusalReason.PIN_WRONG
    assert in_child(lambda: refusal(wrong)) == RefusalReason.PIN_WRONG
    assert not counted(token)
    open_key(settings).check_reachable()


def test_another_pin_is_not_tried_on_a_token_that_is_open(
    token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    key = open_key(settings)
    assert refusal(replace(settings, pin=WRONG)) is RefusalReason.PIN_WRONG
    assert not counted(token)
    key.sign_digest(DIGEST)


def test_a_pin_changed_meanwhile_is_tried_once(
    token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    key = open_key(settings)
    token.hand("set_pin", old=PIN, new=NEW)
    with token.away(), pytest.raises(Exception, match="không truy cập được"):
        key.sign_digest(DIGEST)
    for _ in range(3):
        with pytest.raises(KeyRefused) as caught:
            key.sign_digest(DIGEST)
        assert caught.value.reason is RefusalReason.PIN_WRONG
        with pytest.raises(KeyRefused):
            key.check_reachable()
        token.hand("login", pin=NEW)
    with pytest.raises(KeyRefused):
        key.sign_digest(DIGEST)
    assert not counted(token)
    open_key(replace(settings, pin=NEW)).sign_digest(DIGEST)


def set_flag(token: SoftToken, flag: TokenFlag) -> None:
    """Set a flag in SoftHSM's file of the token, where it keeps flags as a number."""
    file: Path = token.folder / "token.object"
    data = file.read_bytes()
    now = token.flags.to_bytes(8, "big")
    assert data.count(now) == 1
    file.write_bytes(data.replace(now, (token.flags | flag).to_bytes(8, "big")))
    assert token.flags & flag


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        (TokenFlag.USER_PIN_FINAL_TRY, RefusalReason.PIN_LAST_TRY),
        (TokenFlag.USER_PIN_LOCKED, RefusalReason.PIN_LOCKED),
    ],
)
def test_the_last_try_is_left_to_a_person(
    token: SoftToken,
    settings: Pkcs11KeySettings,
    flag: TokenFlag,
    reason: RefusalReason,
) -> None:
    """Also in a new process, which remembers nothing: the token's own count."""
    set_flag(token, flag)
    assert refusal(replace(settings, pin=WRONG)) is reason
    assert refusal(settings) is reason
    assert not counted(token)


def test_a_pin_that_cannot_be_one_is_refused(
    token: SoftToken, settings: Pkcs11KeySettings
) -> None:
    for pin in ("123", "1" * 300, "mã \udcff"):
        assert refusal(replace(settings, pin=pin)) is RefusalReason.PIN_WRONG
    forgive(token)
    with pytest.raises(KeyRefused) as caught:
        open_key(replace(settings, pin=""))
    assert caught.value.reason is RefusalReason.PIN_MISSING
    assert not counted(token)


def test_a_key_that_wants_the_pin_with_each_signature(
    token: SoftToken, running_pki: RunningPki, tmp_path: Path
) -> None:
    pem = tmp_path / "certificates.pem"
    settings = issue_on(token, running_pki, rsa_key(2048), pem=pem)
    token.hand("remove", pin=PIN)
    token.put(settings.key_id, rsa_key(2048), always_authenticate=True)
    key = open_key(settings)
    for number in range(3):
        key.sign_digest(bytes([number]) * 32)
