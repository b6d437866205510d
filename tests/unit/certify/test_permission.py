"""May this be compared, confirmed, signed? Every rule, broken one at a time."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from certify.attestation import IssuanceTask, Lease
from certify.comparison import Legalisation, RefusalGround, check_comparison
from certify.confirmation import check_assertion
from certify.errors import (
    ComparisonIncomplete,
    ConfirmationInvalid,
    MandateInvalid,
    NotAllowed,
    ScanRefused,
    SealNotAuthorised,
)
from certify.people import MandateKind
from certify.permission import check_permission
from certify.scan import Severity
from certify.statement import statement_from_json
from tests.support.builders import (
    OFFICER_ID,
    SERVICE_KEY,
    SIGNATORY_ID,
    make_authority,
    make_comparison,
    make_finding,
    make_mandate,
    make_officer,
    make_scan,
    make_seal_authorisation,
    make_signatory,
    make_statement,
)
from tests.support.clock import MORNING
from tests.support.confirmation import SoftwareConfirmation


def make_task(confirmation: SoftwareConfirmation, **changes: Any) -> IssuanceTask:
    scan = make_scan("original")
    statement = make_statement(page_digest=scan.page_digest)
    task = IssuanceTask(
        lease=Lease(statement.attestation_id, "w1", 1, MORNING + timedelta(hours=1)),
        authority=make_authority(),
        officer=make_officer(),
        signatory=make_signatory(),
        seal_authorisation=make_seal_authorisation(),
        statement=statement,
        assertion=confirmation.assertion(statement.digest),
        enrolled_key=confirmation.enrolled,
        comparison=make_comparison(scan),
        scan=scan,
        reservation=None,
        intent=None,
    )
    return replace(task, **changes)


@pytest.fixture
def confirmation() -> SoftwareConfirmation:
    return SoftwareConfirmation()


def test_a_complete_task_is_permitted(confirmation: SoftwareConfirmation) -> None:
    check_permission(make_task(confirmation), MORNING, [SERVICE_KEY])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {
                "signatory": make_signatory(
                    mandate=make_mandate(valid_to=date(2026, 1, 2))
                )
            },
            MandateInvalid,
        ),
        (
            {
                "signatory": make_signatory(
                    mandate=make_mandate(
                        kind=MandateKind.DELEGATE, valid_from=date(2026, 12, 1)
                    )
                )
            },
            MandateInvalid,
        ),
        ({"signatory": make_signatory(authority_id="khac")}, MandateInvalid),
        ({"officer": make_officer(person_id=make_signatory().person_id)}, NotAllowed),
        ({"seal_authorisation": None}, SealNotAuthorised),
        (
            {"seal_authorisation": make_seal_authorisation(revoked=True)},
            SealNotAuthorised,
        ),
        (
            {"seal_authorisation": make_seal_authorisation(valid_to=date(2026, 2, 1))},
            SealNotAuthorised,
        ),
        ({"scan": make_scan("original", pages=())}, ConfirmationInvalid),
    ],
)
def test_each_missing_right_refuses(
    changes: dict[str, Any],
    error: type[Exception],
    confirmation: SoftwareConfirmation,
) -> None:
    with pytest.raises(error):
        check_permission(make_task(confirmation, **changes), MORNING, [SERVICE_KEY])


def test_a_decision_lets_the_officer_sign_his_own_case(
    confirmation: SoftwareConfirmation,
) -> None:
    task = make_task(
        confirmation,
        officer=make_officer(person_id=make_signatory().person_id),
        authority=make_authority(self_certify_decision="27/QĐ-UBND"),
    )
    check_permission(task, MORNING, [SERVICE_KEY])


def test_an_old_confirmation_expires(confirmation: SoftwareConfirmation) -> None:
    with pytest.raises(ConfirmationInvalid, match="quá hạn"):
        check_permission(
            make_task(confirmation), MORNING + timedelta(hours=8), [SERVICE_KEY]
        )


@pytest.mark.parametrize(
    "field", ["original_title", "requester_name", "copies", "page_digest", "fee_dong"]
)
def test_a_statement_changed_after_the_confirmation_is_refused(
    field: str, confirmation: SoftwareConfirmation
) -> None:
    task = make_task(confirmation)
    value = 9 if field in {"copies", "fee_dong"} else "khác"
    changed = replace(task.statement, **{field: value})
    with pytest.raises(ConfirmationInvalid):
        check_permission(replace(task, statement=changed), MORNING, [SERVICE_KEY])


def test_the_confirmation_of_another_attestation_is_refused(
    confirmation: SoftwareConfirmation,
) -> None:
    task = make_task(confirmation)
    other = replace(task.lease, attestation_id="khac")
    with pytest.raises(ConfirmationInvalid, match="bản sao khác"):
        check_permission(replace(task, lease=other), MORNING, [SERVICE_KEY])


def test_database_rights_alone_confirm_nothing(
    confirmation: SoftwareConfirmation,
) -> None:
    """An insider swaps the enrolled key, its owner, or the assertion (design §4.9)."""
    statement = make_statement()
    good = confirmation.assertion(statement.digest)
    forged = SoftwareConfirmation(service_key=b"\x00" * 32)
    other = SoftwareConfirmation(person_id="nguoi-khac")
    for assertion, key in (
        (forged.assertion(statement.digest), forged.enrolled),
        (other.assertion(statement.digest), other.enrolled),
        (good, replace(confirmation.enrolled, public_key=forged.enrolled.public_key)),
        (replace(good, signature=good.signature[:-1] + b"\x00"), confirmation.enrolled),
        (replace(good, statement_digests=()), confirmation.enrolled),
        (
            replace(good, statement_digests=(statement.digest, "0" * 64)),
            confirmation.enrolled,
        ),
        (replace(good, kind="totp"), confirmation.enrolled),
    ):
        with pytest.raises(ConfirmationInvalid):
            check_assertion(
                assertion,
                statement_digest=statement.digest,
                signatory_id=SIGNATORY_ID,
                key=key,
                service_keys=[SERVICE_KEY],
            )


def test_a_statement_reads_back_as_it_was() -> None:
    statement = make_statement(signatory_title=("TUQ. CHỦ TỊCH", "CÔNG CHỨC"))
    assert statement_from_json(statement.to_json()) == statement
    with pytest.raises(ValueError, match="statement"):
        statement_from_json("{}")


SCAN = make_scan("original")


def test_a_complete_comparison_passes() -> None:
    check_comparison(make_comparison(SCAN), SCAN)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paper_original_shown": False}, "xuất trình bản chính"),
        ({"pages_match": False}, "từng trang"),
        ({"grounds": {}}, "chưa trả lời"),
        ({"pages_with_information": 2}, "2 trang"),
        ({"legalisation": Legalisation.LEGALISED}, "hợp pháp hóa"),
        ({"legalisation": Legalisation.EXEMPT_LIST}, "căn cứ được miễn"),
        ({"page_digest": "0" * 64}, "đối chiếu lại"),
        ({"place": " "}, "chưa ghi nơi đối chiếu"),
        ({"place": "x" * 501}, "nơi đối chiếu dài quá 500 ký tự"),
        ({"legalisation_note": "x" * 501}, "ghi chú hợp pháp hóa lãnh sự dài quá"),
        ({"accepted_warnings": {"colour.none": "x" * 501}}, "lý do .* dài quá 500"),
    ],
)
def test_each_missing_part_of_the_record_refuses(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ComparisonIncomplete, match=words):
        check_comparison(make_comparison(SCAN, **changes), SCAN)


@pytest.mark.parametrize("ground", list(RefusalGround))
def test_each_ground_of_the_law_forces_a_refusal(ground: RefusalGround) -> None:
    """NĐ 23/2015 Đ22."""
    answers = dict.fromkeys(RefusalGround, False)
    with pytest.raises(ComparisonIncomplete, match="phải từ chối"):
        check_comparison(make_comparison(SCAN, grounds={**answers, ground: True}), SCAN)
    del answers[ground]
    with pytest.raises(ComparisonIncomplete, match="chưa trả lời"):
        check_comparison(make_comparison(SCAN, grounds=answers), SCAN)


def test_a_warning_needs_a_reason_and_a_block_accepts_none() -> None:
    warned = make_scan("original", findings=(make_finding(code="colour.none"),))
    for reason in ("", "   "):
        with pytest.raises(ScanRefused):
            check_comparison(
                make_comparison(warned, accepted_warnings={"colour.none": reason}),
                warned,
            )
    accepted = {"colour.none": "bản chính đen trắng"}
    check_comparison(make_comparison(warned, accepted_warnings=accepted), warned)
    blocked = make_scan(
        "original",
        findings=(make_finding(code="colour.none", severity=Severity.BLOCK),),
    )
    with pytest.raises(ScanRefused):
        check_comparison(make_comparison(blocked, accepted_warnings=accepted), blocked)


def test_officer_and_signatory_of_the_samples_differ() -> None:
    assert OFFICER_ID != SIGNATORY_ID
