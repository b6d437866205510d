"""Annul a released copy: the Chairman, by a decision (TT 01/2020/TT-BTP Đ7)."""

from certify.annulment import Annulment, Decision
from certify.attestation import Act
from certify.clock import Clock, vietnamese_day
from certify.errors import InvalidInput, MandateInvalid, NotFound
from certify.people import MandateKind
from certify.permission import check_mandate
from certify.ports import People, Register
from certify.printable import clean, unprintable

MAX_NUMBER, MAX_REASON = 60, 500


class AnnulCopy:
    """Takes a released copy's legal value away, at once for every check."""

    def __init__(self, *, people: People, register: Register, clock: Clock) -> None:
        """Take the collaborators."""
        self._people = people
        self._register = register
        self._clock = clock

    def __call__(
        self, signatory_id: str, attestation_id: str, decision: Decision
    ) -> Annulment:
        """Record the decision; nothing is deleted.

        Raises:
            InvalidInput: a part of the decision is missing, too long, unprintable, or
                dated before the attestation or after today.
            MandateInvalid: not the Chairman of this authority, or not today.
            NotFound: no released copy of this authority.
            WrongState: it is annulled already.
        """
        now = self._clock.now()
        signatory = self._people.signatory(signatory_id)
        authority = self._people.authority(signatory.authority_id)
        check_mandate(signatory, authority, vietnamese_day(now))
        # Đ7: the Chairman's own power; a deputy or delegate certifies, never annuls.
        if signatory.mandate.kind is not MandateKind.CHAIRMAN:
            raise MandateInvalid(
                reason="chỉ Chủ tịch được quyết định hủy bỏ giá trị pháp lý"
            )
        copy = self._register.released_attestation(attestation_id)
        if copy is None or copy.statement.authority_id != authority.id:
            raise NotFound(what="bản sao đã cấp")
        checked = Decision(
            number=_text("Số quyết định", decision.number, MAX_NUMBER),
            decided_on=decision.decided_on,
            reason=_text("Lý do", decision.reason, MAX_REASON),
        )
        first, last = vietnamese_day(copy.attested_at), vietnamese_day(now)
        if not first <= checked.decided_on <= last:
            raise InvalidInput(
                field="Ngày quyết định",
                reason=f"phải từ ngày chứng thực {first:%d/%m/%Y} đến hôm nay "
                f"{last:%d/%m/%Y}",
            )
        act = Act(f"signatory:{signatory.id}", "copy.annul", checked.reason)
        return self._register.annul(attestation_id, checked, act, now)


def _text(field: str, typed: str, longest: int) -> str:
    text = clean(typed)
    if not text or len(text) > longest or unprintable(text):
        raise InvalidInput(
            field=field, reason=f"phải có từ 1 đến {longest} ký tự in được"
        )
    return text
