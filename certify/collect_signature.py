"""The signatory's side of external signing: what am I asked for, here is my signature.

A request of somebody else's key is "not found". Nothing of an answer is believed: it
must repeat what was asked, and its signature must verify with the certificate that the
signatory confirmed.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from certify.attestation import Act
from certify.clock import Clock
from certify.errors import NotFound, SignatureInvalid, SignatureLate, SignatureMismatch
from certify.people import Signatory
from certify.ports import Cases, People
from certify.signature_request import (
    MOST_TRIES,
    PRESENT_FOR,
    RequestState,
    SignatureAnswer,
    SignatureRequest,
    SignatureRequests,
)


@dataclass(frozen=True)
class AskedSignature:
    """A request with what it is about, in words for the person who signs."""

    request: SignatureRequest
    shown_number: str
    title: str
    copies: int
    requester_name: str
    authority_name: str
    seconds_left: float


class CollectSignature:
    """What a signatory with a key of their own sees and sends."""

    def __init__(
        self,
        *,
        requests: SignatureRequests,
        people: People,
        cases: Cases,
        clock: Clock,
        verifies: Callable[[SignatureRequest, bytes], bool],
    ) -> None:
        """Take the collaborators.

        `verifies` tells whether a signature is one of the request's certificate over
        its digest.
        """
        self._requests = requests
        self._people = people
        self._cases = cases
        self._clock = clock
        self._verifies = verifies

    def asked(self, signatory_id: str, *, ready: bool) -> Sequence[AskedSignature]:
        """Return what this signatory is asked to sign now, oldest first.

        Args:
            signatory_id: who asks.
            ready: there is a token at hand that can sign at once; issuing starts only
                while that is so.
        """
        key_id, now = self._people.signatory(signatory_id).key_id, self._clock.now()
        if ready:
            self._requests.note_present(key_id, now)
        return [self._in_words(r) for r in self._requests.pending(key_id, now)]

    def leave(self, signatory_id: str) -> None:
        """Say that nobody is there to sign any more: issuing waits, visibly."""
        self._requests.note_absent(self._people.signatory(signatory_id).key_id)

    def present(self, signatory_id: str) -> bool:
        """Tell whether this signatory is ready to sign."""
        key_id = self._people.signatory(signatory_id).key_id
        return is_present(self._requests, key_id, self._clock)

    def answer(
        self, signatory_id: str, request_id: str, answer: SignatureAnswer
    ) -> None:
        """Take a signature for a request.

        Raises:
            NotFound: no such request of this signatory.
            SignatureMismatch: the answer is to something else.
            SignatureInvalid: it does not verify; the request stays for another try.
            SignatureAnswered, SignatureLate: the request has ended.
        """
        signatory = self._people.signatory(signatory_id)
        request, now = self._own(signatory, request_id), self._clock.now()
        _check_bound(request, answer)
        if not self._verifies(request, answer.signature):
            left = self._requests.note_bad(request.id, now, most=MOST_TRIES)
            raise SignatureInvalid(tries_left=left)
        act = Act(f"signatory:{signatory.id}", "signature.answer")
        self._requests.answer(request.id, answer.signature, act, now)

    def decline(self, signatory_id: str, request_id: str) -> None:
        """Refuse to sign; the copy then waits for a person.

        Raises:
            NotFound: no such request of this signatory.
            SignatureLate: the request has ended.
        """
        signatory = self._people.signatory(signatory_id)
        request = self._own(signatory, request_id)
        act = Act(f"signatory:{signatory.id}", "signature.end")
        ended = self._requests.end(
            request.id, RequestState.DECLINED, act, self._clock.now()
        )
        if ended.state is not RequestState.DECLINED:
            raise SignatureLate

    def _own(self, signatory: Signatory, request_id: str) -> SignatureRequest:
        request = self._requests.request(request_id)
        if request.key_id != signatory.key_id:
            raise NotFound(what="lượt ký này")
        return request

    def _in_words(self, request: SignatureRequest) -> AskedSignature:
        view = self._cases.attestation(request.attestation_id)
        if view.statement is None:
            raise NotFound(what="nội dung đã xác nhận của lượt ký này")
        left = request.expires_at - self._clock.now()
        return AskedSignature(
            request=request,
            shown_number=view.shown_number or "",
            title=view.statement.original_title,
            copies=view.statement.copies,
            requester_name=view.statement.requester_name,
            authority_name=view.statement.authority_name,
            seconds_left=left.total_seconds(),
        )


def is_present(requests: SignatureRequests, key_id: str, clock: Clock) -> bool:
    """Tell whether a key's owner is ready to sign."""
    last = requests.last_present(key_id)
    return last is not None and abs(clock.now() - last) <= PRESENT_FOR


def _check_bound(request: SignatureRequest, answer: SignatureAnswer) -> None:
    """Refuse an answer to anything but this request."""
    for what, asked, given in (
        ("bản sao", request.attestation_id, answer.attestation_id),
        ("lần soạn", str(request.attempt), str(answer.attempt)),
        ("chứng thư số", request.certificate_sha256, answer.certificate_sha256),
        ("giá trị băm", request.digest.hex(), answer.digest.hex()),
    ):
        if not hmac.compare_digest(asked.encode(), given.encode()):
            raise SignatureMismatch(what=what)
