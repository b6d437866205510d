"""A signatory who reads what is shown, and confirms exactly that."""

from collections.abc import Sequence

from api.services import Services


def confirm_shown(services: Services, attestation_ids: Sequence[str]) -> None:
    """Approve as the development signatory, after drafting each statement."""
    desk, signatory = services.desk, services.signatory_id
    seen = {
        attestation: desk.draft_statement(attestation, signatory).content_digest
        for attestation in attestation_ids
    }
    desk.approve(signatory, attestation_ids, seen)
