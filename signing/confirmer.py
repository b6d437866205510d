"""The development signatory's second factor: software instead of a person.

Fills `certify.ports.Confirmer` over `keys.confirmation`. In production a person
confirms with an authenticator; the wiring refuses this class there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from certify.confirmation import Assertion, challenge
from certify.errors import ConfirmationInvalid
from certify.people import Signatory
from keys.confirmation import ConfirmationKey

KIND = "software-p256"


class SoftwareConfirmer:
    """Confirms whatever it is asked to, at once. Development only."""

    def __init__(self, *, keys: Mapping[str, ConfirmationKey]) -> None:
        """Take the keys by the id of the person they stand for."""
        self._keys = dict(keys)

    def confirm(
        self, signatory: Signatory, statement_digests: Sequence[str], now: datetime
    ) -> Assertion:
        """Sign the challenge of these statements.

        Raises:
            ConfirmationInvalid: this person has no software key here.
        """
        key = self._keys.get(signatory.id)
        if key is None:
            raise ConfirmationInvalid(reason="người ký chưa có khóa xác nhận")
        return Assertion(
            kind=KIND,
            key_id=key.key_id,
            statement_digests=tuple(statement_digests),
            signature=key.sign_challenge(challenge(statement_digests)),
            made_at=now,
        )
