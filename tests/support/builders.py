"""Model objects with Vietnamese sample data; every builder takes changes by name.

All people and papers are invented.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from certify.attestation import Act, Intent, StoredObject
from certify.case import Case, CaseStatus, Original, OriginalKind, StoredScan
from certify.comparison import Comparison, Legalisation, RefusalGround
from certify.identifiers import new_id, new_verification_code
from certify.numbering import DEFAULT_BOOK_KIND, RegisterNumber
from certify.people import (
    Authority,
    Mandate,
    MandateKind,
    Officer,
    Requester,
    SealAuthorisation,
    Signatory,
)
from certify.scan import Finding, PageImage, Severity
from certify.statement import AuthorisedStatement
from tests.support.clock import MORNING

SERVICE_KEY = bytes(range(32))
AUTHORITY_ID = "muong-te"
OFFICER_ID = "can-bo-lan"
SIGNATORY_ID = "chu-tich-hung"
SYSTEM = Act("system", "authority.add")


def digest_of(seed: str) -> str:
    """A made-up SHA-256 that is the same for the same seed."""
    return seed.encode().hex().ljust(64, "0")[:64]


def make_authority(**changes: Any) -> Authority:
    return replace(
        Authority(
            id=AUTHORITY_ID,
            unit_code="H35.12.3",
            name="Ủy ban nhân dân xã Mường Tè",
            place="Mường Tè",
            province="Lai Châu",
            seal_key_id="seal-muong-te",
        ),
        **changes,
    )


def make_officer(**changes: Any) -> Officer:
    return replace(
        Officer(
            id=OFFICER_ID,
            person_id="nguoi-lan",
            authority_id=AUTHORITY_ID,
            name="Lò Thị Lan",
            title="Công chức tư pháp - hộ tịch",
        ),
        **changes,
    )


def make_mandate(**changes: Any) -> Mandate:
    return replace(
        Mandate(
            kind=MandateKind.CHAIRMAN,
            decision_number=None,
            valid_from=date(2026, 1, 1),
            valid_to=None,
        ),
        **changes,
    )


def make_signatory(**changes: Any) -> Signatory:
    return replace(
        Signatory(
            id=SIGNATORY_ID,
            person_id="nguoi-hung",
            authority_id=AUTHORITY_ID,
            name="Vàng Văn Hùng",
            position="Chủ tịch",
            mandate=make_mandate(),
            key_id="key-chu-tich-hung",
        ),
        **changes,
    )


def make_seal_authorisation(**changes: Any) -> SealAuthorisation:
    return replace(
        SealAuthorisation(
            id=new_id(),
            authority_id=AUTHORITY_ID,
            clerk_name="Tẩn Thị Mẩy",
            decision_number="15/QĐ-UBND",
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31),
        ),
        **changes,
    )


def make_requester(**changes: Any) -> Requester:
    return replace(
        Requester(name="Nguyễn Thị Hạnh", email="hanh@example.com", phone="0900000000"),
        **changes,
    )


def make_case(**changes: Any) -> Case:
    return replace(
        Case(
            id=new_id(),
            code="",
            authority_id=AUTHORITY_ID,
            officer_id=OFFICER_ID,
            requester=make_requester(),
            status=CaseStatus.RECEIVED,
            opened_at=MORNING,
            due_at=MORNING + timedelta(hours=8),
        ),
        **changes,
    )


def make_original(case_id: str, **changes: Any) -> Original:
    return replace(
        Original(
            id=new_id(),
            case_id=case_id,
            position=0,
            title="Bằng tốt nghiệp đại học",
            issuer="Trường Đại học Tây Bắc",
            copies=1,
            scan=None,
            attestation_id=None,
        ),
        **changes,
    )


def make_page(**changes: Any) -> PageImage:
    """A4 at 300 dpi, grey."""
    return replace(
        PageImage(
            stream_sha256=digest_of("page"),
            stream_filter="DCTDecode",
            colour_space="DeviceGray",
            width_px=2480,
            height_px=3508,
            bits=8,
            width_milli_pt=595_200,
            height_milli_pt=841_920,
        ),
        **changes,
    )


def make_finding(**changes: Any) -> Finding:
    return replace(
        Finding(
            code="resolution.low",
            severity=Severity.WARN,
            page=1,
            vi="Trang 1 có độ phân giải thấp, hãy quét lại.",
            en="Page 1 has a low resolution; scan it again.",
            citation="NĐ 30/2020 Phụ lục I",
        ),
        **changes,
    )


def make_scan(original_id: str, **changes: Any) -> StoredScan:
    return replace(
        StoredScan(
            id=new_id(),
            original_id=original_id,
            sha256=digest_of("scan"),
            upload_sha256=digest_of("upload"),
            pages=(make_page(),),
            size_bytes=409_000,
            findings=(),
            created_at=MORNING,
        ),
        **changes,
    )


def make_comparison(scan: StoredScan, **changes: Any) -> Comparison:
    return replace(
        Comparison(
            officer_id=OFFICER_ID,
            compared_at=MORNING,
            place="Bộ phận Một cửa xã Mường Tè",
            page_digest=scan.page_digest,
            paper_original_shown=True,
            pages_match=True,
            original_kind=OriginalKind.FIRST_ISSUE,
            grounds=dict.fromkeys(RefusalGround, False),
            pages_with_information=scan.page_count,
            legalisation=Legalisation.NOT_FOREIGN,
            legalisation_note="",
            accepted_warnings={},
        ),
        **changes,
    )


def make_statement(**changes: Any) -> AuthorisedStatement:
    return replace(
        AuthorisedStatement(
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            authority_id=AUTHORITY_ID,
            authority_name=make_authority().name,
            case_code="H35.12.3-261123-0001",
            original_title="Bằng tốt nghiệp đại học",
            original_issuer="Trường Đại học Tây Bắc",
            original_pages=1,
            copies=1,
            page_digest=digest_of("pages"),
            requester_name=make_requester().name,
            officer_id=OFFICER_ID,
            officer_name=make_officer().name,
            signatory_id=SIGNATORY_ID,
            signatory_name=make_signatory().name,
            signatory_title=("CHỦ TỊCH",),
            signatory_key_id=make_signatory().key_id,
            signatory_certificate=digest_of("person"),
            seal_key_id=make_authority().seal_key_id,
            seal_certificate=digest_of("seal"),
            wording="ND280-2025/mau-01/1",
            fee_dong=2_000,
            expires_at=(MORNING + timedelta(hours=8)).isoformat(),
        ),
        **changes,
    )


def make_number(**changes: Any) -> RegisterNumber:
    return replace(
        RegisterNumber(
            authority_id=AUTHORITY_ID,
            kind=DEFAULT_BOOK_KIND,
            year=2026,
            volume=1,
            number=1,
        ),
        **changes,
    )


def make_intent(
    statement: AuthorisedStatement, number: RegisterNumber, **changes: Any
) -> Intent:
    return replace(
        Intent(
            attempt=1,
            composed_sha256=digest_of("composed"),
            composed_size=500_000,
            page_digest=statement.page_digest,
            statement_digest=statement.digest,
            number=number,
            attested_at=MORNING,
        ),
        **changes,
    )


def make_stored(attestation_id: str, **changes: Any) -> StoredObject:
    sha256 = changes.get("sha256") or digest_of(new_id())
    return replace(
        StoredObject(
            key=f"{attestation_id}/{sha256}",
            version_id=new_id(),
            sha256=sha256,
            size_bytes=600_000,
        ),
        **changes,
    )
