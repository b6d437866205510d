"""What is wrong with a released file, judged as public verification judges it."""

from collections.abc import Iterator

from certify.attestation import CertifiedCopy, TrailHead
from certify.auditing.finding import Finding
from certify.auditing.ports import EditionFacts
from certify.indication_causes import cause_of
from certify.inspection import Indication, Inspection
from certify.signatures import ARCHIVE_LEVEL
from certify.verify import copy_problems

_NOT_NOW = "TRY_LATER"  # ETSI EN 319 102-1 §5.1.3: revocation data is missing today
_NOT_IN_TIME = "time"


def judge_file(
    inspection: Inspection, copy: CertifiedCopy, facts: EditionFacts
) -> Iterator[Finding]:
    """Name what is wrong; of a superseded edition no timestamp need be good today."""
    subject = facts.stored.key
    if inspection.problem == _NOT_IN_TIME:
        yield Finding("edition.undetermined", subject, "hết thời gian kiểm tra")
        return
    newest = copy.newest.stored.sha256 == facts.stored.sha256
    problems = copy_problems(inspection, copy, same_bytes=True, superseded=True)
    for problem in problems:
        yield Finding("edition.signature", subject, problem)
    if inspection.problem:
        return
    if newest:
        yield from _standing(inspection, subject)
    if _record(inspection) != _expected(copy) or _head(inspection) not in facts.heads:
        yield Finding("edition.record", subject)


def _standing(inspection: Inspection, subject: str) -> Iterator[Finding]:
    """What must be good today, of the newest edition."""
    for facts in inspection.signatures:
        if facts.indication is Indication.INDETERMINATE:
            late = facts.sub_indication == _NOT_NOW
            code = "edition.undetermined" if late else "edition.signature"
            yield Finding(code, subject, cause_of(facts.sub_indication))
    if inspection.level != ARCHIVE_LEVEL:
        yield Finding("edition.level", subject, inspection.level)


def _record(inspection: Inspection) -> tuple[str | None, ...]:
    names = ("code", "number", "book", "authority_id", "statement_digest")
    return tuple(inspection.record.get(name) for name in names)


def _expected(copy: CertifiedCopy) -> tuple[str | None, ...]:
    statement = copy.statement
    return (
        statement.verification_code,
        copy.shown_number,
        copy.number.book,
        statement.authority_id,
        statement.digest,
    )


def _head(inspection: Inspection) -> TrailHead | None:
    """Return the trail's head that the file bears witness to."""
    sequence = inspection.record.get("trail_sequence", "")
    if not sequence.isdecimal():
        return None
    return TrailHead(int(sequence), inspection.record.get("trail_digest", ""))
