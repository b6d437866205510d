"""Remote signing: the PIN, the state of the key, and whether it can be reached."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keys.base import KeyUnreachable, RefusalReason
from keys.csc import open_csc_key
from keys.devpki.holders import SealHolder
from keys.open import open_key
from tests.support.csc import (
    AUTHORIZE,
    INFO,
    WRONG_PIN,
    RemoteSigning,
    keep_remotely,
)
from tests.support.csc_cases import DIGEST, calls, fails, refuses, verify
from tests.support.csc_service import RSA
from tests.support.pki import AUTHORITY_NAME, RunningPki, ec_key, fresh_key_id, rsa_key


class TestPin:
    def test_a_wrong_one_is_tried_once_however_many_threads_sign(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_csc_key(csc.settings(remote_key, pin=WRONG_PIN))
        key.check_reachable()
        with ThreadPoolExecutor(8) as pool:
            reasons = set(
                pool.map(lambda _: refuses(lambda: key.sign_digest(DIGEST)), range(16))
            )
        assert reasons == {RefusalReason.PIN_WRONG}
        assert calls(csc).count(AUTHORIZE) == 1
        # Nothing more is reserved or prepared for it either.
        assert refuses(key.check_reachable) is RefusalReason.PIN_WRONG
        right = open_csc_key(csc.settings(remote_key))
        verify(right, right.sign_digest(DIGEST))

    def test_a_locked_one_is_named(self, csc: RemoteSigning, remote_key: str) -> None:
        for reason in [RefusalReason.PIN_WRONG] * 3 + [RefusalReason.PIN_LOCKED]:
            key = open_key(csc.settings(remote_key, pin=WRONG_PIN))
            assert refuses(lambda key=key: key.sign_digest(DIGEST)) is reason  # type: ignore[misc]  # bound now

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, '{"error": "bad_credentials"}'),
            (401, ""),
            (403, "<html>"),
            (404, '{"error": 5}'),
        ],
    )
    def test_after_a_refusal_nobody_understands_it_is_not_sent_again(
        self, status: int, body: str, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_key(csc.settings(remote_key))
        csc.disturb(AUTHORIZE, "status", status=status, body=body)
        told = [refuses(lambda: key.sign_digest(DIGEST)) for _ in range(3)]
        access = RefusalReason.ACCESS_REFUSED
        expected = access if status in {401, 403} else RefusalReason.REQUEST_REFUSED
        assert told == [expected] * 3
        assert calls(csc).count(AUTHORIZE) == 1

    def test_none_is_no_setting(self, csc: RemoteSigning, remote_key: str) -> None:
        settings = csc.settings(remote_key, pin="")
        assert refuses(lambda: open_key(settings)) is RefusalReason.PIN_MISSING
        assert calls(csc) == []


CREDENTIALS: dict[str, tuple[dict[str, Any], RefusalReason]] = {
    "disabled": ({"status": "disabled"}, RefusalReason.CREDENTIAL_DISABLED),
    "expired": ({"cert_status": "expired"}, RefusalReason.EXPIRED),
    "revoked": ({"cert_status": "revoked"}, RefusalReason.CERTIFICATE_HALTED),
    "suspended": ({"cert_status": "suspended"}, RefusalReason.CERTIFICATE_HALTED),
    "browser": (
        {"auth_mode": "oauth2code"},
        RefusalReason.AUTHORISATION_UNSUPPORTED,
    ),
    "telephone": ({"auth_mode": "implicit"}, RefusalReason.AUTHORISATION_UNSUPPORTED),
    "OTP": ({"otp_presence": "true"}, RefusalReason.AUTHORISATION_UNSUPPORTED),
    "no PIN": ({"pin_presence": "false"}, RefusalReason.AUTHORISATION_UNSUPPORTED),
    "SCAL1": ({"scal": "1"}, RefusalReason.HASH_NOT_PINNED),
    "no SCAL": ({"scal": None}, RefusalReason.HASH_NOT_PINNED),
    "no certificate": ({"certificates": []}, RefusalReason.CERTIFICATE_MISSING),
    "no algorithm": ({"algo": []}, RefusalReason.SCHEME_UNSUITABLE),
}


class TestCredential:
    @pytest.mark.parametrize(
        ("changes", "reason"), CREDENTIALS.values(), ids=CREDENTIALS.keys()
    )
    def test_what_may_not_sign_is_not_opened(
        self,
        changes: dict[str, Any],
        reason: RefusalReason,
        csc: RemoteSigning,
        remote_key: str,
    ) -> None:
        csc.change(remote_key, **changes)
        assert refuses(lambda: open_key(csc.settings(remote_key))) is reason

    def test_unknown(self, csc: RemoteSigning, remote_key: str) -> None:
        settings = csc.settings(remote_key, credential_id="khac")
        assert refuses(lambda: open_key(settings)) is RefusalReason.CREDENTIAL_UNKNOWN

    def test_disabled_or_expired_while_in_use(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_key(csc.settings(remote_key))
        csc.change(remote_key, cert_status="expired")
        assert refuses(lambda: key.sign_digest(DIGEST)) is RefusalReason.EXPIRED
        csc.change(remote_key, status="disabled")
        reason = refuses(lambda: key.sign_digest(DIGEST))
        assert reason is RefusalReason.CREDENTIAL_DISABLED
        csc.change(remote_key, status="enabled", cert_status="valid")
        assert key.sign_digest(DIGEST)

    @pytest.mark.parametrize("certificate", ["AAAA", "%%%", 7])
    def test_a_certificate_that_cannot_be_read(
        self, certificate: object, csc: RemoteSigning, remote_key: str
    ) -> None:
        csc.change(remote_key, certificates=[certificate])
        fails(KeyUnreachable, lambda: open_key(csc.settings(remote_key)))

    def test_r_and_s_side_by_side_become_der(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        csc.change(remote_key, raw_ecdsa=True)
        key = open_csc_key(csc.settings(remote_key))
        verify(key, key.sign_digest(DIGEST))

    def test_a_service_that_names_only_the_type_of_its_key(
        self, csc: RemoteSigning, running_pki: RunningPki
    ) -> None:
        """Then the hash is named by `hashAlgo`, or the service refuses."""
        name = fresh_key_id("csc")
        keep_remotely(csc, running_pki, SealHolder(name, AUTHORITY_NAME), rsa_key(2048))
        csc.change(name, algo=[RSA])
        assert open_key(csc.settings(name)).sign_digest(DIGEST)


class TestReachability:
    def test_costs_one_question_and_no_pin(
        self, csc: RemoteSigning, remote_key: str
    ) -> None:
        key = open_csc_key(csc.settings(remote_key))
        csc.forget_requests()
        for _ in range(3):
            key.check_reachable()
        assert calls(csc) == [INFO]

    def test_says_what_is_wrong(self, csc: RemoteSigning, remote_key: str) -> None:
        key = open_csc_key(csc.settings(remote_key))
        csc.change(remote_key, status="disabled")
        reason = refuses(key.check_reachable)
        assert reason is RefusalReason.CREDENTIAL_DISABLED
        csc.change(remote_key, status="enabled")
        key = open_csc_key(csc.settings(remote_key))
        csc.disturb(INFO, "status", status=500)
        fails(KeyUnreachable, key.check_reachable)

    def test_a_certificate_that_was_replaced(
        self, csc: RemoteSigning, remote_key: str, running_pki: RunningPki
    ) -> None:
        key = open_csc_key(csc.settings(remote_key))
        other = fresh_key_id("csc")
        keep_remotely(
            csc,
            running_pki,
            SealHolder(other, AUTHORITY_NAME),
            ec_key(ec.SECP256R1()),
        )
        (csc.folder / "credentials" / f"{other}.json").replace(
            csc.folder / "credentials" / f"{remote_key}.json"
        )
        reason = refuses(key.check_reachable)
        assert reason is RefusalReason.CERTIFICATE_CHANGED
