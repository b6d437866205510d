"""The people of the development authority. None exists; the papers must look real.

Pictures, certificates and the development PKI say "THỬ NGHIỆM"; names and numbers
that are printed on a copy look like those of a real commune.
"""

from dataclasses import dataclass
from datetime import date

from certify.identifiers import new_id
from certify.people import (
    Authority,
    Mandate,
    MandateKind,
    Officer,
    SealAuthorisation,
    Signatory,
)

SIGNATORY_KEY = "development-signatory"
SEAL_KEY = "development-seal"
ROSTER_KEY = "development-roster"
REPORT_KEY = "development-report"
CONFIRMATION_KEY = "development-confirmation"
_SINCE = date(2025, 7, 1)  # the two-tier local government begins


@dataclass(frozen=True)
class DevelopmentPeople:
    """One authority with one officer, one signatory and the clerk's permission."""

    authority: Authority
    officer: Officer
    signatory: Signatory
    seal_authorisation: SealAuthorisation


def development_people() -> DevelopmentPeople:
    """Return them with fresh ids."""
    authority = Authority(
        id=new_id(),
        unit_code="H35.12.3",
        name="Ủy ban nhân dân xã Mường Tè",
        place="Mường Tè",
        province="Lai Châu",
        seal_key_id=SEAL_KEY,
    )
    return DevelopmentPeople(
        authority=authority,
        officer=Officer(
            id=new_id(),
            person_id=new_id(),
            authority_id=authority.id,
            name="Lò Thị Mai",
            title="Công chức Tư pháp - Hộ tịch",
        ),
        signatory=Signatory(
            id=new_id(),
            person_id=new_id(),
            authority_id=authority.id,
            name="Vàng A Páo",
            position="Chủ tịch",
            mandate=Mandate(
                kind=MandateKind.CHAIRMAN,
                decision_number=None,
                valid_from=_SINCE,
                valid_to=None,
            ),
            key_id=SIGNATORY_KEY,
        ),
        seal_authorisation=SealAuthorisation(
            id=new_id(),
            authority_id=authority.id,
            clerk_name="Tao Thị Hương",
            decision_number="15/QĐ-UBND",
            valid_from=_SINCE,
            valid_to=None,
        ),
    )
