"""Walks the desk's verbs on real storage, up to where a test begins."""

from dataclasses import dataclass

from certify.attestation import Act
from certify.case import Case, Original, StoredScan
from certify.identifiers import new_id, new_verification_code
from certify.ports import Cases
from certify.statement import AuthorisedStatement
from storage.people import SqlPeople
from tests.support.builders import (
    OFFICER_ID,
    SIGNATORY_ID,
    SYSTEM,
    make_authority,
    make_case,
    make_comparison,
    make_officer,
    make_original,
    make_scan,
    make_seal_authorisation,
    make_signatory,
    make_statement,
)
from tests.support.confirmation import SoftwareConfirmation


def by_officer(action: str, reason: str = "") -> Act:
    return Act(f"officer:{OFFICER_ID}", action, reason)


def by_signatory(action: str) -> Act:
    return Act(f"signatory:{SIGNATORY_ID}", action)


def seed_people(people: SqlPeople) -> SoftwareConfirmation:
    """One authority with officer, chairman, seal authorisation and enrolled key."""
    confirmation = SoftwareConfirmation()
    people.add_authority(make_authority(), SYSTEM)
    people.add_officer(make_officer(), Act("system", "officer.add"))
    people.add_signatory(make_signatory(), Act("system", "signatory.add"))
    people.add_seal_authorisation(
        make_seal_authorisation(), Act("system", "seal.authorise")
    )
    people.enrol_key(confirmation.enrolled, Act("system", "key.enrol"))
    return confirmation


@dataclass(frozen=True)
class Compared:
    """An original compared at the desk."""

    case: Case
    original: Original
    scan: StoredScan
    attestation_id: str
    verification_code: str

    def statement(self, **changes: object) -> AuthorisedStatement:
        return make_statement(
            attestation_id=self.attestation_id,
            verification_code=self.verification_code,
            case_code=self.case.code,
            page_digest=self.scan.page_digest,
            **changes,
        )


class SampleDesk:
    """Opens cases, compares and approves, with sample data."""

    def __init__(self, cases: Cases, confirmation: SoftwareConfirmation) -> None:
        self._cases = cases
        self._confirmation = confirmation

    def open_case(self) -> Case:
        return self._cases.open_case(make_case(), by_officer("case.open"))

    def scanned(self, case: Case) -> tuple[Original, StoredScan]:
        original = self._cases.add_original(
            make_original(case.id), by_officer("original.add")
        )
        scan = make_scan(original.id)
        self._cases.attach_scan(scan, by_officer("scan.attach"))
        return original, scan

    def compared(self, case: Case | None = None) -> Compared:
        case = case or self.open_case()
        original, scan = self.scanned(case)
        view = self._cases.record_comparison(
            original_id=original.id,
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            comparison=make_comparison(scan),
            act=by_officer("comparison.record"),
        )
        return Compared(case, original, scan, view.id, view.verification_code)

    def approve(self, compared: Compared, **changes: object) -> AuthorisedStatement:
        statement = compared.statement(**changes)
        self._cases.approve(
            attestation_id=statement.attestation_id,
            statement=statement,
            assertion=self._confirmation.assertion(statement.digest),
            act=by_signatory("statement.approve"),
        )
        return statement

    def approved(self, case: Case | None = None) -> AuthorisedStatement:
        return self.approve(self.compared(case))
