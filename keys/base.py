"""What every signing key can do, and how it fails.

KeyBackendError
├── KeyRefused       this key must not be used; `reason` says why; final
└── KeyUnreachable   the backend is away; the same call can succeed later
    └── KeyOwnerAbsent   the key is in its owner's hands, who is not there
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.x509 import Certificate


class SignatureScheme(StrEnum):
    """Algorithms that TT 15/2025/TT-BKHCN lets pass (RSA >= 2048, ECDSA >= 256)."""

    RSA_PKCS1_SHA256 = "rsa-pkcs1-sha256"
    RSA_PSS_SHA256 = "rsa-pss-sha256"  # MGF1 with SHA-256, salt of 32 bytes
    ECDSA_SHA256 = "ecdsa-sha256"
    ECDSA_SHA384 = "ecdsa-sha384"

    @property
    def hash_algorithm(self) -> SHA256 | SHA384:
        """The hash whose digest `sign_digest` takes."""
        return SHA384() if self is SignatureScheme.ECDSA_SHA384 else SHA256()


class SigningKey(Protocol):
    """A private key with its certificate. Safe to use from several threads."""

    @property
    def key_id(self) -> str:
        """Name of the key inside this service."""
        ...

    @property
    def certificate(self) -> Certificate:
        """The leaf; its public key belongs to this private key."""
        ...

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Issuers: the leaf's issuer first, the root last if it is known."""
        ...

    @property
    def scheme(self) -> SignatureScheme:
        """The one algorithm this key signs with."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest made with `scheme.hash_algorithm`.

        Returns:
            The RSA signature as it is, or a DER ECDSA-Sig-Value (RFC 3279 §2.2.3).

        Raises:
            ValueError: the digest has the wrong length; a programmer's error.
            KeyUnreachable: the backend did not answer.
            KeyRefused: the backend will not sign with this key.
        """
        ...

    def check_reachable(self) -> None:
        """Ask the backend, cheaply and without signing, whether it would sign now.

        Called before a register number is reserved: a number must not wait for an HSM.

        Raises:
            KeyUnreachable: the backend did not answer.
            KeyRefused: the backend will not sign with this key.
        """
        ...


@dataclass(frozen=True)
class SigningPurpose:
    """What one signature is for; to a key it is only a name.

    Attributes:
        subject: id of what the signed document is about.
        attempt: from 1; each attempt signs other bytes.
    """

    subject: str
    attempt: int


@runtime_checkable
class AttendedKey(SigningKey, Protocol):
    """A key in the hands of its owner, who is asked each time and told what for."""

    def sign_message(self, message: bytes, purpose: SigningPurpose) -> bytes:
        """Sign the digest of a message, as `sign_digest` would.

        The message goes along, so that the owner's machine makes the digest itself.

        Raises:
            KeyOwnerAbsent: the owner did not sign in time.
            KeyRefused: the owner said no (DECLINED), or what came back is not a
                signature of this key.
        """
        ...


