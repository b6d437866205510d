"""An annulment and, at once, the signed list that tells verifiers without us."""

import logging
from collections.abc import Callable

from certify.annul import AnnulCopy
from certify.annulment import Annulment, Decision

_log = logging.getLogger("certify.annul")


class AnnulAndPublish:
    """Annuls; a list that cannot be written now follows with the next one."""

    def __init__(self, *, annul: AnnulCopy, publish: Callable[[], object]) -> None:
        """Take the rule and the publisher of the list."""
        self._annul = annul
        self._publish = publish

    def __call__(
        self, signatory_id: str, attestation_id: str, decision: Decision
    ) -> Annulment:
        """Record the decision and publish it.

        Raises:
            CertifyError: see `AnnulCopy`.
        """
        made = self._annul(signatory_id, attestation_id, decision)
        try:
            self._publish()
        except Exception as error:  # noqa: BLE001 - the decision stands in the register
            # The class only: a message may quote a decision.
            _log.error("annulments not published: %s", type(error).__name__)
        return made
