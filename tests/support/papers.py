"""Small real papers on a real service, up to the comparison."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from api.services import Services
from certify.attestation import Act
from certify.case import OriginalKind
from certify.comparison import Comparison, Legalisation, RefusalGround
from certify.identifiers import new_id
from certify.people import Requester
from certify.scan import Severity, UploadedScan


def compared_papers(services: Services, paper: Path, count: int) -> Sequence[str]:
    """Compared papers of one visit: the first scan is read, the others are copied."""
    officer = services.officer_id
    case = services.desk.open_case(officer, Requester(name="Lò Văn Thử"))
    upload = UploadedScan(
        path=paper, size_bytes=paper.stat().st_size, stated_page_mm=None
    )
    canonical = paper.with_name(f"{case.id}.pdf")
    first = None
    ids = []
    for number in range(count):
        original = services.desk.add_original(
            officer, case.id, title=f"Giấy xác nhận {number}", issuer="", copies=1
        )
        if first is None:
            first = services.scan_desk.attach(officer, original.id, [upload])
            scan = first
            services.scans.fetch(first.id, canonical)
        else:
            scan = replace(first, id=new_id(), original_id=original.id)
            services.scans.put(scan.id, canonical)
            services.cases.attach_scan(scan, Act(f"officer:{officer}", "scan.attach"))
        comparison = Comparison(
            officer_id=officer,
            compared_at=services.clock.now(),
            place="Bộ phận Một cửa",
            page_digest=scan.page_digest,
            paper_original_shown=True,
            pages_match=True,
            original_kind=OriginalKind.FIRST_ISSUE,
            grounds=dict.fromkeys(RefusalGround, False),
            pages_with_information=1,
            legalisation=Legalisation.NOT_FOREIGN,
            legalisation_note="",
            accepted_warnings={
                f.code: "Đúng như bản chính"
                for f in scan.findings
                if f.severity is Severity.WARN
            },
        )
        ids.append(services.desk.record_comparison(original.id, comparison).id)
    return ids


def draw_paper(path: Path) -> None:
    """An A6 page in colour, 300 px an inch, about 50 kB."""
    page = Image.new("RGB", (1240, 1748), (250, 246, 236))
    pen = ImageDraw.Draw(page)
    for line in range(12):
        digest = hashlib.sha256(str(line).encode()).hexdigest()
        pen.text((90, 120 + 120 * line), digest, fill=(20, 30, 120), font_size=40)
    page.save(path, "JPEG", quality=70, dpi=(300, 300))
