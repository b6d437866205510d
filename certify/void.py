"""A number becomes void: only by a person's recorded decision (design §3)."""

from certify.attestation import Act
from certify.clock import Clock, vietnamese_day
from certify.errors import InvalidInput, NotFound
from certify.numbering import RegisterNumber
from certify.people import Signatory
from certify.permission import check_mandate
from certify.ports import Cases, People, Register
from certify.printable import clean, unprintable

MAX_DECISION = 500


class VoidNumber:
    """Voids the number that an unreleased attestation holds."""

    def __init__(
        self, *, people: People, cases: Cases, register: Register, clock: Clock
    ) -> None:
        """Take the collaborators."""
        self._people = people
        self._cases = cases
        self._register = register
        self._clock = clock

    def __call__(
        self, signatory_id: str, attestation_id: str, decision: str
    ) -> RegisterNumber:
        """Void the number; the row stays, with the decision as its note.

        The attestation goes back to the signatory: confirmed again, it takes a new
        number of the then current year.

        Raises:
            InvalidInput: the decision is empty, too long or unprintable.
            MandateInvalid: this person may not decide for the authority today.
            WrongState: it holds no number, or is released.
            LeaseHeld: it is being worked on; try again in a while.
        """
        signatory = self._people.signatory(signatory_id)
        now = self._clock.now()
        authority = self._people.authority(signatory.authority_id)
        check_mandate(signatory, authority, vietnamese_day(now))
        case = self._cases.case(self._cases.attestation(attestation_id).case_id)
        if case.authority_id != authority.id:
            raise NotFound(what="bản sao chứng thực")
        act = decided(signatory, "number.void", decision)
        return self._register.void(attestation_id, act, now)


def decided(signatory: Signatory, action: str, decision: str) -> Act:
    """Return the act of a decision.

    Raises:
        InvalidInput: the decision is empty, too long or unprintable.
    """
    text = clean(decision)
    if not text or len(text) > MAX_DECISION or unprintable(text):
        raise InvalidInput(
            field="Quyết định", reason=f"phải có từ 1 đến {MAX_DECISION} ký tự in được"
        )
    return Act(f"signatory:{signatory.id}", action, text)
