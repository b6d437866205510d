"""Holds register, archive and trail against each other after a recovery."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sqlalchemy import select

from api.services import Services
from api.settings import Settings
from api.wiring import build_audit
from certify.attestation import IssuanceStep, StoredObject
from certify.clock import vietnamese_day
from certify.errors import CertifyError
from certify.evidence import FOLDER, evidence_from_json
from certify.numbering import DEFAULT_BOOK_KIND
from certify.self_check import check_belongs_to_intent
from certify.verify import Verdict
from storage.audit import Action
from storage.tables import trail

Intents = Mapping[str, Mapping[str, int]]
"""Attestation → composed SHA-256 → attempt, as the trail knows them."""


def audit(
    services: Services, expected: Collection[str], new: Collection[str]
) -> list[str]:
    """Return every violation.

    Args:
        services: a fresh build.
        expected: all attestations ever approved here; each must be released.
        new: those whose files are fetched this time, and every third one judged anew
            (step 7 has judged each already).
    """
    return [
        *_numbers(services, expected),
        *_trail(services),
        *_orphans(services),
        *(
            problem
            for number, one in enumerate(new)
            for problem in _copy(services, one, judge=number % 3 == 0)
        ),
    ]


def unexplained(services: Services, waiting: Collection[str]) -> list[str]:
    """Return those of the waiting that do, and whose cause nobody can read."""
    views = map(services.cases.attestation, waiting)
    return [
        view.id
        for view in views
        if view.step is not IssuanceStep.RELEASED and not view.waiting
    ]


def audited(settings: Settings) -> list[str]:
    """What `certify audit` says, beside the service."""
    with build_audit(settings, quick=True) as run:
        found = run().state.findings
    return [f"audit: {finding.code} {finding.subject}" for _, finding in found]


def _numbers(services: Services, expected: Collection[str]) -> Iterator[str]:
    year = vietnamese_day(services.clock.now()).year
    rows = services.register.book(services.authority_id, DEFAULT_BOOK_KIND, year)
    numbers = [row.number.number for row in rows]
    if len(set(numbers)) != len(numbers):
        yield f"duplicate: {[n for n, c in Counter(numbers).items() if c > 1]}"
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"gap: {sorted(set(range(1, len(numbers) + 1)) - set(numbers))}"
    for row in rows:
        if row.state != "complete":
            yield f"stuck: number {row.number.number} is {row.state}"
    holders = Counter(row.attestation_id for row in rows)
    for lost in set(expected) - set(holders):
        yield f"lost: {lost} has no number"
    for one, count in holders.items():
        if count > 1 or one not in expected:
            yield f"duplicate: {one} has {count} numbers"


def _trail(services: Services) -> Iterator[str]:
    try:
        services.trail.check(services.authority_id)
    except CertifyError as error:
        yield f"trail: {error.code}"


def _orphans(services: Services) -> Iterator[str]:
    """Name what lies in the archive and neither register nor trail can explain.

    The register knows editions. The trail knows what was about to be signed: a file
    that begins with exactly that revision is an attempt that came to nothing.
    """
    released = services.register.released_files()
    unknown = [
        stored
        for stored in services.archive.list("")
        if stored.key.rpartition("/")[2] not in released
    ]
    intents = _intents(services) if unknown else {}
    for stored in unknown:
        if not _is_intended(services, stored, intents):
            yield f"orphan: {stored.key}"


def _intents(services: Services) -> Intents:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    database = services.trail._database  # type: ignore[attr-defined]
    with database.reading() as connection:
        rows = connection.execute(
            select(trail.c.subject, trail.c.details).where(
                trail.c.action == Action.COPY_INTEND.value
            )
        )
        for row in rows:
            found[row.subject][row.details["composed"]] = row.details["attempt"]
    return found


def _is_intended(services: Services, stored: StoredObject, intents: Intents) -> bool:
    is_copy = not stored.key.startswith(FOLDER)
    archive = services.archive
    with services.work_folder() as folder:
        evidence, copy = folder / "evidence", folder / "copy"
        try:
            if is_copy:
                archive.fetch(stored, copy)
                stored = next(iter(archive.list(f"{FOLDER}{stored.key}")))
            archive.fetch(stored, evidence)
            told = evidence_from_json(evidence.read_text(encoding="utf-8"))
            if is_copy:
                check_belongs_to_intent(copy, told.intent)
        except (CertifyError, StopIteration, ValueError, KeyError, TypeError):
            return False
    known = intents.get(told.statement.attestation_id, {})
    return known.get(told.intent.composed_sha256) == told.intent.attempt


def _copy(services: Services, attestation_id: str, *, judge: bool) -> Iterator[str]:
    view = services.cases.attestation(attestation_id)
    copy = services.register.released_attestation(attestation_id)
    if view.step is not IssuanceStep.RELEASED or copy is None:
        cause = "named" if view.waiting else "no cause is named"
        yield f"stuck: {attestation_id} is {view.step.value}, {cause}: {view.waiting}"
        return
    if len(copy.editions) != 1:
        yield f"duplicate: {attestation_id} has {len(copy.editions)} editions"
    if services.register.released(view.verification_code) != copy:
        yield f"lost: the code of {attestation_id} does not resolve"
    with services.work_folder() as folder:
        path: Path = folder / "copy.pdf"
        try:
            services.archive.fetch(copy.newest.stored, path)
        except CertifyError as error:
            yield f"lost: file of {attestation_id}: {error.code}"
            return
        if not judge:
            return
        report = services.verify(path)
        if report.verdict is not Verdict.OURS_IN_FORCE:
            yield f"bad file: {attestation_id}: {report.verdict}, {report.problems}"
