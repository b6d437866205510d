"""Remote signing: who the service is (TLS), who we are (tokens), forked processes."""

# ruff: noqa: S106 - secrets of a service made in this test

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from keys.base import KeyUnreachable, RefusalReason
from keys.csc import open_csc_key
from keys.open import open_key
from keys.settings import CscBearer, CscClient
from tests.support.csc import (
    AUTHORIZE,
    CLIENT,
    INFO,
    PIN,
    ROOT,
    SIGN,
    TOKEN,
    RemoteSigning,
    serving,
)
from tests.support.csc_cases import DIGEST, calls, fails, refuses, verify

OAUTH = "oauth2/token"


class TestServer:
    def test_of_an_unknown_ca_is_told_nothing(
        self, csc: RemoteSigning, remote_key: str, tmp_path: Path
    ) -> None:
        with serving(tmp_path) as other:
            for ca_file in (other.ca_file, None):  # None: the system's
                settings = csc.settings(remote_key, ca_file=ca_file)
                fails(KeyUnreachable, lambda s=settings: open_key(s))  # type: ignore[misc]  # bound now
        assert calls(csc) == []

    def test_that_changed_its_ca_is_told_nothing(
        self, csc: RemoteSigning, remote_key: str, tmp_path: Path
    ) -> None:
        """Somebody takes over the address of a service that was in use."""
        key = open_csc_key(csc.settings(remote_key))
        csc.stop()
        try:
            other = RemoteSigning(tmp_path / "other", port=csc.port)
            other.start()
            fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
            other.stop()
            assert other.requests() == []
        finally:
            csc.start()
        verify(key, key.sign_digest(DIGEST))

    def test_of_another_name_is_told_nothing(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        address = csc.base_url.replace("127.0.0.1", "localhost")
        settings = csc.settings(remote_key, base_url=address)
        fails(KeyUnreachable, lambda: open_key(settings))
        assert calls(csc) == []

    def test_away(self, csc: RemoteSigning, remote_key: str) -> None:
        key = open_csc_key(csc.settings(remote_key))
        csc.stop()
        fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
        fails(KeyUnreachable, key.check_reachable)
        fails(KeyUnreachable, lambda: open_key(csc.settings(remote_key)))
        csc.start()
        verify(key, key.sign_digest(DIGEST))

    def test_without_tls_on_this_machine(
        self, csc: RemoteSigning, remote_key: str, tmp_path: Path
    ) -> None:
        with serving(tmp_path, tls=False) as plain:
            file = f"credentials/{remote_key}.json"
            (plain.folder / file).write_text((csc.folder / file).read_text())
            key = open_csc_key(plain.settings(remote_key))
            verify(key, key.sign_digest(DIGEST))

    @pytest.mark.parametrize(
        "address",
        [
            "http://192.0.2.1/csc/v1",
            "http://csc.example/csc/v1",
            "http://127.0.0.1.example/csc/v1",
            "https://user:secret-1618@127.0.0.1/csc/v1",
            "https://127.0.0.1/csc/v1?token=1",
            "https://127.0.0.1/csc v1",
            "https://127.0.0.1:port/csc/v1",
            "ftp://127.0.0.1/csc/v1",
            "https:///csc/v1",
            "",
        ],
    )
    def test_with_an_unsafe_address_is_not_asked(
        self, address: str, csc: RemoteSigning, remote_key: str
    ) -> None:
        settings = csc.settings(remote_key, base_url=address)
        assert refuses(lambda: open_key(settings)) is RefusalReason.ADDRESS_UNSAFE
        client = replace(CLIENT, token_url=address or "x")
        settings = csc.settings(remote_key, access=client)
        assert refuses(lambda: open_key(settings)) is RefusalReason.ADDRESS_UNSAFE
        assert calls(csc) == []

    def test_a_folder_is_no_ca_file(
        self, csc: RemoteSigning, remote_key: str, tmp_path: Path
    ) -> None:
        (tmp_path / "empty.pem").touch()
        for path in (tmp_path, tmp_path / "missing.pem", tmp_path / "empty.pem"):
            settings = csc.settings(remote_key, ca_file=path)
            assert (
                refuses(lambda s=settings: open_key(s))
                is RefusalReason.CA_FILE_UNUSABLE
            )  # type: ignore[misc]  # bound now


class TestToken:
    def test_is_fetched_once_and_kept(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_csc_key(csc.settings(remote_key, access=CLIENT))
        for _ in range(2):
            verify(key, key.sign_digest(DIGEST))
        assert calls(csc) == [OAUTH, INFO, *[AUTHORIZE, SIGN] * 2]

    def test_is_renewed_before_its_end(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        csc.configure(token_seconds=1)
        key = open_csc_key(csc.settings(remote_key, access=CLIENT))
        time.sleep(0.95)
        verify(key, key.sign_digest(DIGEST))
        assert calls(csc) == [OAUTH, INFO, OAUTH, AUTHORIZE, SIGN]
        assert [r for r in csc.requests() if "refused" in r] == []

    def test_that_ended_early_is_replaced(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        """A question is asked again at once; what carries the PIN is not."""
        csc.configure(token_seconds=0.3)
        csc.disturb(OAUTH, overstates=1000)
        key = open_csc_key(csc.settings(remote_key, access=CLIENT))
        key._check._seconds = 0
        time.sleep(0.35)
        csc.forget_requests()
        key.check_reachable()
        assert calls(csc) == [INFO, OAUTH, INFO]
        time.sleep(0.35)
        fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
        assert calls(csc)[3:] == [AUTHORIZE]
        verify(key, key.sign_digest(DIGEST))

    def test_given_and_ended_is_a_matter_for_people(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_csc_key(csc.settings(remote_key))
        csc.configure(tokens=[])
        assert refuses(key.check_reachable) is RefusalReason.ACCESS_REFUSED
        assert refuses(lambda: key.sign_digest(DIGEST)) is RefusalReason.ACCESS_REFUSED

    def test_refused_to_a_wrong_secret(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        client = CscClient(client_id=CLIENT.client_id, client_secret="wrong")
        settings = csc.settings(remote_key, access=client)
        assert refuses(lambda: open_key(settings)) is RefusalReason.CLIENT_REFUSED
        assert calls(csc) == [OAUTH]

    def test_client_refused_for_a_while_costs_no_pin(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        csc.disturb(OAUTH, overstates=0)  # each call needs a token of its own
        key = open_csc_key(csc.settings(remote_key, access=CLIENT))
        csc.configure(clients={})
        assert refuses(lambda: key.sign_digest(DIGEST)) is RefusalReason.CLIENT_REFUSED
        csc.configure()
        verify(key, key.sign_digest(DIGEST))

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "status", "status": 503},
            {"kind": "status", "status": 429},
            {"kind": "closed"},
            {"kind": "truncated"},
            {"says": {"access_token": "two\r\nlines " + TOKEN}},
            {"says": {"token_type": "mac"}},
            {"says": {"expires_in": -1}},
        ],
        ids=repr,
    )
    def test_not_to_be_had_is_waited_for(
        self, fault: dict[str, object], csc: RemoteSigning, remote_key: str
    ) -> None:
        csc.disturb(OAUTH, **fault)  # type: ignore[arg-type]  # kind is a str
        settings = csc.settings(remote_key, access=CLIENT)
        fails(KeyUnreachable, lambda: open_key(settings))
        assert INFO not in calls(csc)

    @pytest.mark.parametrize("token", ["", "two\r\nlines " + TOKEN, "dấu", "a b"])
    def test_that_no_header_can_carry(
        self, token: str, csc: RemoteSigning, remote_key: str
    ) -> None:
        settings = csc.settings(remote_key, access=CscBearer(token=token))
        assert refuses(lambda: open_key(settings)) is RefusalReason.ACCESS_REFUSED
        assert calls(csc) == []


FORKING = """
import json, os, sys, threading
from pathlib import Path
from keys.open import open_key
from keys.settings import CscBearer, CscKeySettings

told = json.loads(sys.argv[1])
access, ca_file = CscBearer(token=told.pop("token")), Path(told.pop("ca_file"))
key = open_key(CscKeySettings(**told, access=access, ca_file=ca_file))
digest = bytes(32)
key.sign_digest(digest)
# Another thread holds every lock, and the kept connection, at the fork.
locks = [key._pin._lock.get(), key._check._lock.get()]
for lock in locks:
    lock.acquire()
child = os.fork()
if child == 0:
    key.sign_digest(digest)
    key.check_reachable()
    os._exit(0)
_, status = os.waitpid(child, 0)
for lock in locks:
    lock.release()
key.sign_digest(digest)
key.check_reachable()
print(status)
"""


def test_a_forked_process_signs_beside_its_parent(
    csc: RemoteSigning, remote_key: str
) -> None:
    told = {
        "key_id": remote_key,
        "base_url": csc.base_url,
        "credential_id": remote_key,
        "pin": PIN,
        "token": TOKEN,
        "ca_file": str(csc.ca_file),
    }
    done = subprocess.run(
        [sys.executable, "-c", FORKING, json.dumps(told)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert calls(csc).count(SIGN) == 3
