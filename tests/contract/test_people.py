from datetime import date

import pytest

from certify.attestation import Act
from certify.errors import NotFound, WrongState
from certify.people import MandateKind
from certify.ports import People
from storage.people import SqlPeople
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    SIGNATORY_ID,
    make_authority,
    make_mandate,
    make_officer,
    make_seal_authorisation,
    make_signatory,
)
from tests.support.confirmation import SoftwareConfirmation

pytestmark = pytest.mark.usefixtures("confirmation")
DAY = date(2026, 11, 23)
PERMIT = Act("system", "seal.authorise")


def test_reads_give_back_what_was_put_on_record(people: SqlPeople) -> None:
    port: People = people
    assert port.authority(AUTHORITY_ID) == make_authority()
    assert port.officer(OFFICER_ID) == make_officer()
    assert port.signatory(SIGNATORY_ID) == make_signatory()


def test_unknown_people_are_not_found(people: SqlPeople) -> None:
    for read in (
        people.authority,
        people.officer,
        people.signatory,
        people.signatories,
        people.enrolled_key,
    ):
        with pytest.raises(NotFound, match="Không tìm thấy"):
            read("nobody")


def test_a_delegate_is_stored_with_the_decision(people: SqlPeople) -> None:
    delegate = make_signatory(
        id="uy-quyen",
        name="Lý A Páo",
        mandate=make_mandate(
            kind=MandateKind.DELEGATE,
            decision_number="22/QĐ-UBND",
            valid_to=date(2026, 12, 31),
        ),
    )
    people.add_signatory(delegate, Act("system", "signatory.add"))
    assert people.signatories(AUTHORITY_ID) == [delegate, make_signatory()]


def test_a_delegate_without_decision_is_refused(people: SqlPeople) -> None:
    nobody = make_signatory(id="x", mandate=make_mandate(kind=MandateKind.DELEGATE))
    with pytest.raises(WrongState):
        people.add_signatory(nobody, Act("system", "signatory.add"))
    assert people.signatories(AUTHORITY_ID) == [make_signatory()]


def test_nobody_is_added_twice_or_to_an_unknown_authority(people: SqlPeople) -> None:
    with pytest.raises(WrongState):
        people.add_officer(make_officer(), Act("system", "officer.add"))
    with pytest.raises(NotFound):
        people.add_officer(
            make_officer(id="x", authority_id="nowhere"), Act("system", "officer.add")
        )


def test_seal_authorisation_is_the_newest_that_covers_the_day(
    people: SqlPeople,
) -> None:
    newest = make_seal_authorisation(decision_number="99/QĐ-UBND", valid_to=None)
    future = make_seal_authorisation(valid_from=date(2026, 12, 1))
    people.add_seal_authorisation(newest, PERMIT)
    people.add_seal_authorisation(future, PERMIT)
    assert people.seal_authorisation(AUTHORITY_ID, DAY) == newest
    assert people.seal_authorisation(AUTHORITY_ID, date(2026, 12, 1)) == future
    assert people.seal_authorisation(AUTHORITY_ID, date(2025, 12, 31)) is None


def test_a_revoked_authorisation_ends_at_once(people: SqlPeople) -> None:
    newest = make_seal_authorisation()
    people.add_seal_authorisation(newest, PERMIT)
    people.revoke_seal_authorisation(newest.id, Act("system", "seal.revoke"))
    older = people.seal_authorisation(AUTHORITY_ID, DAY)
    assert older is not None
    assert older.id != newest.id
    people.revoke_seal_authorisation(older.id, Act("system", "seal.revoke"))
    assert people.seal_authorisation(AUTHORITY_ID, DAY) is None


def test_the_last_day_of_an_authorisation_counts(people: SqlPeople) -> None:
    assert people.seal_authorisation(AUTHORITY_ID, date(2026, 12, 31)) is not None
    assert people.seal_authorisation(AUTHORITY_ID, date(2027, 1, 1)) is None


def test_a_new_key_replaces_the_older(
    people: SqlPeople, confirmation: SoftwareConfirmation
) -> None:
    assert people.enrolled_key(SIGNATORY_ID) == confirmation.enrolled
    renewed = SoftwareConfirmation()
    people.enrol_key(renewed.enrolled, Act("system", "key.enrol"))
    assert people.enrolled_key(SIGNATORY_ID) == renewed.enrolled