class RefusalReason(StrEnum):
    """Why a key must not be used: a stable code for machines and logs."""

    PASSPHRASE_MISSING = "passphrase_missing"  # noqa: S105 - a code, no secret
    PASSPHRASE_WRONG = "passphrase_wrong"  # noqa: S105 - a code, no secret
    NOT_ENCRYPTED = "not_encrypted"
    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    FILE_EXPOSED = "file_exposed"
    FILE_DAMAGED = "file_damaged"
    CERTIFICATE_MISSING = "certificate_missing"
    KEY_MISMATCH = "key_mismatch"
    KEY_WEAK = "key_weak"
    KEY_UNSUPPORTED = "key_unsupported"
    SCHEME_UNSUITABLE = "scheme_unsuitable"
    USAGE_WRONG = "usage_wrong"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    DECLINED = "declined"
    PURPOSE_MISSING = "purpose_missing"
    PIN_MISSING = "pin_missing"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    PIN_LAST_TRY = "pin_last_try"
    PIN_UNUSABLE = "pin_unusable"
    MODULE_MISSING = "module_missing"
    MODULE_UNUSABLE = "module_unusable"
    SETTINGS_INCOMPLETE = "settings_incomplete"
    TOKEN_AMBIGUOUS = "token_ambiguous"  # noqa: S105 - a code, no secret
    KEY_MISSING = "key_missing"
    KEY_AMBIGUOUS = "key_ambiguous"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    KEY_EXPOSED = "key_exposed"
    ADDRESS_UNSAFE = "address_unsafe"
    CA_FILE_UNUSABLE = "ca_file_unusable"
    CLIENT_REFUSED = "client_refused"
    ACCESS_REFUSED = "access_refused"
    REQUEST_REFUSED = "request_refused"
    CREDENTIAL_UNKNOWN = "credential_unknown"
    CREDENTIAL_DISABLED = "credential_disabled"
    CERTIFICATE_HALTED = "certificate_halted"
    CERTIFICATE_CHANGED = "certificate_changed"
    AUTHORISATION_UNSUPPORTED = "authorisation_unsupported"
    HASH_NOT_PINNED = "hash_not_pinned"
    HASH_NOT_AUTHORISED = "hash_not_authorised"

    @property
    def sentence(self) -> str:
        """The reason in Vietnamese, as a clause after the name of the key."""
        return _SENTENCES[self]


