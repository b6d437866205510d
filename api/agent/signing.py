"""One batch: check it, show it, have the person consent, sign it."""

import base64
import binascii
import hashlib
import hmac
import threading
import time
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, Name
from cryptography.x509.oid import NameOID

from api.agent.consent import TerminalConsent
from api.agent.protocol import VERSION, Batch, Refusal, ToSign
from api.agent.signed_attributes import NotSignedAttributes, check_signed_attributes
from keys.base import (
    KeyBackendError,
    KeyRefused,
    RefusalReason,
    SignatureScheme,
)
from keys.persons_token import PersonsToken
from keys.schemes import check_scheme

_SENTENCES = {
    RefusalReason.PIN_WRONG: (
        "Mã PIN không đúng. Mã PIN này không được thử lại; hãy bấm ký lần nữa và nhập "
        "cẩn thận, nhập sai nhiều lần thì USB token bị khóa."
    ),
    RefusalReason.PIN_LOCKED: "USB token đã bị khóa vì nhập sai mã PIN. Hãy liên hệ "
    "nơi cấp để mở khóa.",
    RefusalReason.PIN_LAST_TRY: "Mã PIN chỉ còn một lần thử nên không thử ở đây. Hãy "
    "đăng nhập bằng phần mềm của nơi cấp USB token với mã PIN đúng.",
    RefusalReason.MODULE_MISSING: "Không có tệp thư viện của USB token. Hãy kiểm tra "
    "tùy chọn --module.",
    RefusalReason.MODULE_UNUSABLE: "Thư viện của USB token không dùng được trên máy "
    "này. Hãy kiểm tra tùy chọn --module.",
    RefusalReason.KEY_MISSING: "USB token không có khóa của chứng thư số này.",
}
_AWAY = "USB token không phản hồi. Hãy rút ra, cắm lại rồi ký lại."


class BatchSigner:
    """Signs batches, one at a time."""

    def __init__(self, *, token: PersonsToken, consent: TerminalConsent) -> None:
        """Take the collaborators."""
        self._token = token
        self._consent = consent
        self._busy = threading.Lock()

    def status(self) -> dict[str, object]:
        """Tell which certificates can sign now; asks for no PIN."""
        certificates: Sequence[Certificate] = ()
        problem = ""
        try:
            certificates = self._token.certificates()
        except KeyBackendError as error:
            problem = _sentence(error)
        return {
            "agent": "certify",
            "version": VERSION,
            "busy": self._busy.locked(),
            "problem": problem,
            "certificates": [_described(c) for c in certificates],
        }

    def sign(self, batch: Batch, origin: str) -> list[str]:
        """Return the signatures of a batch, base64, in its order.

        Raises:
            Refusal: nothing was signed; `code` and `detail` say why.
        """
        if not self._busy.acquire(blocking=False):
            raise Refusal(
                409,
                "agent.busy",
                "Trạm ký đang chờ ở lượt trước. Hãy nhập mã PIN ở cửa sổ trạm ký, hoặc "
                "bấm Enter ở đó để bỏ lượt trước.",
            )
        try:
            return self._sign(batch, origin)
        except Refusal as refusal:
            self._consent.tell(f"Không ký: {refusal.detail}")
            raise
        finally:
            self._busy.release()

    def _sign(self, batch: Batch, origin: str) -> list[str]:
        certificate = self._certificate(batch.certificate_sha256)
        wanted = [_checked(each, certificate) for each in batch.requests]
        late_at = time.monotonic() + min(r.seconds_left for r in batch.requests)
        pin = self._consent.ask(_holder(certificate), origin, batch.requests)
        if pin is None:
            raise Refusal(403, "signing.declined", "Người ký đã chọn không ký.")
        if time.monotonic() >= late_at:
            raise Refusal(
                409, "signature.late", "Lượt ký đã hết hạn. Hãy bấm ký ở lượt sau."
            )
        try:
            signatures = self._token.sign(certificate, pin, wanted)
        except KeyBackendError as error:
            self._consent.forget()
            raise Refusal(409, _code(error), _sentence(error)) from error
        self._consent.right(pin)
        self._consent.tell(f"Đã ký {len(signatures)} bản sao.")
        return [base64.b64encode(signature).decode() for signature in signatures]

    def _certificate(self, sha256: str) -> Certificate:
        try:
            certificates = self._token.certificates()
        except KeyBackendError as error:
            raise Refusal(409, _code(error), _sentence(error)) from error
        for certificate in certificates:
            if _fingerprint(certificate) == sha256:
                return certificate
        raise Refusal(
            409,
            "token.absent",
            "Chưa thấy USB token có chứng thư số của lượt ký này. Hãy cắm đúng USB "
            "token rồi ký lại.",
        )


def _checked(each: ToSign, certificate: Certificate) -> tuple[SignatureScheme, bytes]:
    """Return scheme and digest, the digest made here and equal to the one sent."""
    try:
        scheme = SignatureScheme(each.scheme)
        check_scheme(certificate.public_key(), scheme, key_id=each.id)
        der = base64.b64decode(each.signed_attributes, validate=True)
        hash_name = scheme.hash_algorithm.name
        check_signed_attributes(der, certificate, hash_name)
    except (KeyRefused, NotSignedAttributes, ValueError, binascii.Error) as error:
        raise Refusal(
            422,
            "request.foreign",
            "Yêu cầu không phải là chữ ký của bản sao chứng thực nên bị từ chối.",
        ) from error
    digest = hashlib.new(hash_name, der).digest()
    if not hmac.compare_digest(digest.hex().encode(), each.digest.encode()):
        raise Refusal(
            422,
            "digest.mismatch",
            "Giá trị băm gửi đến khác giá trị tính lại tại máy này nên bị từ chối. Hãy "
            "báo người quản trị.",
        )
    return scheme, digest


def _described(certificate: Certificate) -> dict[str, str]:
    return {
        "sha256": _fingerprint(certificate),
        "holder": _holder(certificate),
        "issuer": _common_name(certificate.issuer),
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


def _fingerprint(certificate: Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()


def _holder(certificate: Certificate) -> str:
    return _common_name(certificate.subject)


def _common_name(name: Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else "?"


def _code(error: KeyBackendError) -> str:
    return f"token.{error.reason}" if isinstance(error, KeyRefused) else "token.away"


def _sentence(error: KeyBackendError) -> str:
    if isinstance(error, KeyRefused):
        usual = f"USB token không ký: {error.reason.sentence}."
        return _SENTENCES.get(error.reason, usual)
    return _AWAY
