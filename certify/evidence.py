"""What the register knows of a copy, archived beside it at step 8.

The archive outlives the database: from a copy and its evidence the book row can be
written again after a restore from an older backup. The statement in it hashes to the
digest in the copy's signed record, so a forged one is found.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from certify.attestation import (
    CertificateCheck,
    Intent,
    StoredObject,
    TrailHead,
)
from certify.canonical_json import canonical_json
from certify.confirmation import Assertion
from certify.numbering import RegisterNumber
from certify.renewal import RenewalIntent
from certify.statement import AuthorisedStatement, statement_from_json

TYPE = "copy-evidence/1"
FOLDER = "evidence/"


@dataclass(frozen=True)
class CopyEvidence:
    """Everything step 9 writes about a copy.

    Attributes:
        trail_head: printed in the copy; a restored trail may have lost it.
        file_sha256: the sealed file this is about.
        checks: what was found of each certificate before it was used (TT
            15/2025/TT-BKHCN); chain, OCSP and CRL objects stand in the file itself.
        renewal: which edition it renews; None for the one that was issued.
    """

    file_sha256: str
    statement: AuthorisedStatement
    assertion: Assertion
    intent: Intent
    shown_number: str
    trail_head: TrailHead
    checks: tuple[CertificateCheck, ...] = ()
    renewal: RenewalIntent | None = None

    @property
    def key(self) -> str:
        """Where it lies in the archive."""
        return evidence_key(f"{self.statement.attestation_id}/{self.file_sha256}")

    def to_json(self) -> str:
        """Canonical JSON."""
        fields: dict[str, Any] = {
            "type": TYPE,
            "file_sha256": self.file_sha256,
            "statement": self.statement.to_json(),
            "assertion": asdict(self.assertion),
            "intent": asdict(self.intent),
            "shown_number": self.shown_number,
            "trail_head": asdict(self.trail_head),
            "checks": [
                asdict(check)
                | {
                    "valid_until": _text(check.valid_until),
                    "checked_at": _text(check.checked_at),
                }
                for check in self.checks
            ],
        }
        if self.renewal is not None:
            fields["renewal"] = asdict(self.renewal)
        assertion, intent = fields["assertion"], fields["intent"]
        assertion["signature"] = self.assertion.signature.hex()
        assertion["statement_digests"] = list(self.assertion.statement_digests)
        assertion["made_at"] = _text(self.assertion.made_at)
        intent["attested_at"] = _text(self.intent.attested_at)
        return canonical_json(fields)


@dataclass(frozen=True)
class ArchivedCopy:
    """A sealed copy in the archive and what the register should know of it."""

    stored: StoredObject
    evidence: CopyEvidence


def evidence_key(copy_key: str) -> str:
    """Return the key of the evidence of the copy under `copy_key`."""
    return f"{FOLDER}{copy_key}"


def evidence_from_json(text: str) -> CopyEvidence:
    """Inverse of `CopyEvidence.to_json`.

    Raises:
        ValueError, KeyError, TypeError: it is not one.
    """
    fields = json.loads(text)
    if fields["type"] != TYPE:
        raise ValueError("not the evidence of a copy")
    assertion, intent = fields["assertion"], fields["intent"]
    return CopyEvidence(
        file_sha256=fields["file_sha256"],
        statement=statement_from_json(fields["statement"]),
        assertion=Assertion(
            kind=assertion["kind"],
            key_id=assertion["key_id"],
            statement_digests=tuple(assertion["statement_digests"]),
            signature=bytes.fromhex(assertion["signature"]),
            made_at=datetime.fromisoformat(assertion["made_at"]),
        ),
        intent=Intent(
            **{
                **intent,
                "number": RegisterNumber(**intent["number"]),
                "attested_at": datetime.fromisoformat(intent["attested_at"]),
            }
        ),
        shown_number=fields["shown_number"],
        trail_head=TrailHead(**fields["trail_head"]),
        checks=tuple(
            CertificateCheck(
                role=check["role"],
                certificate_sha256=check["certificate_sha256"],
                valid_until=datetime.fromisoformat(check["valid_until"]),
                checked_at=datetime.fromisoformat(check["checked_at"]),
            )
            for check in fields.get("checks", ())  # copies of before 2026-11-23
        ),
        renewal=RenewalIntent(**renewal)
        if (renewal := fields.get("renewal"))
        else None,
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
