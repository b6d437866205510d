"""The signatory's own confirmation of a list of statements.

Rights in the database are not the right to sign (design §4.9): before every
signature the worker verifies an assertion over the statement digest, with a public
key whose enrolment is authenticated by the service key.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certify.canonical_json import canonical_json
from certify.errors import ConfirmationInvalid


@dataclass(frozen=True)
class Assertion:
    """Proof that the signatory confirmed these statements.

    Attributes:
        kind: "software-p256" (development only). WebAuthn comes beside it.
        key_id: which enrolled key.
        statement_digests: hex, in the order shown to the signatory.
        signature: DER ECDSA over `challenge(statement_digests)`.
    """

    kind: str
    key_id: str
    statement_digests: tuple[str, ...]
    signature: bytes
    made_at: datetime


@dataclass(frozen=True)
class EnrolledKey:
    """A confirmation key bound to a person under the service key.

    Attributes:
        public_key: SubjectPublicKeyInfo, DER.
        enrolment_mac: HMAC-SHA256 by the service key; see `enrolment_mac`.
    """

    id: str
    person_id: str
    kind: str
    public_key: bytes
    enrolment_mac: bytes


def challenge(statement_digests: Sequence[str]) -> bytes:
    """Return the 32 bytes the second factor signs: hash of the digest list."""
    text = canonical_json(
        {"type": "confirmation/1", "statements": list(statement_digests)}
    )
    return hashlib.sha256(text.encode()).digest()


def enrolment_mac(
    service_key: bytes, *, key_id: str, person_id: str, kind: str, public_key: bytes
) -> bytes:
    """Authenticate an enrolment, so that a database row alone enrols nobody."""
    text = canonical_json(
        {
            "type": "enrolment/1",
            "id": key_id,
            "person": person_id,
            "kind": kind,
            "key": public_key.hex(),
        }
    )
    return hmac.new(service_key, text.encode(), hashlib.sha256).digest()


def check_assertion(
    assertion: Assertion,
    *,
    statement_digest: str,
    signatory_id: str,
    key: EnrolledKey,
    service_keys: Sequence[bytes],
) -> None:
    """Verify that this person confirmed this statement.

    Args:
        assertion: what the person made.
        statement_digest: of the statement.
        signatory_id: who was to confirm.
        key: as enrolled.
        service_keys: any of which may have authenticated the enrolment.

    Raises:
        ConfirmationInvalid: wrong person, forged enrolment, statement not in the
            confirmed list, or a signature that does not verify.
    """
    if not any(_enrolled(key, service_key) for service_key in service_keys):
        raise ConfirmationInvalid(reason="khóa xác nhận chưa được đăng ký hợp lệ")
    if key.person_id != signatory_id or assertion.key_id != key.id:
        raise ConfirmationInvalid(reason="khóa xác nhận không phải của người ký")
    if assertion.kind != key.kind or key.kind != "software-p256":
        raise ConfirmationInvalid(reason="loại khóa xác nhận không được hỗ trợ")
    if statement_digest not in assertion.statement_digests:
        raise ConfirmationInvalid(reason="nội dung đã thay đổi sau khi xác nhận")
    public_key = load_der_public_key(key.public_key)
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise ConfirmationInvalid(reason="loại khóa xác nhận không được hỗ trợ")
    try:
        public_key.verify(
            assertion.signature,
            challenge(assertion.statement_digests),
            ec.ECDSA(SHA256()),
        )
    except InvalidSignature as error:
        raise ConfirmationInvalid(reason="chữ ký xác nhận sai") from error


def _enrolled(key: EnrolledKey, service_key: bytes) -> bool:
    expected = enrolment_mac(
        service_key,
        key_id=key.id,
        person_id=key.person_id,
        kind=key.kind,
        public_key=key.public_key,
    )
    return hmac.compare_digest(expected, key.enrolment_mac)
