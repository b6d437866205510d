"""What waits for one signatory's token, and beginning to issue it."""

from collections.abc import Sequence

from api.schemas.signature_requests import AskedOut, SigningOut, WaitingOut
from api.services import Services
from certify.attestation import AttestationView

MOST_LOOKED_AT = 200  # waiting attestations of all signatories, oldest first


def signing_state(services: Services, signatory_id: str, *, ready: bool) -> SigningOut:
    """Return what a signatory is asked now, what is being made and what waits.

    Args:
        services: the built system.
        signatory_id: whose.
        ready: the signatory has a token at hand that can sign; remembered.
    """
    asked = services.collect.asked(signatory_id, ready=ready)
    running = services.issue_soon.running()
    being_made = running - {one.request.attestation_id for one in asked}
    return SigningOut(
        present=services.collect.present(signatory_id),
        preparing=len(being_made),
        requests=[AskedOut.of(one) for one in asked],
        waiting=[
            WaitingOut.of(view)
            for view in waiting(services, signatory_id)
            if view.id not in running
        ],
    )


def begin_these(services: Services, signatory_id: str, ids: Sequence[str]) -> None:
    """Begin issuing some of what waits for this signatory, who is ready."""
    services.collect.asked(signatory_id, ready=True)
    for view in waiting(services, signatory_id):
        if view.id in ids:
            services.issue_soon.begin(view.id)


def waiting(services: Services, signatory_id: str) -> Sequence[AttestationView]:
    """Return confirmed, unreleased attestations of a signatory that nobody works on."""
    ids = services.register.unfinished(services.clock.now())[:MOST_LOOKED_AT]
    views = [services.cases.attestation(attestation_id) for attestation_id in ids]
    return [
        view
        for view in views
        if view.statement is not None
        and view.statement.signatory_id == signatory_id
        and view.statement.signatory_key_id in services.external_keys
    ]
