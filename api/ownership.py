"""Whose thing is it? Another authority's is "not found", never "forbidden"."""

from api.services import Services
from certify.attestation import AttestationView
from certify.case import Case, Original
from certify.desk_record import DeskRecord
from certify.errors import NotFound


def case_of(services: Services, authority_id: str, case_id: str) -> Case:
    """Return a case of this authority. Raises NotFound."""
    case = services.cases.case(case_id)
    if case.authority_id != authority_id:
        raise NotFound(what="hồ sơ")
    return case


def original_of(services: Services, authority_id: str, original_id: str) -> Original:
    """Return an original of this authority. Raises NotFound."""
    original = services.cases.original(original_id)
    case_of(services, authority_id, original.case_id)
    return original


def record_of(services: Services, authority_id: str, record_id: str) -> DeskRecord:
    """Return a refusal or report of this authority. Raises NotFound."""
    record = services.records.record(record_id)
    if record.authority_id != authority_id:
        raise NotFound(what="phiếu hoặc biên bản")
    return record


def attestation_of(
    services: Services, authority_id: str, attestation_id: str
) -> AttestationView:
    """Return an attestation of this authority. Raises NotFound."""
    view = services.cases.attestation(attestation_id)
    case_of(services, authority_id, view.case_id)
    return view


def check_signatory(services: Services, authority_id: str, signatory_id: str) -> None:
    """The signatory belongs to the authority. Raises NotFound.

    The right to sign is not here: the confirmation itself proves the person.
    """
    if services.people.signatory(signatory_id).authority_id != authority_id:
        raise NotFound(what="người ký này")
