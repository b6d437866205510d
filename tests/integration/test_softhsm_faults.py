"""What goes wrong with an HSM while it is used, on real SoftHSM2 tokens."""

import ctypes
import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keys.base import KeyRefused, KeyUnreachable, RefusalReason, SigningKey
from keys.open import open_key
from keys.schemes import verify_digest
from tests.support.forked import in_child
from tests.support.pki import RunningPki, ec_key, rsa_key
from tests.support.softhsm import PIN, SoftHsm, SoftToken, issue_on

ALL_SLOTS = 64


@pytest.fixture
def token(softhsm: SoftHsm) -> SoftToken:
    return softhsm.new_token()


@pytest.fixture
def key(token: SoftToken, running_pki: RunningPki) -> SigningKey:
    return open_key(issue_on(token, running_pki, rsa_key(2048)))


def sign(key: SigningKey, text: str) -> None:
    """Sign and verify; a wrong signature must never come out."""
    digest = hashlib.new(key.scheme.hash_algorithm.name, text.encode()).digest()
    signature = key.sign_digest(digest)
    verify_digest(key.certificate.public_key(), key.scheme, digest, signature)


def test_a_batch_outlives_a_token_that_was_away(
    token: SoftToken, key: SigningKey
) -> None:
    done, refusals = [], []

    def persist(number: int) -> None:
        while True:
            try:
                sign(key, f"copy {number}")
            except KeyUnreachable:
                refusals.append(number)
                time.sleep(0.05)
            else:
                done.append(number)
                return

    with ThreadPoolExecutor(4) as pool:
        batch = [pool.submit(persist, number) for number in range(200)]
        while len(done) < 40:
            time.sleep(0.005)
        with token.away():
            seen = len(refusals)
            while len(refusals) < seen + 8:
                time.sleep(0.005)
            at_loss = len(done)
        for one in batch:
            one.result()
    assert at_loss < 200
    assert sorted(done) == list(range(200))


def test_a_token_away_is_said_without_signing(
    token: SoftToken, key: SigningKey
) -> None:
    key.check_reachable()
    with token.away():
        with pytest.raises(KeyUnreachable):
            key.check_reachable()
        with pytest.raises(KeyUnreachable):
            sign(key, "away")
    key.check_reachable()
    sign(key, "back")


def test_another_token_of_the_module_goes_on(
    softhsm: SoftHsm, running_pki: RunningPki, token: SoftToken, key: SigningKey
) -> None:
    other = open_key(issue_on(softhsm.new_token(), running_pki, rsa_key(2048)))
    with token.away():
        for number in range(5):
            with pytest.raises(KeyUnreachable):
                sign(key, "away")
            sign(other, f"copy {number}")


def close_sessions(module: ctypes.CDLL) -> None:
    slots = (ctypes.c_ulong * ALL_SLOTS)()
    count = ctypes.c_ulong(ALL_SLOTS)
    assert module.C_GetSlotList(0, slots, ctypes.byref(count)) == 0
    for slot in slots[: count.value]:
        module.C_CloseAllSessions(ctypes.c_ulong(slot))


def finalise(module: ctypes.CDLL) -> None:
    assert module.C_Finalize(None) == 0


@pytest.mark.parametrize("harm", [close_sessions, finalise], ids=lambda f: f.__name__)
def test_what_was_closed_behind_our_back_is_opened_again(
    softhsm: SoftHsm,
    key: SigningKey,
    harm: Callable[[ctypes.CDLL], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    sign(key, "before")
    harm(ctypes.CDLL(str(softhsm.module)))
    with caplog.at_level(logging.WARNING, "certify.keys"):
        sign(key, "after")
    assert "opening anew" in caplog.text
    assert PIN not in caplog.text


def test_eight_threads_share_a_key(key: SigningKey) -> None:
    def work(worker: int) -> None:
        for number in range(200):
            sign(key, f"{worker}/{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_a_forked_child_opens_its_own_session(key: SigningKey) -> None:
    """Both sign at the same time, each in a session of its own."""
    sign(key, "parent before")

    def work() -> str:
        for number in range(40):
            sign(key, f"copy {number}")
        return "signed"

    for _ in range(3):
        assert in_child(work, beside=work) == "signed"
    sign(key, "parent after")


@contextmanager
def hanging(token: SoftToken) -> Iterator[None]:
    """A pipe nobody writes into stands where the token's main file was."""
    (file,) = token.folder.glob("token.object")
    kept = file.rename(file.with_suffix(".kept"))
    os.mkfifo(file)
    try:
        yield
    finally:
        pipe = file.rename(file.with_suffix(".pipe"))
        kept.rename(file)
        os.close(os.open(pipe, os.O_RDWR))  # who waits gets an end of file
        pipe.unlink()


def test_a_module_that_hangs_is_away_until_it_answers(
    token: SoftToken,
    running_pki: RunningPki,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pem = tmp_path / "certificates.pem"
    made = issue_on(token, running_pki, rsa_key(2048), pem=pem)
    settings = token.settings(made.key_id, certificates=pem, time_limit_seconds=1.0)
    with hanging(token):
        began = time.monotonic()
        key = open_key(settings)
        with pytest.raises(KeyUnreachable):
            sign(key, "hangs")
        assert time.monotonic() - began < 10
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            sign(key, "answers again")
        except KeyUnreachable:
            time.sleep(0.05)
        else:
            break
    assert "no answer for" in caplog.text
    assert "answers again" in caplog.text


def test_rubbish_from_a_token_never_comes_out(
    token: SoftToken, running_pki: RunningPki, tmp_path: Path
) -> None:
    """The token shows the public key of the certificate and signs with another."""
    good, other = ec_key(ec.SECP256R1()), ec_key(ec.SECP256R1())
    pem = tmp_path / "certificates.pem"
    settings = issue_on(token, running_pki, good, pem=pem)
    key = open_key(settings)
    sign(key, "good")
    token.hand("remove", pin=PIN)
    token.put(settings.key_id, other, shown=good)
    with pytest.raises(KeyUnreachable):
        sign(key, "rubbish")
    token.hand("remove", pin=PIN)
    token.put(settings.key_id, good)
    sign(key, "good again")


def test_a_key_replaced_on_the_token_is_refused(
    token: SoftToken, running_pki: RunningPki
) -> None:
    settings = issue_on(token, running_pki, rsa_key(2048))
    key = open_key(settings)
    token.hand("remove", pin=PIN)
    token.put(settings.key_id, rsa_key(2048, 1))
    with pytest.raises(KeyRefused) as caught:
        sign(key, "replaced")
    assert caught.value.reason is RefusalReason.KEY_MISMATCH
