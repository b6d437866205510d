"""OCSP and CRL evidence, gathered ahead, kept by policy, refreshed in the background.

    OCSP   five minutes, and never beyond its nextUpdate
    CRL    to its nextUpdate; fetched again when half of that, or an hour, has passed

Only what verified is kept. Unknown or stale is never good: nothing is signed then.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certify.clock import Clock
from certify.errors import CertificateUnfit, ServiceUnavailable, StatusUnknown
from signing.crl import check_listed, crl_address, read_list
from signing.fetch import AddressRefusedError, Fetcher, FetchError
from signing.kept import Kept, KeptAnswers, StaleError
from signing.names import holder_of
from signing.ocsp import (
    HEADERS,
    NONCE_BYTES,
    NewsError,
    OcspAnswer,
    OcspQuestion,
    RevokedError,
    UnusableAnswerError,
    ocsp_address,
    read_answer,
)
from signing.outage import OutageMemory

REVOCATION_SERVICE = "Dịch vụ kiểm tra trạng thái chứng thư số"
OCSP_MAX_AGE = timedelta(hours=24)
_OCSP_FRESH = timedelta(minutes=5)  # dated default 2026-11-22
_LIST_RENEWED = timedelta(hours=1)  # dated default 2026-11-23
_OLD_NEWS = "câu trả lời cuối cùng đã quá hạn và chưa lấy được câu mới"

_List: TypeAlias = x509.CertificateRevocationList
_Path: TypeAlias = Sequence[x509.Certificate]


@dataclass(frozen=True)
class RevocationEvidence:
    """DER objects for the document security store."""

    ocsp_responses: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    certificates: tuple[x509.Certificate, ...]


class RevocationClient:
    """Fetches, verifies and keeps revocation data. Safe for several threads."""

    def __init__(
        self,
        *,
        clock: Clock,
        fetcher: Fetcher | None = None,
        ocsp_max_age: timedelta = OCSP_MAX_AGE,
    ) -> None:
        """Open no connection yet.

        Args:
            clock: what "now" is.
            fetcher: knows where we may connect to; None reaches loopback only.
            ocsp_max_age: how old an answer may be that names no end (nextUpdate).
        """
        self._clock = clock
        self._max_age = ocsp_max_age
        self._fetcher = fetcher or Fetcher()
        self._outages = OutageMemory()
        self._answers = KeptAnswers[OcspAnswer](clock, away=ServiceUnavailable)
        self._lists = KeptAnswers[_List](clock, away=ServiceUnavailable)

    def gather(self, paths: Sequence[_Path]) -> RevocationEvidence:
        """Return evidence that no certificate of these paths is revoked.

        Each path is leaf, issuers, root. A leaf is asked of OCSP, and every
        certificate is looked up in its issuer's list where it names one; one that
        names neither proves nothing.

        Raises:
            CertificateUnfit: one is revoked.
            StatusUnknown: an answer is missing, stale or does not verify.
        """
        responses: dict[bytes, bytes] = {}
        crls: dict[bytes, bytes] = {}
        certificates: dict[bytes, x509.Certificate] = {}
        for path in paths:
            for number, (subject, issuer) in enumerate(pairwise(path)):
                listed = self._look_up(subject, issuer)
                if listed is not None:
                    crls[issuer.fingerprint(SHA256())] = listed.public_bytes(
                        Encoding.DER
                    )
                answer = None if number else self._ask(subject, issuer)
                if answer is not None:
                    responses[subject.fingerprint(SHA256())] = answer.der
                    certificates[answer.responder.fingerprint(SHA256())] = (
                        answer.responder
                    )
                if listed is None and answer is None:
                    raise _unknown(subject, "chứng thư số không ghi nơi kiểm tra")
            for certificate in path:
                certificates[certificate.fingerprint(SHA256())] = certificate
        return RevocationEvidence(
            tuple(responses.values()),
            tuple(crls.values()),
            tuple(certificates.values()),
        )

    def current_list(self, address: str) -> bytes:
        """Return the CRL published at a trusted address, kept or fresh.

        Only its form and date are checked here; the validator verifies it.

        Raises:
            ServiceUnavailable: no list, or a stale one.
        """
        try:
            return self._list(address).public_bytes(Encoding.DER)
        except (UnusableAnswerError, StaleError) as error:
            raise ServiceUnavailable(service=REVOCATION_SERVICE) from error

    def refresh(self) -> int:
        """Fetch again what soon expires; return how much of it could not be had.

        What fails stays in use until it is stale; what is bad news now is dropped, so
        that the next signature asks and learns it.
        """
        return sum(kept.refresh(NewsError) for kept in (self._answers, self._lists))

    def _ask(
        self, leaf: x509.Certificate, issuer: x509.Certificate
    ) -> OcspAnswer | None:
        """Return a "good" about a leaf, kept or fresh; None if it names no OCSP."""
        address = ocsp_address(leaf)
        if address is None:
            return None
        key = leaf.fingerprint(SHA256())
        with _proving(leaf):
            answer = self._answers.get(
                key, lambda: self._fetch_answer(address, leaf, issuer)
            )
            # A delegate vouches only while it is not revoked itself. RFC 6960
            # §4.2.2.2.1 lets it say that nobody need look; the list is at hand anyway.
            if answer.responder != issuer:
                self._look_up(answer.responder, issuer)
            return answer

    def _look_up(
        self, subject: x509.Certificate, issuer: x509.Certificate
    ) -> _List | None:
        """Return the list that clears a certificate; None if it names none."""
        address = crl_address(subject)
        if address is None:
            return None
        with _proving(subject):
            crl = self._list(address)
            try:
                check_listed(crl, subject, issuer)
            except UnusableAnswerError:
                self._lists.drop(address)
                raise
            return crl

    def _list(self, address: str) -> _List:
        return self._lists.get(address, lambda: self._fetch_list(address))

    def _fetch_answer(
        self, address: str, leaf: x509.Certificate, issuer: x509.Certificate
    ) -> Kept[OcspAnswer]:
        question = OcspQuestion(leaf, issuer, secrets.token_bytes(NONCE_BYTES))
        der = self._fetch("POST", address, question.encode(), HEADERS)
        now = self._clock.now()
        answer = read_answer(der, question, now=now, max_age=self._max_age)
        until = min(now + _OCSP_FRESH, answer.until)
        return Kept(answer, until, renew_from=now + (until - now) / 2)

    def _fetch_list(self, address: str) -> Kept[_List]:
        der = self._fetch("GET", address, None, {})
        now = self._clock.now()
        crl = read_list(der, now)
        until = crl.next_update_utc or now
        return Kept(crl, until, now + min((until - now) / 2, _LIST_RENEWED))

    def _fetch(
        self, method: str, address: str, body: bytes | None, headers: dict[str, str]
    ) -> bytes:
        """Raises ServiceUnavailable: no answer, now or a moment ago."""
        with self._outages.watching(address, REVOCATION_SERVICE):
            try:
                return self._fetcher.request(
                    method, address, body=body, headers=headers
                )
            except AddressRefusedError as error:
                raise UnusableAnswerError(
                    "address", "địa chỉ kiểm tra không có trong danh sách cho phép"
                ) from error
            except FetchError as error:
                raise ServiceUnavailable(service=REVOCATION_SERVICE) from error


@contextmanager
def _proving(subject: x509.Certificate) -> Iterator[None]:
    """Turn what goes wrong into an error that names the certificate.

    Raises:
        CertificateUnfit: one is revoked.
        StatusUnknown: the answer proves nothing.
    """
    try:
        yield
    except RevokedError as error:
        raise CertificateUnfit(
            holder=holder_of(error.certificate), reason="chứng thư số đã bị thu hồi"
        ) from error
    except UnusableAnswerError as error:
        raise _unknown(subject, error.reason) from error
    except StaleError as error:
        raise _unknown(subject, _OLD_NEWS) from error


def _unknown(subject: x509.Certificate, reason: str) -> StatusUnknown:
    return StatusUnknown(
        service=REVOCATION_SERVICE, holder=holder_of(subject), reason=reason
    )
