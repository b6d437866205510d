"""Tokens read as plain DER: the same as asn1crypto reads, and refused in one way."""

from datetime import UTC
from itertools import count

import pytest
from asn1crypto import core, tsp

from certify.clock import SystemClock
from signing import der
from signing.timestamp_authority import TokenRefusedError
from signing.timestamp_token import Question, Token, TokenVerifier
from signing.trust import TrustAnchors
from tests.support.pki import RunningPki

QUESTION = Question(bytes(range(32)), 2**62 + 1)


@pytest.fixture(scope="module")
def answer(running_pki: RunningPki) -> bytes:
    return running_pki.pki.timestamp(QUESTION.encode(), SystemClock().now())


def verified(running_pki: RunningPki, answer: bytes) -> Token:
    verifier = TokenVerifier(trust=TrustAnchors([running_pki.pki.root]))
    return verifier.verify(answer, QUESTION, SystemClock().now())


def test_the_question_is_what_asn1crypto_would_write() -> None:
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": QUESTION.imprint,
            },
            "nonce": QUESTION.nonce,
            "cert_req": True,
        }
    )
    read = tsp.TimeStampReq.load(QUESTION.encode(), strict=True)
    assert read.native == request.native


def test_the_token_is_what_asn1crypto_reads(
    running_pki: RunningPki, answer: bytes
) -> None:
    token = verified(running_pki, answer)
    response = tsp.TimeStampResp.load(answer, strict=True)["time_stamp_token"]
    info = response["content"]["encap_content_info"]["content"].parsed
    assert token.der == response.dump()
    assert token.time == info["gen_time"].native.astimezone(UTC)


def test_no_changed_byte_and_no_cut_ends_in_anything_but_a_refusal(
    running_pki: RunningPki, answer: bytes
) -> None:
    """Certificates beside the leaf and the words of the status are not signed."""
    verifier = TokenVerifier(trust=TrustAnchors([running_pki.pki.root]))
    now = SystemClock().now()
    expected = verifier.verify(answer, QUESTION, now)
    passed = 0
    for position in range(0, len(answer), 2):
        for damaged in (
            answer[:position],
            answer[:position]
            + bytes([answer[position] ^ 0x41])
            + answer[position + 1 :],
        ):
            try:
                token = verifier.verify(damaged, QUESTION, now)
            except TokenRefusedError:
                continue
            passed += 1
            assert token.time == expected.time
    assert passed < len(answer) // 6


def test_an_answer_to_another_question_is_refused(
    running_pki: RunningPki, answer: bytes
) -> None:
    verifier = TokenVerifier(trust=TrustAnchors([running_pki.pki.root]))
    for other in (Question(QUESTION.imprint, 1), Question(bytes(32), QUESTION.nonce)):
        with pytest.raises(TokenRefusedError):
            verifier.verify(answer, other, SystemClock().now())


def test_der_is_written_as_asn1crypto_writes_it() -> None:
    for size in (0, 1, 127, 128, 255, 256, 65_535, 65_536):
        assert der.tlv(der.OCTETS, bytes(size)) == core.OctetString(bytes(size)).dump()
    for value in (0, 1, 127, 128, 255, 256, 2**63 - 1, 2**63):
        assert der.integer(value) == core.Integer(value).dump()
        assert der.read(der.integer(value)).integer() == value


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3000ff",  # something after it
        "308000000000",  # indefinite length
        "308103020100",  # long form where the short one does
        "30820003020100",  # leading zero in the length
        "3085000000000302",  # more length bytes than any file has
        "3003020100"[:-2],  # cut off
        "1f8101" + "00",  # a tag of several bytes
    ],
)
def test_what_is_not_der_is_refused(data: str) -> None:
    with pytest.raises(der.DerError):
        der.read(bytes.fromhex(data))


def test_children_are_all_of_the_content_or_an_error() -> None:
    parts = [der.integer(number) for number in range(3)]
    sequence = der.read(der.tlv(der.SEQUENCE, *parts))
    assert [c.encoded for c in sequence.children()] == parts
    numbers = count()
    assert all(c.integer() == next(numbers) for c in sequence.children())
    with pytest.raises(der.DerError):
        der.read(der.tlv(der.SEQUENCE, *parts, b"\x02")).children()
    with pytest.raises(der.DerError):
        sequence.expect(der.SET)
