"""Everything the page of one paper shows, whatever brought us there."""

from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response

from api.ownership import case_of
from api.pages.arranging_view import arranging_of
from api.pages.comparison_form import choices_of, values_of_record
from api.pages.decisions import Typed, decisions_of
from api.pages.desk_form import desk_page
from api.pages.foreign_papers import legalisation_options
from api.pages.paper_size import PAPER_SIZES
from api.pages.words import (
    SEVERITY_WORDS,
    STEP_WORDS,
)
from api.services import Services
from api.web_settings import WebSettings
from certify.attestation import AttestationView, IssuanceStep
from certify.case import Original, StoredScan
from certify.comparison import GROUND_SENTENCES, Comparison
from certify.errors import CertifyError, NotFound
from certify.known import Known
from certify.scan import Finding, Severity
from certify.statement import AuthorisedStatement
from certify.wording import Wording, wording_by_version


@dataclass(frozen=True)
class Said:
    """What went wrong just now, and what was typed: nothing typed is ever lost.

    Attributes:
        scan_error, arrange_error, comparison_error, issue_error: a sentence for
            that part.
        errors: form field → what to do.
        values: form field → text, None to show the record or an empty form.
        paper: the paper size chosen with a refused scan.
        refusal, report, withdrawal: of the forms that decide about the paper.
    """

    scan_error: str = ""
    arrange_error: str = ""
    comparison_error: str = ""
    issue_error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] | None = None
    paper: str = ""
    paper_mm: str = ""
    refusal: Typed = field(default_factory=Typed)
    report: Typed = field(default_factory=Typed)
    withdrawal: Typed = field(default_factory=Typed)


@dataclass(frozen=True)
class Draft:
    """What the signatory would confirm, or why there is nothing to confirm."""

    statement: AuthorisedStatement | None
    digest: str
    wording: Wording | None
    refusal: str


def show_paper(
    request: Request,
    services: Services,
    settings: WebSettings,
    original: Original,
    said: Said,
    status: int = 200,
) -> Response:
    """Render the page of a paper at the step it has reached."""
    scan = original.scan
    view = _view(services, original)
    record = _record(services, original)
    choices = choices_of(services, original)
    values = said.values
    if values is None and record is not None and scan is not None:
        values = values_of_record(record, scan, choices)
    decisions = decisions_of(services, original)
    signatory = services.people.signatory(services.signatory_id)
    ready = view is not None and view.step is IssuanceStep.COMPARED and record
    return desk_page(
        request,
        "paper.html",
        status,
        case=case_of(services, services.authority_id, original.case_id),
        original=original,
        scan=scan,
        findings=_grouped(scan),
        known=_known(services, scan, view),
        blocked=bool(scan and _of(scan, Severity.BLOCK)),
        warnings=_warnings(scan),
        view=view,
        record=record,
        can_change=not decisions.locked and (view is None or view.step in _CHANGEABLE),
        decisions=decisions,
        draft=_draft(services, view) if view and ready else None,
        released=services.register.released_attestation(view.id) if view else None,
        authority=services.people.authority(services.authority_id),
        signatory=signatory,
        external=signatory.key_id in services.external_keys,
        officer=services.people.officer(services.officer_id),
        choices=choices,
        legalisation_options=legalisation_options(choices.exemptions),
        said=said,
        values=values or {},
        max_upload_bytes=settings.max_upload_bytes,
        arranging=arranging_of(services, settings, scan),
        sizes=PAPER_SIZES,
        words={
            "severity": SEVERITY_WORDS,
            "step": STEP_WORDS,
            "ground": GROUND_SENTENCES,
        },
    )


_CHANGEABLE = {IssuanceStep.COMPARED}


def _known(
    services: Services, scan: StoredScan | None, view: AttestationView | None
) -> Known:
    """Look for the same paper until this one is released itself."""
    if scan is None or (view is not None and view.step is IssuanceStep.RELEASED):
        return Known()
    return services.register.known(scan, services.authority_id)


def _view(services: Services, original: Original) -> AttestationView | None:
    if original.attestation_id is None:
        return None
    return services.cases.attestation(original.attestation_id)


def _record(services: Services, original: Original) -> Comparison | None:
    """Return the comparison of exactly this scan; an older one does not count."""
    if original.attestation_id is None or original.scan is None:
        return None
    try:
        record = services.cases.comparison(original.attestation_id)
    except NotFound:
        return None
    return record if record.page_digest == original.scan.page_digest else None


def _draft(services: Services, view: AttestationView) -> Draft:
    try:
        statement = services.desk.draft_statement(view.id, services.signatory_id)
    except CertifyError as error:
        return Draft(None, "", None, str(error))
    wording = wording_by_version(statement.wording)
    return Draft(statement, statement.content_digest, wording, "")


def _of(scan: StoredScan, severity: Severity) -> list[Finding]:
    return [f for f in scan.findings if f.severity is severity]


def _grouped(scan: StoredScan | None) -> list[tuple[Severity, list[Finding]]]:
    if scan is None:
        return []
    groups = [(severity, _of(scan, severity)) for severity in Severity]
    return [group for group in groups if group[1]]


def _warnings(scan: StoredScan | None) -> list[Finding]:
    """One warning per code: one reason covers every page it stands on."""
    if scan is None:
        return []
    return list({f.code: f for f in reversed(_of(scan, Severity.WARN))}.values())[::-1]
