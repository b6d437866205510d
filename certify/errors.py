"""Every error this service reports on purpose.

    CertifyError
    ├── InvalidInput        the caller sent something unusable            exit 2
    │   ├── ScanRefused     findings of severity BLOCK, or not overridden
    │   ├── ComparisonIncomplete
    │   ├── ArrangementInvalid  the pages asked for are no scan
    │   └── SignatureInvalid    a signature does not verify with the certificate
    ├── NotFound            no such case, copy, code                      exit 2
    ├── NotAllowed          the caller may not do this                    exit 2
    │   ├── MandateInvalid      signatory has no valid mandate today
    │   ├── SealNotAuthorised   no valid authorisation to use the seal
    │   ├── ConfirmationInvalid the signatory's assertion does not hold
    │   └── SignatureMismatch   an answer belongs to another signing request
    ├── WrongState          right request, wrong moment                   exit 2
    │   ├── ScanChanged         the pages changed in another window
    │   ├── ScanCompared        pages stay as they were compared
    │   ├── ScanPurged          its time is over; digest and page facts remain
    │   ├── SigningDeclined     the signatory said no
    │   ├── SignatureAnswered   this request has its signature already
    │   └── SignatureLate       this request is over
    ├── CertificateUnfit    a certificate may not sign now                exit 2
    ├── KeyNotUsable        a signing key is frozen, ended or used up     exit 2
    ├── TryLater            a dependency is away; wait and retry          exit 4
    │   ├── ServiceUnavailable  TSA, OCSP/CRL, key, archive or database
    │   │   ├── TimestampUnavailable  no TSA gave a usable token
    │   │   ├── StatusUnknown         nobody can say that a certificate is not revoked
    │   │   └── SignatoryAbsent       the key is on a token whose owner is not there
    │   ├── BackupStopped       a disk of a backup is full or away; nothing half done
    │   ├── ReaderUnavailable   the process that opens files does not start or stay
    │   ├── LeaseHeld           another worker has this attestation
    │   ├── SystemBusy          too many files are being opened at once
    │   └── ProofPending        a copy's row is in no checkpoint yet
    ├── LeaseLost           we were overtaken; nothing was released       exit 4
    ├── AttemptDiscarded    this signing attempt broke a time rule        exit 4
    ├── TrailContradicted   the trail is not the one that was published   exit 70
    └── StoredDataDamaged   an object does not match its digest           exit 70

Each class carries a stable `code`, says whether a retry can help, and owns the
Vietnamese sentence a user reads. Data goes in as arguments; text never comes from
an exception of somebody else's library. HTTP statuses live in `api.errors`.
"""

from collections.abc import Sequence
from typing import ClassVar

from certify.scan import Finding


class CertifyError(Exception):
    """Root of the tree. `str(error)` is the Vietnamese sentence for the user."""

    code: ClassVar[str] = "fault"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 70
    sentence: ClassVar[str] = "Hệ thống gặp lỗi ngoài dự kiến. Hãy báo người quản trị."

    def __init__(self, **data: str | int) -> None:
        """Fill the class's sentence with `data`; keep it for logs and the API."""
        self.data = data
        super().__init__(self.sentence.format(**data))


class InvalidInput(CertifyError):
    """A field, file or parameter is unusable. `field` names it, `reason` tells."""

    code = "input.invalid"
    exit_code = 2
    sentence = "{field}: {reason}"


class ScanRefused(InvalidInput):
    """The scan has blocking findings, or warnings nobody accepted."""

    code = "scan.refused"
    sentence = "Bản chụp chưa dùng được: {reason}"

    def __init__(self, *, findings: Sequence[Finding] = (), **data: str | int) -> None:
        """`findings`: what intake said, when no canonical scan could be made."""
        super().__init__(**data)
        self.findings = tuple(findings)


class ComparisonIncomplete(InvalidInput):
    """The officer's record lacks something the law demands (domain rules 1-11)."""

    code = "comparison.incomplete"
    sentence = "Chưa đủ nội dung đối chiếu: {reason}"


