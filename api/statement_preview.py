"""What was shown is what is confirmed: a digest that survives a new draft.

A draft's expiry moves with the clock, so its own digest does too. The preview digest
leaves the expiry out; a confirmation names it, and any other change refuses.
"""

from collections.abc import Mapping
from dataclasses import replace

from api.services import Services
from certify.errors import ConfirmationInvalid
from certify.statement import AuthorisedStatement


def content_digest(statement: AuthorisedStatement) -> str:
    """Digest of everything a signatory reads in a statement."""
    return replace(statement, expires_at="").digest


def check_seen(services: Services, signatory_id: str, seen: Mapping[str, str]) -> None:
    """Hold what was shown (attestation → digest) against what would be confirmed.

    Raises:
        ConfirmationInvalid: something changed since it was shown.
    """
    for attestation_id, digest in seen.items():
        draft = services.desk.draft_statement(attestation_id, signatory_id)
        if content_digest(draft) != digest:
            raise ConfirmationInvalid(
                reason="nội dung đã thay đổi sau khi xem, hãy xem lại"
            )