_SENTENCES = {
    RefusalReason.PASSPHRASE_MISSING: "chưa có mật khẩu mở khóa",
    RefusalReason.PASSPHRASE_WRONG: "mật khẩu mở khóa không đúng",
    RefusalReason.NOT_ENCRYPTED: "tệp khóa không được mã hóa",
    RefusalReason.FILE_MISSING: "không có tệp khóa",
    RefusalReason.FILE_UNREADABLE: "dịch vụ không có quyền đọc tệp khóa",
    RefusalReason.FILE_EXPOSED: "người dùng khác trên máy đọc được tệp khóa",
    RefusalReason.FILE_DAMAGED: "tệp khóa bị hỏng hoặc không đúng định dạng",
    RefusalReason.CERTIFICATE_MISSING: "khóa không kèm chứng thư số",
    RefusalReason.KEY_MISMATCH: "khóa không khớp với chứng thư số",
    RefusalReason.KEY_WEAK: "khóa quá ngắn (cần RSA từ 2048 bit hoặc ECDSA từ 256 bit)",
    RefusalReason.KEY_UNSUPPORTED: "loại khóa không được hỗ trợ",
    RefusalReason.SCHEME_UNSUITABLE: "thuật toán ký không hợp với loại khóa",
    RefusalReason.USAGE_WRONG: "chứng thư số không dùng để ký văn bản",
    RefusalReason.NOT_YET_VALID: "chứng thư số chưa đến ngày có hiệu lực",
    RefusalReason.EXPIRED: "chứng thư số đã hết hạn",
    RefusalReason.DECLINED: "người ký đã từ chối lượt ký này",
    RefusalReason.PURPOSE_MISSING: "không nói rõ chữ ký dùng cho bản sao nào",
    RefusalReason.PIN_MISSING: "chưa có mã PIN",
    RefusalReason.PIN_WRONG: "mã PIN không đúng; sẽ không thử lại để khóa không bị "
    "chặn, hãy sửa mã PIN rồi khởi động lại dịch vụ",
    RefusalReason.PIN_LOCKED: "mã PIN đã bị chặn; hãy mở lại với nơi cấp khóa",
    RefusalReason.PIN_LAST_TRY: "mã PIN chỉ còn một lần thử; dịch vụ không thử, hãy "
    "đăng nhập thiết bị bằng tay với mã PIN đúng",
    RefusalReason.PIN_UNUSABLE: "mã PIN chưa được đặt hoặc đã hết hạn; hãy đặt lại mã "
    "PIN trên thiết bị",
    RefusalReason.MODULE_MISSING: "không có tệp thư viện PKCS#11",
    RefusalReason.MODULE_UNUSABLE: "tệp được chỉ định không phải thư viện PKCS#11 dùng "
    "được trên máy này",
    RefusalReason.SETTINGS_INCOMPLETE: "cấu hình phải nêu nhãn hoặc số sê-ri của "
    "thiết bị, và nhãn hoặc mã của khóa",
    RefusalReason.TOKEN_AMBIGUOUS: "có nhiều thiết bị khóa cùng nhãn; hãy nêu số sê-ri",
    RefusalReason.KEY_MISSING: "thiết bị không có khóa này",
    RefusalReason.KEY_AMBIGUOUS: "thiết bị có nhiều khóa cùng nhãn hoặc cùng mã",
    RefusalReason.CERTIFICATE_UNREADABLE: "không đọc được tệp chứng thư số",
    RefusalReason.KEY_EXPOSED: "thiết bị không giữ khóa riêng ở bên trong; đã xóa khóa "
    "vừa tạo",
    RefusalReason.ADDRESS_UNSAFE: "địa chỉ dịch vụ ký từ xa phải là https và không "
    "chứa tên đăng nhập",
    RefusalReason.CA_FILE_UNUSABLE: "không đọc được tệp chứng thư dùng để nhận biết "
    "máy chủ ký từ xa",
    RefusalReason.CLIENT_REFUSED: "dịch vụ ký từ xa không chấp nhận mã ứng dụng hoặc "
    "khóa bí mật của ứng dụng",
    RefusalReason.ACCESS_REFUSED: "dịch vụ ký từ xa không chấp nhận mã truy cập; hãy "
    "cấp lại",
    RefusalReason.REQUEST_REFUSED: "dịch vụ ký từ xa từ chối yêu cầu",
    RefusalReason.CREDENTIAL_UNKNOWN: "dịch vụ ký từ xa không có khóa này",
    RefusalReason.CREDENTIAL_DISABLED: "khóa đang bị ngừng dùng tại dịch vụ ký từ xa",
    RefusalReason.CERTIFICATE_HALTED: "dịch vụ ký từ xa báo chứng thư số bị thu hồi "
    "hoặc tạm dừng",
    RefusalReason.CERTIFICATE_CHANGED: "chứng thư số tại dịch vụ ký từ xa đã được "
    "thay; hãy khởi động lại dịch vụ",
    RefusalReason.AUTHORISATION_UNSUPPORTED: "khóa cần cách cho phép ký chưa được hỗ "
    "trợ (chỉ hỗ trợ mã PIN, không OTP)",
    RefusalReason.HASH_NOT_PINNED: "dịch vụ ký từ xa không gắn lần cho phép với đúng "
    "giá trị băm được ký (cần SCAL2)",
    RefusalReason.HASH_NOT_AUTHORISED: "dịch vụ ký từ xa báo giá trị băm không thuộc "
    "lần cho phép này",
}


class KeyBackendError(Exception):
    """Root. `str(error)` is a Vietnamese sentence without any secret or path."""

    retryable: ClassVar[bool] = False


class KeyRefused(KeyBackendError):
    """This key must not be used until somebody changes the key or its settings."""

    def __init__(self, reason: RefusalReason, *, key_id: str) -> None:
        self.reason = reason
        self.key_id = key_id
        super().__init__(f"Khóa ký “{key_id}” bị từ chối: {reason.sentence}.")


class KeyUnreachable(KeyBackendError):
    """The backend is away; wait and retry."""

    retryable = True

    def __init__(self, *, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(f"Khóa ký “{key_id}” tạm thời không truy cập được.")


class KeyOwnerAbsent(KeyUnreachable):
    """Nobody sits at the key, or nobody signed in time."""