class ArrangementInvalid(InvalidInput):
    """An order of pages, a turn or a resolution that cannot be."""

    code = "arrangement.invalid"
    sentence = "Chưa sắp xếp được các trang: {reason}"


class SignatureInvalid(InvalidInput):
    """What came back for a signing request does not verify."""

    code = "signature.invalid"
    sentence = (
        "Chữ ký gửi lên không đúng với chứng thư số của lượt ký này. Hãy cắm đúng USB "
        "token rồi ký lại; còn {tries_left} lần thử."
    )


class NotFound(CertifyError):
    """Nothing is known under this identifier."""

    code = "not_found"
    exit_code = 2
    sentence = "Không tìm thấy {what}. Hãy kiểm tra lại mã đã nhập."


class NotAllowed(CertifyError):
    """The caller is known but may not do this."""

    code = "not_allowed"
    exit_code = 2
    sentence = "Không được phép: {reason}"


class MandateInvalid(NotAllowed):
    """No Chairman or delegation valid today (NĐ 280/2025; domain rule 19)."""

    code = "mandate.invalid"
    sentence = "Người ký không có thẩm quyền chứng thực hôm nay: {reason}"


class SealNotAuthorised(NotAllowed):
    """The clerk who holds the seal has not authorised its use (NĐ 30/2020 Đ33)."""

    code = "seal.not_authorised"
    sentence = "Chưa có phép dùng con dấu của văn thư: {reason}"


class ConfirmationInvalid(NotAllowed):
    """The assertion over the statement digests does not verify."""

    code = "confirmation.invalid"
    sentence = "Xác nhận của người ký không hợp lệ: {reason}"


class SignatureMismatch(NotAllowed):
    """An answer names another copy, attempt, certificate or digest than its request."""

    code = "signature.mismatch"
    sentence = (
        "Chữ ký không thuộc lượt ký này: khác {what}. Hãy tải lại trang ký rồi ký lại."
    )


class WrongState(CertifyError):
    """The request is right but this thing is not at that step."""

    code = "wrong_state"
    exit_code = 2
    sentence = "Không làm được ở bước hiện tại: {reason}"


class ScanChanged(WrongState):
    """The scan is not the one the caller saw: somebody else changed its pages."""

    code = "scan.changed"
    sentence = (
        "Bản chụp đã thay đổi ở cửa sổ khác. Hãy tải lại trang, xem lại các trang rồi "
        "làm tiếp."
    )


class ScanCompared(WrongState):
    """The pages were compared with the paper; they stay as they are."""

    code = "scan.compared"
    sentence = (
        "Bản chụp đã được đối chiếu nên không sửa trang được nữa. Nếu trang sai, hãy "
        "thay bản chụp khác rồi đối chiếu lại."
    )


class ScanPurged(WrongState):
    """The scan was purged under the rule of `certify.retention` on `day`."""

    code = "scan.purged"
    sentence = (
        "Bản chụp đã được xóa ngày {day} theo thời hạn lưu giữ; mã băm và thông tin "
        "trang vẫn còn. Bản sao đã cấp không bị ảnh hưởng; nếu chưa cấp, hãy chụp lại "
        "bản chính."
    )


class SigningDeclined(WrongState):
    """The signatory was asked for this signature and said no."""

    code = "signing.declined"
    sentence = "Người ký đã từ chối ký bản sao này."


class SignatureAnswered(WrongState):
    """A signing request takes one signature, once."""

    code = "signature.answered"
    sentence = "Lượt ký này đã nhận chữ ký, không nhận lần nữa."


class SignatureLate(WrongState):
    """A signing request that expired, was refused or was replaced takes none."""

    code = "signature.late"
    sentence = (
        "Lượt ký này đã kết thúc nên chữ ký không được nhận. Bản sao được giữ chờ với "
        "số chứng thực cũ; hãy ký ở lượt sau."
    )


class CertificateUnfit(CertifyError):
    """A certificate is expired, revoked, weak or of the wrong usage."""

    code = "certificate.unfit"
    exit_code = 2
    sentence = "Chứng thư số của {holder} không dùng được để ký: {reason}"


