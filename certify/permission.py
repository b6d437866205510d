"""May this attestation be signed and sealed, today, by these people?"""

from collections.abc import Sequence
from datetime import date, datetime

from certify.attestation import IssuanceTask
from certify.clock import vietnamese_day
from certify.confirmation import check_assertion
from certify.errors import (
    ConfirmationInvalid,
    MandateInvalid,
    NotAllowed,
    SealNotAuthorised,
)
from certify.people import Authority, Officer, SealAuthorisation, Signatory


def check_permission(
    task: IssuanceTask, now: datetime, service_keys: Sequence[bytes]
) -> None:
    """Check every right that step 1 of the main job asks for.

    Raises:
        MandateInvalid, NotAllowed, SealNotAuthorised, ConfirmationInvalid.
    """
    day = vietnamese_day(now)
    statement = task.statement
    check_mandate(task.signatory, task.authority, day)
    check_maker_checker(task.authority, task.officer, task.signatory)
    check_seal_authorisation(task.seal_authorisation, day)
    if statement.expired(now):
        raise ConfirmationInvalid(reason="xác nhận đã quá hạn, hãy xác nhận lại")
    if statement.attestation_id != task.lease.attestation_id:
        raise ConfirmationInvalid(reason="nội dung xác nhận thuộc bản sao khác")
    if statement.page_digest != task.scan.page_digest:
        raise ConfirmationInvalid(reason="bản chụp đã thay đổi sau khi xác nhận")
    check_assertion(
        task.assertion,
        statement_digest=statement.digest,
        signatory_id=task.signatory.id,
        key=task.enrolled_key,
        service_keys=service_keys,
    )


def check_mandate(signatory: Signatory, authority: Authority, day: date) -> None:
    """Chairman, or a delegation valid today at this office (domain rule 19)."""
    if signatory.authority_id != authority.id:
        raise MandateInvalid(reason="người ký thuộc cơ quan khác")
    if not signatory.mandate.covers(day):
        raise MandateInvalid(reason="ủy quyền chưa có hiệu lực hoặc đã hết hạn")


def check_maker_checker(
    authority: Authority, officer: Officer, signatory: Signatory
) -> None:
    """The officer of a case does not sign it, unless a decision says so.

    The human being counts: a delegate is on record as officer and as signatory.
    """
    same = officer.person_id == signatory.person_id
    if same and authority.self_certify_decision is None:
        raise NotAllowed(reason="người đối chiếu không được tự ký bản sao này")


def check_seal_authorisation(
    authorisation: SealAuthorisation | None, day: date
) -> None:
    """The clerk's permission, in force today (NĐ 30/2020 Đ33)."""
    if authorisation is None:
        raise SealNotAuthorised(reason="văn thư chưa cho phép")
    if not authorisation.covers(day):
        raise SealNotAuthorised(reason="giấy cho phép đã hết hạn hoặc bị thu hồi")
