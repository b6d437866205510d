"""Holds register, archive and trail against each other after a recovery."""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from api.services import Services
from api.settings import Settings
from api.wiring import build_audit
from certify.attestation import IssuanceStep
from certify.clock import vietnamese_day
from certify.errors import CertifyError
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Verdict


def audit(
    services: Services, expected: Collection[str], new: Collection[str]
) -> list[str]:
    """Return every violation.

    Args:
        services: a fresh build.
        expected: all attestations ever approved here; each must be released.
        new: those whose files are fetched and verified this time.
    """
    return [
        *_numbers(services, expected),
        *_trail(services),
        *(problem for one in new for problem in _copy(services, one)),
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


def _copy(services: Services, attestation_id: str) -> Iterator[str]:
    view = services.cases.attestation(attestation_id)
    copy = services.register.released_attestation(attestation_id)
    if view.step is not IssuanceStep.RELEASED or copy is None:
        yield f"stuck: {attestation_id} is {view.step.value}, {view.waiting}"
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
        report = services.verify(path)
        if report.verdict is not Verdict.OURS_IN_FORCE:
            yield f"bad file: {attestation_id}: {report.verdict}, {report.problems}"
