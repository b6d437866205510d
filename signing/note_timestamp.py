"""RFC 3161 tokens over published notes: got from a TSA, later verified without it."""

import hashlib
from datetime import datetime

from asn1crypto import tsp

from signing.der import INTEGER, SEQUENCE, tlv
from signing.timestamp_authority import TokenRefusedError
from signing.timestamp_token import Question, TokenVerifier
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors

_GRANTED = tlv(SEQUENCE, tlv(INTEGER, b"\x00"))


class NoteStamps:
    """Fills `certify.publish_checkpoint.NoteTimestamps`."""

    def __init__(self, *, timestamps: Timestamps) -> None:
        """Ask the TSAs that stamp the copies."""
        self._timestamps = timestamps

    def stamp(self, note: str) -> tuple[bytes, datetime]:
        """Return a verified token over a note, and its time.

        Raises:
            TimestampUnavailable: no TSA gave one.
        """
        token = self._timestamps.stamp(_imprint(note))
        return token.der, token.time


def note_time(note: str, token: bytes, trust: TrustAnchors) -> datetime:
    """Verify a stored token over a note; return when the note existed.

    Raises:
        TokenRefusedError: not a token over it by a TSA below our roots.
    """
    try:
        signed = tsp.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        nonce, at = info["nonce"].native, info["gen_time"].native
        question = Question(_imprint(note), int(nonce))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TokenRefusedError("not a token") from error
    answer = tlv(SEQUENCE, _GRANTED, token)
    return TokenVerifier(trust=trust).verify(answer, question, at).time


def _imprint(note: str) -> bytes:
    return hashlib.sha256(note.encode()).digest()
