"""When a waiting attestation is tried again, and what is warned of before it waits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certify.attestation import Intent
from certify.condition import (
    CertificateTerm,
    Condition,
    ServiceState,
    Warn,
    warnings,
)
from certify.errors import (
    CertificateUnfit,
    CertifyError,
    ServiceUnavailable,
    StoredDataDamaged,
    TimestampUnavailable,
)
from certify.give_back import giving_back
from certify.inspection import Indication, Inspection, SignatureFacts
from certify.numbering import DEFAULT_BOOK_KIND, RegisterNumber
from certify.retry import LONGEST_PAUSE, PERSONS_PAUSE, waiting_for
from certify.self_check import check_as_stranger
from certify.statement import AuthorisedStatement
from certify.trust import Purpose, Vouching
from tests.support.builders import make_intent, make_statement
from tests.support.clock import MORNING

AWAY = ServiceUnavailable(service="Dịch vụ cấp dấu thời gian")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_who_stops_a_run_leaves_nothing_for_a_person_to_mend(
    end: type[BaseException],
) -> None:
    told: list[CertifyError | None] = []
    with pytest.raises(end), giving_back(told.append):
        raise end
    assert [error is not None and error.retryable for error in told] == [True]


def test_each_failure_in_a_row_is_waited_for_longer_up_to_a_bound() -> None:
    pauses = [waiting_for(AWAY, n, MORNING).retry_at - MORNING for n in range(40)]
    assert pauses[:4] == [timedelta(seconds=s) for s in (5, 10, 20, 40)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    hour = timedelta(hours=1)
    tries = sum(sum(pauses[:n], timedelta()) < hour for n in range(1, 40))
    assert tries <= 11  # an hour of outage: 22 rows of the trail, not 240


def test_the_desk_reads_what_is_away_and_when_it_is_tried_again() -> None:
    away = TimestampUnavailable(
        service="Dịch vụ cấp dấu thời gian",
        reason="tsa.example.vn không trả lời",
        wait_seconds=600,
    )
    waiting = waiting_for(away, 0, MORNING)
    assert waiting.retry_at == MORNING + timedelta(minutes=10)  # as the TSA asked
    assert "tsa.example.vn không trả lời" in waiting.sentence
    assert "Thử lại lúc" in waiting.sentence
    assert not waiting.needs_person


@pytest.mark.parametrize(
    "error", [CertificateUnfit(holder="A", reason="đã hết hạn"), CertifyError()]
)
def test_what_a_person_must_mend_is_said_once_and_hardly_tried(
    error: CertifyError,
) -> None:
    waiting = waiting_for(error, 0, MORNING)
    assert waiting.needs_person
    assert "Cần người xử lý" in waiting.sentence
    assert waiting.retry_at == MORNING + PERSONS_PAUSE


@pytest.mark.parametrize(
    ("days", "warning", "words"),
    [
        (91, None, ""),
        (90, Warn.QUARTER, "còn 90 ngày"),
        (31, Warn.QUARTER, "gia hạn"),
        (30, Warn.MONTH, "còn 30 ngày"),
        (7, Warn.WEEK, "Thay ngay"),
        (0, Warn.EXPIRED, "đã hết hạn"),
    ],
)
def test_certificates_are_warned_of_90_30_and_7_days_ahead(
    days: int, warning: Warn | None, words: str
) -> None:
    term = CertificateTerm("ký", "Lò Văn Thử", MORNING + timedelta(days=days))
    assert term.warning(MORNING) is warning
    said = warnings(Condition(services=(), terms=(term,)), MORNING)
    assert len(said) == (warning is not None)
    assert all(words in sentence for sentence in said)


def test_one_tsa_of_two_away_is_a_warning_and_not_an_outage() -> None:
    states = (ServiceState("tsa", "A", "không trả lời"), ServiceState("tsa", "B"))
    condition = Condition(services=states, terms=())
    assert not condition.away("tsa")
    assert warnings(condition, MORNING) == ["A: không trả lời."]
    assert Condition(services=states[:1], terms=()).away("tsa")


def _good() -> tuple[Inspection, Intent, AuthorisedStatement]:
    statement = make_statement()
    number = RegisterNumber(statement.authority_id, DEFAULT_BOOK_KIND, 2026, 1, 7)
    intent = make_intent(statement, number)
    time = intent.attested_at.isoformat()
    facts = SignatureFacts(
        field="NguoiThucHienChungThuc",
        kind="signature",
        indication=Indication.TOTAL_PASSED,
        sub_indication="",
        signer="",
        organisation="",
        title="",
        certificate_sha256=statement.signatory_certificate,
        intact=True,
        claimed_time=None,
        timestamped=True,
        proven_time=time,
        revision_end=0,
        changes_since="allowed",
        docmdp_ok=True,
        certification=2,
        locks_all=False,
        vouching=(Vouching("deployment", (Purpose.SIGNATURE, Purpose.SEAL)),),
    )
    agency = replace(
        facts,
        field="CoQuanChungThuc",
        certificate_sha256=statement.seal_certificate,
        certification=None,
        locks_all=True,
    )
    found = Inspection(
        sha256="",
        size_bytes=1,
        signatures=(facts, agency),
        level="PAdES-B-LTA",
        page_digest=intent.page_digest,
        record={"statement_digest": intent.statement_digest},
    )
    return found, intent, statement


def test_what_cannot_be_judged_now_is_judged_again_and_never_called_damaged() -> None:
    good, intent, statement = _good()
    check_as_stranger(good, intent, statement)
    person, agency = good.signatures

    def with_person(**changed: object) -> Inspection:
        return replace(good, signatures=(replace(person, **changed), agency))  # type: ignore[arg-type]

    undetermined = with_person(
        indication=Indication.INDETERMINATE, sub_indication="NO_POE", proven_time=None
    )
    for inspection in (replace(good, problem="time"), undetermined):
        with pytest.raises(ServiceUnavailable):
            check_as_stranger(inspection, intent, statement)
    altered = replace(undetermined, page_digest="0" * 64)
    failed = with_person(indication=Indication.TOTAL_FAILED)
    for inspection in (altered, failed):
        with pytest.raises(StoredDataDamaged):
            check_as_stranger(inspection, intent, statement)
