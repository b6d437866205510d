"""Reading a TimeStampReq (RFC 3161 §2.4.1), strictly."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from asn1crypto import core, tsp

from keys.devpki import der

DIGEST_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_NONCE_BYTES: Final = 64  # clients send 8 to 20; an echo must not grow a token
_NULL: Final = b"\x05\x00"


class Failure(IntEnum):
    """PKIFailureInfo: the number is the position of the bit."""

    BAD_ALG = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16


_SENTENCES: Final = {
    Failure.BAD_ALG: "Thuật toán băm không được chấp nhận.",
    Failure.BAD_REQUEST: "Yêu cầu dấu thời gian không hợp lệ.",
    Failure.BAD_DATA_FORMAT: "Dữ liệu yêu cầu dấu thời gian sai định dạng.",
    Failure.UNACCEPTED_POLICY: "Chính sách dấu thời gian không được hỗ trợ.",
    Failure.UNACCEPTED_EXTENSION: "Phần mở rộng của yêu cầu không được hỗ trợ.",
}


class Refusal(Exception):
    """This request gets no token."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        self.sentence = _SENTENCES[failure]
        super().__init__(failure.name)


@dataclass(frozen=True)
class TimestampRequest:
    """What a token repeats.

    Attributes:
        message_imprint: DER of MessageImprint.
        nonce: DER of the INTEGER, or nothing.
    """

    message_imprint: bytes
    nonce: bytes
    wants_certificates: bool


def read_request(request_der: bytes, *, policy: str) -> TimestampRequest:
    """Parse and check a request.

    Raises:
        Refusal: with the PKIFailureInfo that RFC 3161 §2.4.2 names for the fault.
    """
    try:
        request = tsp.TimeStampReq.load(request_der, strict=True)
        version = request["version"].native
        imprint = _imprint(request["message_imprint"])
        asked_policy = request["req_policy"].native
        nonce = _nonce(request["nonce"])
        wants_certificates = bool(request["cert_req"].native)
        extensions = request["extensions"].native
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise Refusal(Failure.BAD_DATA_FORMAT) from error
    if version != "v1":
        raise Refusal(Failure.BAD_REQUEST)
    if asked_policy not in (None, policy):
        raise Refusal(Failure.UNACCEPTED_POLICY)
    if extensions:
        # §2.4.1: not recognised means no token, critical or not.
        raise Refusal(Failure.UNACCEPTED_EXTENSION)
    return TimestampRequest(imprint, nonce, wants_certificates)


def _imprint(imprint: tsp.MessageImprint) -> bytes:
    algorithm = imprint["hash_algorithm"]
    size = DIGEST_BYTES.get(algorithm["algorithm"].native)
    if size is None:
        raise Refusal(Failure.BAD_ALG)
    parameters: bytes = algorithm["parameters"].dump()
    if parameters not in (b"", _NULL):
        raise Refusal(Failure.BAD_ALG)
    digest: bytes = imprint["hashed_message"].native
    if len(digest) != size:
        raise Refusal(Failure.BAD_DATA_FORMAT)
    oid: bytes = algorithm["algorithm"].dump()
    return der.tlv(
        der.SEQUENCE,
        der.tlv(der.SEQUENCE, oid, parameters),
        der.tlv(der.OCTET_STRING, digest),
    )


def _nonce(nonce: core.Integer) -> bytes:
    if nonce.native is None:
        return b""
    content: bytes = nonce.contents
    if not 1 <= len(content) <= MAX_NONCE_BYTES:
        raise Refusal(Failure.BAD_DATA_FORMAT)
    return der.tlv(der.INTEGER, content)
