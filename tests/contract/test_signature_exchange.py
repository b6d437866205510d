"""How a worker waits for an owner's answer, over the stored requests."""

import threading
import time
from collections.abc import Callable

import pytest

from api.wiring.external_keys import StoredExchange
from certify.attestation import Act
from certify.clock import SystemClock
from certify.signature_request import PRESENT_FOR, RequestState, SignatureRequest
from keys.base import (
    KeyOwnerAbsent,
    KeyRefused,
    RefusalReason,
    SignatureScheme,
    SigningPurpose,
)
from keys.external import WantedSignature
from storage.database import Database
from storage.signature_requests import SqlSignatureRequests
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk

KEY = "signatory-key"
END = Act("signatory:s1", "signature.end")


@pytest.fixture
def requests(database: Database) -> SqlSignatureRequests:
    return SqlSignatureRequests(database=database)


@pytest.fixture
def exchange(requests: SqlSignatureRequests) -> StoredExchange:
    return StoredExchange(requests=requests, clock=SystemClock(), worker="w1")


@pytest.fixture
def wanted(desk: SampleDesk) -> Callable[..., WantedSignature]:
    attestation_id = desk.approved().attestation_id

    def make(seconds: float = 60, attempt: int = 1) -> WantedSignature:
        return WantedSignature(
            key_id=KEY,
            certificate_sha256="ab" * 32,
            scheme=SignatureScheme.ECDSA_SHA256,
            digest=bytes(32),
            message=b"1\x00",
            purpose=SigningPurpose(attestation_id, attempt),
            time_limit_seconds=seconds,
        )

    return make


class Waiting(threading.Thread):
    """A worker that waits; its result, or its error."""

    def __init__(self, exchange: StoredExchange, wanted: WantedSignature) -> None:
        super().__init__(daemon=True)
        self._exchange, self._wanted = exchange, wanted
        self.ended: bytes | Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.ended = self._exchange.signature(self._wanted)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.ended = error

    def end(self) -> bytes | Exception | None:
        self.join(30)
        return self.ended


def asked(requests: SqlSignatureRequests) -> SignatureRequest:
    deadline = time.monotonic() + 30
    while not (found := requests.pending(KEY, SystemClock().now())):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found[-1]


def test_an_answer_ends_the_wait(
    requests: SqlSignatureRequests,
    exchange: StoredExchange,
    wanted: Callable[..., WantedSignature],
) -> None:
    waiting = Waiting(exchange, wanted())
    request = asked(requests)
    assert (request.signed_attributes, request.attempt) == (b"1\x00", 1)
    act = Act("signatory:s1", "signature.answer")
    requests.answer(request.id, b"signature", act, SystemClock().now())
    assert waiting.end() == b"signature"


@pytest.mark.parametrize(
    ("state", "kind"),
    [(RequestState.DECLINED, KeyRefused), (RequestState.SPOILT, KeyOwnerAbsent)],
)
def test_an_end_without_an_answer(
    requests: SqlSignatureRequests,
    exchange: StoredExchange,
    wanted: Callable[..., WantedSignature],
    state: RequestState,
    kind: type[Exception],
) -> None:
    waiting = Waiting(exchange, wanted())
    requests.end(asked(requests).id, state, END, SystemClock().now())
    assert isinstance(waiting.end(), kind)


def test_a_later_attempt_ends_the_earlier_wait(
    requests: SqlSignatureRequests,
    exchange: StoredExchange,
    wanted: Callable[..., WantedSignature],
) -> None:
    stalled = Waiting(exchange, wanted())
    first = asked(requests)
    later = Waiting(exchange, wanted(attempt=2))
    assert isinstance(stalled.end(), KeyOwnerAbsent)
    assert requests.outcome(first.id).state is RequestState.REPLACED
    # left waiting, it would ask the database of the tests that follow
    requests.end(asked(requests).id, RequestState.SPOILT, END, SystemClock().now())
    assert isinstance(later.end(), KeyOwnerAbsent)


def test_nobody_answers(
    requests: SqlSignatureRequests,
    exchange: StoredExchange,
    wanted: Callable[..., WantedSignature],
) -> None:
    waiting = Waiting(exchange, wanted(seconds=1))
    request = asked(requests)
    assert isinstance(waiting.end(), KeyOwnerAbsent)
    assert requests.outcome(request.id).state is RequestState.EXPIRED


def test_nobody_is_asked_without_a_purpose(
    requests: SqlSignatureRequests, exchange: StoredExchange
) -> None:
    for purpose, message in ((None, b"1\x00"), (SigningPurpose("a", 1), None)):
        nameless = WantedSignature(
            key_id=KEY,
            certificate_sha256="ab" * 32,
            scheme=SignatureScheme.ECDSA_SHA256,
            digest=bytes(32),
            message=message,
            purpose=purpose,
            time_limit_seconds=60,
        )
        with pytest.raises(KeyRefused) as refused:
            exchange.signature(nameless)
        assert refused.value.reason is RefusalReason.PURPOSE_MISSING
    assert requests.pending(KEY, SystemClock().now()) == []


def test_presence_lasts_half_a_minute(
    requests: SqlSignatureRequests, clock: FakeClock
) -> None:
    exchange = StoredExchange(requests=requests, clock=clock, worker="w1")
    with pytest.raises(KeyOwnerAbsent):
        exchange.check_present(KEY)
    requests.note_present(KEY, clock.now())
    clock.advance(seconds=PRESENT_FOR.total_seconds())
    exchange.check_present(KEY)
    clock.advance(seconds=1)
    with pytest.raises(KeyOwnerAbsent):
        exchange.check_present(KEY)
