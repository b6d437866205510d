"""Step 7: our own file, judged as a stranger would judge it.

The same inspection as public verification, held against what was intended. Any
difference is a fault of ours: the file is not released. A judgement that cannot be
made now, for want of time or of revocation data, is no difference: it is made again.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from certify.attestation import Intent
from certify.clock import vietnamese_day
from certify.errors import ServiceUnavailable, StoredDataDamaged
from certify.inspection import Indication, Inspection, SignatureFacts
from certify.signatures import ARCHIVE_LEVEL, signature_problems
from certify.statement import AuthorisedStatement

CHECK_SERVICE = "Bước kiểm tra bản đã ký"
_NOT_IN_TIME = "time"
_MADE_TOGETHER = 3  # person, agency, archive; renewals follow years later


def check_as_stranger(
    inspection: Inspection, intent: Intent, statement: AuthorisedStatement
) -> None:
    """Refuse a file that is not exactly the copy that was intended.

    Raises:
        StoredDataDamaged: `what` names the first difference.
        ServiceUnavailable: nothing differs, but it cannot be judged now.
    """
    if inspection.problem == _NOT_IN_TIME:
        raise ServiceUnavailable(service=CHECK_SERVICE)
    for problem in _differences(inspection, intent, statement):
        raise StoredDataDamaged(what=problem)
    if any(f.indication is Indication.INDETERMINATE for f in inspection.signatures):
        raise ServiceUnavailable(service=CHECK_SERVICE)


def check_belongs_to_intent(path: Path, intent: Intent) -> None:
    """Check that a file starts with exactly the revision that was intended.

    Raises:
        StoredDataDamaged: it is the file of another attempt, or altered.
    """
    digest = hashlib.sha256()
    left = intent.composed_size
    with path.open("rb") as file:
        while left and (chunk := file.read(min(left, 1 << 20))):
            digest.update(chunk)
            left -= len(chunk)
    if left or digest.hexdigest() != intent.composed_sha256:
        raise StoredDataDamaged(what="tệp thuộc lượt ký khác")


def begins_with(path: Path, start: Path) -> bool:
    """Tell whether a file goes on from exactly the bytes of another."""
    if path.stat().st_size <= start.stat().st_size:
        return False
    with path.open("rb") as longer, start.open("rb") as shorter:
        while chunk := shorter.read(1 << 20):
            if longer.read(len(chunk)) != chunk:
                return False
    return True


def _differences(
    inspection: Inspection, intent: Intent, statement: AuthorisedStatement
) -> Iterator[str]:
    if inspection.problem:
        yield f"không đọc được ({inspection.problem})"
        return
    for code in inspection.container_problems:
        yield f"cấu trúc tệp ({code})"
    yield from signature_problems(
        inspection,
        signatory_certificate=statement.signatory_certificate,
        seal_certificate=statement.seal_certificate,
    )
    if inspection.level != ARCHIVE_LEVEL:
        yield f"mức chữ ký {inspection.level}"
    if inspection.page_digest != intent.page_digest:
        yield "hình ảnh trang"
    if inspection.record.get("statement_digest") != intent.statement_digest:
        yield "nội dung đã xác nhận"
    for number, facts in enumerate(inspection.signatures):
        together = number < _MADE_TOGETHER
        yield from _facts_differences(facts, intent, together=together)


def _facts_differences(
    facts: SignatureFacts, intent: Intent, *, together: bool
) -> Iterator[str]:
    if facts.indication is Indication.TOTAL_FAILED:
        yield f"{facts.field}: {facts.sub_indication}"
    elif facts.indication is Indication.INDETERMINATE:
        return  # what is not established yet proves no time either
    elif facts.proven_time is None or (
        together
        and vietnamese_day(datetime.fromisoformat(facts.proven_time))
        != vietnamese_day(intent.attested_at)
    ):
        yield "ngày in khác ngày của dấu thời gian"
