"""Records of signing keys, with made-up public keys and certificates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from certify.attestation import Act
from certify.signing_key import KeyRecord, KeyRole, activated, imported
from certify.signing_key import SigningKeys as Registry
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    digest_of,
    make_authority,
    make_signatory,
)
from tests.support.clock import MORNING

PERSON_KEY = make_signatory().key_id
SEAL_KEY = make_authority().seal_key_id


def act(verb: str, reason: str = "") -> Act:
    return Act("operator:thu", f"signing_key.{verb}", reason)


def make_key(key_id: str = PERSON_KEY, **changes: Any) -> KeyRecord:
    return replace(
        KeyRecord(
            id=key_id,
            authority_id=AUTHORITY_ID,
            role=KeyRole.SIGNATORY,
            person_id=SIGNATORY_ID,
            backend="file",
            parameters={"path": f"keys/{key_id}.pem"},
            secrets={"passphrase": "env:MAT_KHAU"},
            public_key=b"spki of " + key_id.encode(),
            created_at=MORNING,
        ),
        **changes,
    )


def make_seal_key(key_id: str = SEAL_KEY, **changes: Any) -> KeyRecord:
    return make_key(key_id, role=KeyRole.SEAL, person_id=None, **changes)


def with_certificate(key: KeyRecord) -> KeyRecord:
    return imported(
        key, certificate=b"der", sha256=digest_of(key.id), issuers=[b"ca", b"root"]
    )


def from_to(
    start: datetime = MORNING, end: datetime | None = None
) -> Callable[[KeyRecord], KeyRecord]:
    return partial(activated, start=start, end=end)


def add_active(
    registry: Registry,
    key: KeyRecord,
    start: datetime = MORNING,
    end: datetime | None = None,
) -> KeyRecord:
    """Walk a key to its activation."""
    registry.add(key, act("add"))
    registry.change(key.id, with_certificate, act("import"))
    return registry.change(key.id, from_to(start, end), act("activate"))
