"""The rules of a remote signing service after the CSC API 1.0.4 (§11), without HTTP.

Written from the specification, apart from the client.
"""

import json
import secrets
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import load_pem_private_key

RSA, SHA256_RSA, PSS = (f"1.2.840.113549.1.1.{n}" for n in (1, 11, 10))
ECDSA_SHA256, ECDSA_SHA384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"
HASHES: dict[str, SHA256 | SHA384] = {
    "2.16.840.1.101.3.4.2.1": SHA256(),
    "2.16.840.1.101.3.4.2.2": SHA384(),
}
_IMPLIED = {SHA256_RSA: SHA256(), ECDSA_SHA256: SHA256(), ECDSA_SHA384: SHA384()}
PIN_TRIES = 3


class Refusal(Exception):
    """An error of the API: status, `error` and `error_description`."""

    def __init__(
        self, description: str, error: str = "invalid_request", status: int = 400
    ) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass
class Sad:
    credential: str
    hashes: list[str]
    until: float


@dataclass
class Service:
    folder: Path
    lock: Lock = field(default_factory=Lock)
    wrong_pins: dict[str, int] = field(default_factory=dict)
    sads: dict[str, Sad] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)

    def setting(self, name: str) -> Any:
        return json.loads((self.folder / "service.json").read_text())[name]

    def fault(self, call: str) -> dict[str, Any]:
        faults = json.loads((self.folder / "faults.json").read_text())
        found: dict[str, Any] = faults.get(call, {})
        return found

    def note(self, **row: object) -> None:
        with self.lock, (self.folder / "requests.jsonl").open("a") as log:
            log.write(json.dumps(row) + "\n")

    def _hand_out(self, secret: str) -> None:
        """Tell the test what nobody else may be told."""
        with (self.folder / "handed_out").open("a") as file:
            file.write(f"{secret}\n")

    def credential(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body.get("credentialID")
        if not isinstance(name, str):
            raise Refusal("Missing (or invalid type) string parameter credentialID")
        path = self.folder / "credentials" / f"{name}.json"
        if not path.exists():
            raise Refusal("Invalid parameter credentialID")
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def check_token(self, header: str) -> None:
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or not token:
            raise Refusal("Malformed authorization header")
        with self.lock:
            good = self.tokens.get(token, 0.0) > time.monotonic()
        if not good and token not in self.setting("tokens"):
            raise Refusal("The access token expired", "invalid_token", 401)

    def new_token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        clients = self.setting("clients")
        (client,), (secret,) = form["client_id"], form["client_secret"]
        if form["grant_type"] != ["client_credentials"]:
            raise Refusal("unsupported", "unsupported_grant_type")
        if clients.get(client) != secret:
            raise Refusal("Client authentication failed", "invalid_client", 401)
        token, seconds = secrets.token_urlsafe(32), self.setting("token_seconds")
        with self.lock:
            self.tokens[token] = time.monotonic() + seconds
            self._hand_out(token)
        said = seconds * self.fault("oauth2/token").get("overstates", 1)
        return {"access_token": token, "token_type": "Bearer", "expires_in": said}

    def info(self, body: dict[str, Any]) -> dict[str, Any]:
        credential = self.credential(body)
        wanted = body.get("certificates", "single")
        chain = credential["certificates"]
        shown = {"none": [], "single": chain[:1], "chain": chain}[wanted]
        cert = {"status": credential["cert_status"], "certificates": shown}
        said = {
            "description": "một khóa thử nghiệm",
            "key": {
                "status": credential["status"],
                "algo": credential["algo"],
                "len": 2048,
            },
            "cert": cert,
            "multisign": 1,
            "lang": "vi",
        }
        if credential["scal"] is not None:
            said["SCAL"] = credential["scal"]
        if body.get("authInfo"):
            said["authMode"] = credential["auth_mode"]
            for name in ("PIN", "OTP"):
                said[name] = {
                    "presence": credential[name.lower() + "_presence"],
                    "format": "N",
                }
        return said

    def authorize(self, body: dict[str, Any]) -> dict[str, Any]:
        credential, name = self.credential(body), body["credentialID"]
        hashes = body.get("hash")
        if credential["status"] != "enabled":
            raise Refusal(f"The credential identified by {name} is disabled")
        if not isinstance(body.get("numSignatures"), int):
            raise Refusal("Missing (or invalid type) integer parameter numSignatures")
        if body["numSignatures"] > 1:
            raise Refusal("Numbers of signatures is too high")
        if not isinstance(hashes, list) or len(hashes) != body["numSignatures"]:
            raise Refusal("Missing (or invalid type) array parameter hash")
        with self.lock:
            self._check_pin(name, credential["pin"], body.get("PIN"))
            sad = secrets.token_urlsafe(32)
            fault = self.fault("credentials/authorize")
            until = time.monotonic() + fault.get("sad_seconds", 300.0)
            self.sads[sad] = Sad(name, fault.get("pins", hashes), until)
            self._hand_out(sad)
        return {"SAD": sad, "expiresIn": 300}

    def _check_pin(self, name: str, right: str, told: object) -> None:
        if self.wrong_pins.get(name, 0) >= PIN_TRIES:
            raise Refusal("PIN locked")
        if told != right:
            self.wrong_pins[name] = self.wrong_pins.get(name, 0) + 1
            raise Refusal("The PIN is invalid", "invalid_pin")
        self.wrong_pins[name] = 0

    def sign_hash(self, body: dict[str, Any]) -> dict[str, Any]:
        credential, hashes = self.credential(body), body.get("hash")
        if not isinstance(hashes, list) or not hashes:
            raise Refusal("Empty hash array")
        with self.lock:
            sad = self.sads.pop(body.get("SAD"), None)  # type: ignore[arg-type]  # None is none
        if sad is None or sad.credential != body["credentialID"]:
            raise Refusal("Invalid parameter SAD")
        if sad.until < time.monotonic():
            raise Refusal("SAD expired")
        if any(value not in sad.hashes for value in hashes):
            raise Refusal("Hash is not authorized by the SAD")
        if credential["cert_status"] == "expired":
            raise Refusal("Signing certificate 'O=UBND,CN=Lò Văn Thử' is expired")
        if body.get("signAlgo") not in credential["algo"]:
            raise Refusal("Invalid parameter signAlgo")
        return {"signatures": [_sign(credential, body, value) for value in hashes]}


@cache
def _private_key(pem: str) -> Any:
    return load_pem_private_key(pem.encode(), None)


def _sign(credential: dict[str, Any], body: dict[str, Any], value: str) -> str:
    algo, digest = body["signAlgo"], b64decode(value, validate=True)
    hash_algo = _IMPLIED.get(algo) or HASHES.get(body.get("hashAlgo", ""))
    if hash_algo is None:
        raise Refusal("Missing (or invalid type) string parameter hashAlgo")
    if len(digest) != hash_algo.digest_size:
        raise Refusal("Invalid digest value length")
    key = _private_key(credential["key"])
    if isinstance(key, rsa.RSAPrivateKey):
        pad = _pss(body) if algo == PSS else padding.PKCS1v15()
        signature = key.sign(digest, pad, Prehashed(hash_algo))
    else:
        signature = key.sign(digest, ec.ECDSA(Prehashed(hash_algo)))
        if credential["raw_ecdsa"]:
            size = (key.key_size + 7) // 8
            r, s = decode_dss_signature(signature)
            signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return b64encode(signature).decode()


def _pss(body: dict[str, Any]) -> padding.PSS:
    if "signAlgoParams" not in body:
        raise Refusal("Missing (or invalid type) string parameter signAlgoParams")
    told = algos.RSASSAPSSParams.load(b64decode(body["signAlgoParams"]), strict=True)
    if told["hash_algorithm"]["algorithm"].native != "sha256":
        raise Refusal("Invalid parameter signAlgoParams")
    return padding.PSS(padding.MGF1(SHA256()), told["salt_length"].native)
