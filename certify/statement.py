"""The authorised statement: exactly what the signatory confirms (design §2).

Its canonical JSON is what the second factor signs and what the worker checks again
before every signature. The register number and the time are not in it: they are
given at issue. The composed copy derives from this and nothing else.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from certify.canonical_json import canonical_json, sha256_hex


@dataclass(frozen=True)
class AuthorisedStatement:
    """Facts of one attestation.

    Attributes:
        verification_code: canonical, 16 characters.
        original_issuer: office that issued the paper; "" when the officer named none.
        original_pages: pages of the paper with information, covers included.
        officer_id: who compared; differs from `signatory_id` unless the authority
            has an exception.
        signatory_certificate, seal_certificate: SHA-256 of the DER, hex.
        wording: version of the lời chứng.
        expires_at: ISO 8601 UTC; after it the attestation returns to the queue.
    """

    attestation_id: str
    verification_code: str
    authority_id: str
    authority_name: str
    case_code: str
    original_title: str
    original_issuer: str
    original_pages: int
    copies: int
    page_digest: str
    requester_name: str
    officer_id: str
    officer_name: str
    signatory_id: str
    signatory_name: str
    signatory_title: tuple[str, ...]
    signatory_key_id: str
    signatory_certificate: str
    seal_key_id: str
    seal_certificate: str
    wording: str
    fee_dong: int
    expires_at: str

    def to_json(self) -> str:
        """Canonical JSON; its SHA-256 is the statement digest."""
        fields = asdict(self)
        fields["signatory_title"] = list(self.signatory_title)
        return canonical_json({"type": "authorised-statement/1", **fields})

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, hex."""
        return sha256_hex(self.to_json())

    @property
    def content_digest(self) -> str:
        """Digest of everything a signatory reads; a new draft keeps it.

        A draft's expiry moves with the clock, so its own digest does too.
        """
        return replace(self, expires_at="").digest

    def expired(self, now: datetime) -> bool:
        """Tell whether the confirmation is too old to sign on."""
        return now >= datetime.fromisoformat(self.expires_at)


def statement_from_json(text: str) -> AuthorisedStatement:
    """Inverse of `AuthorisedStatement.to_json`.

    Raises:
        ValueError: the text is not a statement of a known version.
    """
    fields = json.loads(text)
    if fields.pop("type", None) != "authorised-statement/1":
        raise ValueError("not an authorised statement")
    fields["signatory_title"] = tuple(fields["signatory_title"])
    return AuthorisedStatement(**fields)
