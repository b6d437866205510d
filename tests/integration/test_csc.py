"""Remote signing: every fault of the service, and each signature tied to its hash."""

import logging
import time
from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from keys.base import KeyUnreachable, RefusalReason
from keys.csc import open_csc_key
from keys.csc_calls import CscCalls
from keys.open import open_key
from tests.support.csc import AUTHORIZE, INFO, PIN, SIGN, RemoteSigning
from tests.support.csc_cases import DIGEST, OTHER, Told, calls, fails, refuses, verify
from tests.support.pki import ec_key

FAULTS: dict[str, dict[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 5},
    "drips": {"kind": "drip_head"},
    "no answer": {"kind": "silent"},
    "closed mid-way": {"kind": "closed"},
    "500": {"kind": "status", "status": 500},
    "503 as HTML": {"kind": "status", "status": 503, "body": "<html>"},
    "429": {"kind": "status", "status": 429, "headers": "Retry-After: 60\r\n"},
    "redirect": {
        "kind": "status",
        "status": 307,
        "headers": "Location: /csc/v1/credentials/info\r\n",
    },
    "204": {"kind": "status", "status": 204, "body": ""},
    "truncated JSON": {"kind": "truncated"},
    "HTML": {"kind": "media_type"},
    "huge": {"kind": "huge"},
    "another form": {"kind": "", "says": {"SAD": 7, "signatures": ["?"], "key": 1}},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("call", [AUTHORIZE, SIGN])
def test_a_fault_of_the_service_is_waited_out_and_nothing_sent_twice(
    call: str, fault: dict[str, Any], csc: RemoteSigning, remote_key: str
) -> None:
    key = open_csc_key(csc.settings(remote_key))
    if fault in (FAULTS["slow"], FAULTS["drips"]):
        key._calls._seconds = 1
    csc.disturb(call, **fault)
    began = time.monotonic()
    fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
    assert time.monotonic() - began < 3
    assert calls(csc) == [INFO, AUTHORIZE, SIGN][: 3 if call == SIGN else 2]
    csc.disturb()
    key._calls._seconds = 10
    verify(key, key.sign_digest(DIGEST))


@pytest.mark.parametrize(
    ("fault", "times"),
    [("closed mid-way", 2), ("no answer", 2), ("500", 1), ("429", 1), ("slow", 1)],
)
def test_only_the_question_about_the_key_is_asked_twice(
    fault: str, times: int, csc: RemoteSigning, remote_key: str
) -> None:
    csc.disturb(INFO, **FAULTS[fault])
    settings = csc.settings(remote_key, timeout_seconds=1 if fault == "slow" else 10)
    fails(KeyUnreachable, lambda: open_key(settings))
    assert calls(csc) == [INFO] * times


def test_a_wrong_signature_never_comes_out(csc: RemoteSigning, remote_key: str) -> None:
    key = open_key(csc.settings(remote_key))
    csc.disturb(SIGN, "wrong_signature")
    fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
    csc.disturb()
    other = ec_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    csc.change(remote_key, key=pem.decode())
    fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))


def test_the_operator_reads_why(
    csc: RemoteSigning, remote_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = open_key(csc.settings(remote_key))
    csc.disturb(SIGN, "wrong_signature")
    fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
    csc.disturb(AUTHORIZE, **FAULTS["429"])
    fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
    (wrong, busy) = [r.message for r in caplog.records if r.name == "keys.csc_calls"]
    assert wrong == (
        f"remote key {remote_key}: signatures/signHash: "
        "the signature does not verify with the certificate"
    )
    assert busy == f"remote key {remote_key}: credentials/authorize: HTTP 429"


class TestHashPinning:
    def test_the_authorisation_names_the_very_hash(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_key(csc.settings(remote_key))
        key.sign_digest(DIGEST)
        key.sign_digest(OTHER)
        asked = [(row["call"], row.get("hash")) for row in csc.requests()]
        first, second = ([b64encode(d).decode()] for d in (DIGEST, OTHER))
        assert asked == [
            (INFO, None),
            (AUTHORIZE, first),
            (SIGN, first),
            (AUTHORIZE, second),
            (SIGN, second),
        ]

    def test_an_authorisation_is_good_for_its_hash_only(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        settings = csc.settings(remote_key)
        algorithm = open_csc_key(settings)._algorithm
        client = CscCalls(settings)
        sad = client.authorize(DIGEST)
        reason = refuses(lambda: client.sign_hash(OTHER, sad, algorithm))
        assert reason is RefusalReason.HASH_NOT_AUTHORISED

    def test_a_service_that_pins_another_hash_is_reported(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_key(csc.settings(remote_key))
        csc.disturb(AUTHORIZE, pins=[b64encode(OTHER).decode()])
        reason = refuses(lambda: key.sign_digest(DIGEST))
        assert reason is RefusalReason.HASH_NOT_AUTHORISED

    def test_an_authorisation_works_once(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        settings = csc.settings(remote_key)
        algorithm = open_csc_key(settings)._algorithm
        client = CscCalls(settings)
        sad = client.authorize(DIGEST)
        client.sign_hash(DIGEST, sad, algorithm)
        fails(KeyUnreachable, lambda: client.sign_hash(DIGEST, sad, algorithm))

    def test_an_authorisation_that_lapsed_is_waited_out(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_csc_key(csc.settings(remote_key))
        csc.disturb(AUTHORIZE, sad_seconds=0)
        fails(KeyUnreachable, lambda: key.sign_digest(DIGEST))
        csc.disturb()
        verify(key, key.sign_digest(DIGEST))


def test_a_secret_in_a_log_would_be_seen(
    csc: RemoteSigning, remote_key: str, told: Told
) -> None:
    """urllib3 speaks of every request; the check after each test hears it."""
    key = open_key(csc.settings(remote_key))
    key.sign_digest(DIGEST)
    assert any("signatures/signHash" in text for text in told.texts)
    assert len(csc.secrets) > 4, "the SAD is among them"
    logging.getLogger("anybody").debug("PIN %s", PIN)
    assert told.secrets_of(csc) == [PIN]
    told.texts.clear()
