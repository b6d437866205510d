"""A service whose signatory holds the key, and a program that answers for them.

The key is the development signatory's own, taken out of the data folder: certificate,
roster and trust stay as `certify init` made them.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
)

from api.data_folder import DataFolder
from api.development import SIGNATORY_KEY
from api.initialise import initialise, issue_api_keys
from api.samples.make import Sample
from api.settings import Settings
from api.wiring import build_services
from certify.access import Scope
from keys.base import SigningKey
from keys.open import open_key
from tests.support.pki import file_key_settings
from tests.support.web import WebSystem


@dataclass(frozen=True)
class Person:
    """The signatory: the key in their hands, and what a program sends for them."""

    key: SigningKey
    private_key: Any
    system: WebSystem
    settings: Settings

    @property
    def id(self) -> str:
        return self.system.services.signatory_id

    def call(self, method: str, path: str, **given: Any) -> Any:
        with self.system.client(Scope.SIGN) as client:
            return client.request(method, f"/api/v1{path}", **given)

    def prepare(self, attestation_id: str) -> Any:
        path = f"/attestations/{attestation_id}/signing"
        return self.call("POST", path, json={"signatory": self.id})

    def asked(self, signatory: str = "", *, ready: bool = True) -> Any:
        query = {"signatory": signatory or self.id, "ready": ready}
        return self.call("GET", "/signature-requests", params=query)

    def signature(self, request: dict[str, Any]) -> str:
        digest = bytes.fromhex(request["digest"])
        return base64.b64encode(self.key.sign_digest(digest)).decode()

    def answer(self, request: dict[str, Any], **changes: Any) -> Any:
        given = {
            "signatory": self.id,
            "attestation_id": request["attestation_id"],
            "attempt": request["attempt"],
            "certificate_sha256": request["certificate_sha256"],
            "digest": request["digest"],
        }
        if "signature" not in changes:
            given["signature"] = self.signature(request)
        path = f"/signature-requests/{request['id']}/signature"
        return self.call("POST", path, json=given | changes)

    @property
    def certificate_sha256(self) -> str:
        return self.key.certificate.fingerprint(SHA256()).hex()


@contextmanager
def external_system(
    folder: Path, papers: list[Sample], **settings: Any
) -> Iterator[Person]:
    """Initialise a service and take the signatory's key out of its hands."""
    initialise(Settings(data=folder / "data"))
    data = DataFolder(folder / "data")
    held = file_key_settings(data.pki, SIGNATORY_KEY)
    key = open_key(held)
    private_key, _, _ = load_key_and_certificates(
        held.path.read_bytes(), held.passphrase.encode()
    )
    pem = folder / "signatory.pem"
    pem.write_bytes(
        b"".join(c.public_bytes(Encoding.PEM) for c in (key.certificate, *key.chain))
    )
    chosen = Settings(data=data.path, external_certificate=pem, **settings)
    keys = {
        scope: made.plain
        for made in issue_api_keys(chosen)
        for scope in map(Scope, made.scopes)
        if scope is not Scope.READ
    }
    services = build_services(chosen, public=True)
    try:
        yield Person(key, private_key, WebSystem(services, keys, papers), chosen)
    finally:
        services.close()