class KeyNotUsable(CertifyError):
    """The registry does not let this key sign now; `reason` says what to do."""

    code = "key.not_usable"
    exit_code = 2
    sentence = "Khóa ký “{key}” không dùng được: {reason}."


class TryLater(CertifyError):
    """Something outside is away; the same call can succeed later."""

    code = "try_later"
    retryable = True
    exit_code = 4
    sentence = "Tạm thời chưa làm được: {reason}. Hệ thống sẽ tự thử lại."


class BackupStopped(TryLater):
    """A backup or a restore met a full or absent disk; it left nothing half done."""

    code = "backup.stopped"
    sentence = "Chưa làm xong: {reason}. Không để lại phần dở dang; hãy chạy lại lệnh."


class ServiceUnavailable(TryLater):
    """A named dependency did not answer as it must."""

    code = "service.unavailable"
    sentence = "{service} tạm thời không phản hồi. Hồ sơ được giữ chờ và tự thử lại."


class TimestampUnavailable(ServiceUnavailable):
    """No time stamping authority gave a usable token; `reason` names each."""

    code = "timestamp.unavailable"
    sentence = (
        "{service} tạm thời không phản hồi: {reason}. Hồ sơ được giữ chờ và tự thử lại."
    )


class StatusUnknown(ServiceUnavailable):
    """Whether a certificate is revoked cannot be told now; unknown is never good."""

    code = "certificate.status_unknown"
    sentence = (
        "Chưa biết chắc chứng thư số của {holder} còn hiệu lực: {reason}. Hồ sơ được "
        "giữ chờ và tự thử lại."
    )


class SignatoryAbsent(ServiceUnavailable):
    """The key is on a USB token; its owner is not at the signing page, or was slow."""

    code = "signatory.absent"
    sentence = (
        "Đang đợi {holder} mở trang “Ký bằng USB token”, cắm USB token và ký. Hồ sơ "
        "được giữ chờ."
    )


class ReaderUnavailable(TryLater):
    """The isolated process that opens files does not start, or died; not the file's."""

    code = "reader.unavailable"
    sentence = "Máy chủ đang quá tải nên chưa mở được tệp. Hãy thử lại sau ít phút."


class LeaseHeld(TryLater):
    """Another worker is on this attestation."""

    code = "lease.held"
    sentence = "Bản sao này đang được xử lý ở máy khác. Hãy chờ trong giây lát."


class SystemBusy(TryLater):
    """As many files as this machine can bear are being opened; come back soon."""

    code = "system.busy"
    sentence = "Hệ thống đang bận. Hãy thử lại sau ít phút."


class ProofPending(TryLater):
    """A released copy becomes provable with the next checkpoint."""

    code = "trail.pending"
    sentence = "Bản sao vừa phát hành, chưa vào mốc kiểm chứng (tối đa 5 phút)."


class LeaseLost(CertifyError):
    """This worker was overtaken; whatever it made is not released."""

    code = "lease.lost"
    retryable = True
    exit_code = 4
    sentence = "Lượt xử lý đã hết hạn và được chuyển cho máy khác."


class AttemptDiscarded(CertifyError):
    """Tokens broke a time rule of the design; compose again, same number."""

    code = "attempt.discarded"
    retryable = True
    exit_code = 4
    sentence = "Lượt ký bị hủy vì lệch thời gian ({reason}). Hệ thống ký lại."


class StoredDataDamaged(CertifyError):
    """Bytes read are not the bytes that were stored."""

    code = "stored_data.damaged"
    sentence = "Dữ liệu lưu trữ không còn nguyên vẹn ({what}). Hãy báo người quản trị."


class TrailContradicted(CertifyError):
    """The trail of today does not begin with the one that was published."""

    code = "trail.contradicted"
    sentence = (
        "Nhật ký không còn đúng với mốc kiểm chứng đã công bố ({what}). Đã dừng công "
        "bố mốc mới. Hãy giữ nguyên máy chủ và báo ngay người quản trị."
    )
