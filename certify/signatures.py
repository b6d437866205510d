"""Which signatures make a certified copy (NĐ 45/2020 Đ10 k.3; design §5).

The person's certification (changes limited to form filling and signing), the agency's
approval that locks everything, and a document timestamp; then one more of those for
every time the archive was renewed (ETSI EN 319 142-1 §5.5).
"""

from collections.abc import Iterator
from datetime import datetime

from certify.inspection import REVOKED, Indication, Inspection, SignatureFacts
from certify.trust import HIERARCHY_WORDS, Purpose, vouched

SIGNATORY_FIELD = "NguoiThucHienChungThuc"
SEAL_FIELD = "CoQuanChungThuc"
# What the agency's signature locks: every field there is. Not "All", because that word
# also covers the archive timestamps that must follow, and EU DSS warns of each of
# them. That nothing else follows is said by its P=1 and by the person's P=2.
LOCKED_FIELDS = (SIGNATORY_FIELD, SEAL_FIELD)
ARCHIVE_LEVEL = "PAdES-B-LTA"
_CERTIFICATION_P2 = 2


def person_and_agency(
    inspection: Inspection,
) -> tuple[SignatureFacts, SignatureFacts] | None:
    """Return (person's, agency's) when the file has the shape of a certified copy."""
    signatures = [s for s in inspection.signatures if s.kind == "signature"]
    if [s.field for s in signatures] != [SIGNATORY_FIELD, SEAL_FIELD]:
        return None
    return signatures[0], signatures[1]


def signature_problems(
    inspection: Inspection, *, signatory_certificate: str, seal_certificate: str
) -> Iterator[str]:
    """Say in Vietnamese what keeps the signatures from making a certified copy."""
    pair = person_and_agency(inspection)
    if pair is None:
        yield "tệp không có đúng hai chữ ký của người ký và cơ quan"
        return
    person, agency = pair
    if tuple(inspection.signatures[:2]) != pair:
        yield "dấu thời gian lưu trữ không đứng sau hai chữ ký"
    if person.certificate_sha256 != signatory_certificate:
        yield "chữ ký thứ nhất không phải của người có thẩm quyền"
    if agency.certificate_sha256 != seal_certificate:
        yield "chữ ký thứ hai không phải của cơ quan chứng thực"
    if person.certification != _CERTIFICATION_P2 or not agency.locks_all:
        yield "chữ ký không khóa nội dung như quy định"
    yield from _wrong_purpose(person, Purpose.SIGNATURE, "chữ ký của người ký")
    yield from _wrong_purpose(agency, Purpose.SEAL, "con dấu của cơ quan")
    for facts in inspection.signatures:
        yield from _one(facts)
    if not _in_order(inspection):
        yield "các dấu thời gian không theo thứ tự đã ký"


def _in_order(inspection: Inspection) -> bool:
    """Person, agency, archive, its renewals: none is proven earlier than the last."""
    proven = [
        datetime.fromisoformat(facts.proven_time)
        for facts in inspection.signatures
        if facts.proven_time
    ]
    return proven == sorted(proven)


def _wrong_purpose(facts: SignatureFacts, purpose: Purpose, what: str) -> Iterator[str]:
    """An anchor vouches for its own purposes only; unknown signers are named above."""
    trusted = facts.vouching or facts.indication is Indication.TOTAL_PASSED
    if trusted and not vouched(facts.vouching, purpose):
        trees = {HIERARCHY_WORDS.get(v.hierarchy, "khác") for v in facts.vouching}
        yield (
            f"chứng thư của {facts.signer or facts.field} thuộc hệ thống "
            f"{', '.join(sorted(trees)) or 'không rõ'}, không được dùng làm {what}"
        )


def _one(facts: SignatureFacts) -> Iterator[str]:
    if not facts.intact:
        yield f"chữ ký {facts.signer or facts.field} không còn nguyên vẹn"
    elif facts.changes_since == "forbidden" or not facts.docmdp_ok:
        yield f"tệp bị sửa sau chữ ký {facts.signer or facts.field}"
    elif facts.sub_indication == REVOKED:
        yield (
            f"chứng thư số của {facts.signer or facts.field} đã bị thu hồi trước "
            "thời điểm ký"
        )
    elif facts.indication is Indication.TOTAL_FAILED:
        yield f"chữ ký {facts.signer or facts.field} không hợp lệ"
