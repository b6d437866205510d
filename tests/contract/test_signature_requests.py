"""Signature requests: one question, one answer, an end; who is ready to sign."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from certify.attestation import Act
from certify.errors import NotFound, SignatureAnswered, SignatureLate, WrongState
from certify.identifiers import new_id
from certify.signature_request import RequestState, SignatureRequest
from storage.audit import SqlAuditTrail
from storage.database import Database
from storage.signature_requests import SqlSignatureRequests
from tests.support.builders import AUTHORITY_ID
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk

KEY = "signatory-key"
ASK, ANSWER, END = (
    Act("worker:w1", "signature.ask"),
    Act("signatory:s1", "signature.answer"),
    Act("worker:w1", "signature.end"),
)


@pytest.fixture
def requests(database: Database) -> SqlSignatureRequests:
    return SqlSignatureRequests(database=database)


@pytest.fixture
def attestation_id(desk: SampleDesk) -> str:
    return desk.approved().attestation_id


def make_request(
    attestation_id: str, now: datetime, **changes: Any
) -> SignatureRequest:
    given: dict[str, Any] = {
        "id": new_id(),
        "key_id": KEY,
        "attestation_id": attestation_id,
        "attempt": 1,
        "certificate_sha256": "ab" * 32,
        "scheme": "rsa-pkcs1-sha256",
        "digest": b"d" * 32,
        "signed_attributes": b"1\x00",
        "asked_at": now,
        "expires_at": now + timedelta(seconds=180),
    }
    return SignatureRequest(**(given | changes))


def test_a_request_is_found_answered_once_and_recorded(
    requests: SqlSignatureRequests,
    attestation_id: str,
    clock: FakeClock,
    trail: SqlAuditTrail,
) -> None:
    request = make_request(attestation_id, clock.now())
    before = trail.head(AUTHORITY_ID).sequence
    requests.ask(request, ASK)
    assert requests.pending(KEY, clock.now()) == [request]
    assert requests.pending("another key", clock.now()) == []
    assert requests.request(request.id) == request
    assert requests.outcome(request.id).state is RequestState.PENDING
    requests.answer(request.id, b"signature", ANSWER, clock.now())
    outcome = requests.outcome(request.id)
    assert (outcome.state, outcome.signature) == (RequestState.ANSWERED, b"signature")
    assert requests.pending(KEY, clock.now()) == []
    with pytest.raises(SignatureAnswered):
        requests.answer(request.id, b"other", ANSWER, clock.now())
    assert requests.outcome(request.id).signature == b"signature"
    assert trail.check(AUTHORITY_ID).sequence == before + 2
    ended = requests.end(request.id, RequestState.EXPIRED, END, clock.now())
    assert ended == outcome  # an answer of the last moment stands


def test_nothing_is_taken_at_or_after_the_end(
    requests: SqlSignatureRequests, attestation_id: str, clock: FakeClock
) -> None:
    request = make_request(attestation_id, clock.now())
    requests.ask(request, ASK)
    assert requests.pending(KEY, request.expires_at) == []
    with pytest.raises(SignatureLate):
        requests.answer(request.id, b"s", ANSWER, request.expires_at)
    with pytest.raises(SignatureLate):
        requests.note_bad(request.id, request.expires_at, most=3)
    assert requests.outcome(request.id).signature is None


@pytest.mark.parametrize(
    "state", [RequestState.EXPIRED, RequestState.DECLINED, RequestState.REPLACED]
)
def test_an_ended_request_stays_ended(
    requests: SqlSignatureRequests,
    attestation_id: str,
    clock: FakeClock,
    trail: SqlAuditTrail,
    state: RequestState,
) -> None:
    request = make_request(attestation_id, clock.now())
    requests.ask(request, ASK)
    assert requests.end(request.id, state, END, clock.now()).state is state
    head = trail.check(AUTHORITY_ID)
    again = requests.end(request.id, RequestState.SPOILT, END, clock.now())
    assert again.state is state
    assert trail.head(AUTHORITY_ID) == head
    with pytest.raises(SignatureLate):
        requests.answer(request.id, b"s", ANSWER, clock.now())


def test_one_question_per_attempt_and_a_later_attempt_replaces_it(
    requests: SqlSignatureRequests, attestation_id: str, clock: FakeClock
) -> None:
    first = make_request(attestation_id, clock.now())
    requests.ask(first, ASK)
    with pytest.raises(WrongState):
        requests.ask(make_request(attestation_id, clock.now()), ASK)
    seal = make_request(attestation_id, clock.now(), key_id="seal-key")
    requests.ask(seal, ASK)  # another key of the same attempt is another question
    second = make_request(attestation_id, clock.now(), attempt=2)
    requests.ask(second, ASK)
    assert requests.pending(KEY, clock.now()) == [second]
    assert requests.outcome(first.id).state is RequestState.REPLACED
    assert requests.outcome(seal.id).state is RequestState.REPLACED
    with pytest.raises(SignatureLate):
        requests.answer(first.id, b"s", ANSWER, clock.now())


def test_bad_signatures_spoil_a_request(
    requests: SqlSignatureRequests, attestation_id: str, clock: FakeClock
) -> None:
    request = make_request(attestation_id, clock.now())
    requests.ask(request, ASK)
    left = [requests.note_bad(request.id, clock.now(), most=3) for _ in range(3)]
    assert left == [2, 1, 0]
    assert requests.outcome(request.id).state is RequestState.SPOILT
    with pytest.raises(SignatureLate):
        requests.note_bad(request.id, clock.now(), most=3)


def test_of_answers_at_once_one_counts(
    requests: SqlSignatureRequests, attestation_id: str, clock: FakeClock
) -> None:
    request = make_request(attestation_id, clock.now())
    requests.ask(request, ASK)

    def answer(number: int) -> bytes | None:
        signature = b"%d" % number
        try:
            requests.answer(request.id, signature, ANSWER, clock.now())
        except SignatureAnswered:
            return None
        return signature

    with ThreadPoolExecutor(8) as pool:
        taken = [each for each in pool.map(answer, range(8)) if each]
    assert [requests.outcome(request.id).signature] == taken


def test_unknown_requests_and_attestations(
    requests: SqlSignatureRequests, clock: FakeClock
) -> None:
    for call in (
        lambda: requests.request("none"),
        lambda: requests.outcome("none"),
        lambda: requests.answer("none", b"s", ANSWER, clock.now()),
        lambda: requests.end("none", RequestState.EXPIRED, END, clock.now()),
    ):
        with pytest.raises(NotFound):
            call()


def test_presence_is_remembered_and_forgotten(
    requests: SqlSignatureRequests, clock: FakeClock
) -> None:
    assert requests.last_present(KEY) is None
    first = clock.now()
    requests.note_present(KEY, first)
    assert requests.last_present(KEY) == first
    requests.note_present(KEY, clock.advance(seconds=4))
    assert requests.last_present(KEY) == first, "most polls write nothing"
    requests.note_present(KEY, clock.advance(seconds=2))
    assert requests.last_present(KEY) == clock.now()
    assert requests.last_present("another key") is None
    requests.note_present(KEY, first)  # the clock was set back
    assert requests.last_present(KEY) == first
    requests.note_absent(KEY)
    assert requests.last_present(KEY) is None
