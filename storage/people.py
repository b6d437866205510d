"""Authorities and people in SQL: reading them, and putting them on record."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from certify.attestation import Act
from certify.clock import Clock
from certify.confirmation import EnrolledKey
from certify.errors import WrongState
from certify.people import Authority, Officer, SealAuthorisation, Signatory
from storage import audit
from storage.database import Database
from storage.people_reads import (
    as_signatory,
    one,
    read_authority,
    read_enrolled_key,
    read_officer,
    read_seal_authorisation,
    read_signatory,
)
from storage.tables import (
    authorities,
    confirmation_keys,
    officers,
    seal_authorisations,
    signatories,
)


class SqlPeople:
    """Fills the `People` port, and adds what its reads return."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Keep people in this database; the clock dates the trail."""
        self._database = database
        self._clock = clock

    def authority(self, authority_id: str) -> Authority:
        """Return an authority with its seal key of now. Raises NotFound."""
        with self._database.reading() as connection:
            return read_authority(connection, authority_id, self._clock.now())

    def officer(self, officer_id: str) -> Officer:
        """Return an officer. Raises NotFound."""
        with self._database.reading() as connection:
            return read_officer(connection, officer_id)

    def signatory(self, signatory_id: str) -> Signatory:
        """Return a signatory with the key of now. Raises NotFound."""
        with self._database.reading() as connection:
            return read_signatory(connection, signatory_id, self._clock.now())

    def signatories(self, authority_id: str) -> Sequence[Signatory]:
        """Return the signatories of an authority by name. Raises NotFound."""
        with self._database.reading() as connection:
            read_authority(connection, authority_id)
            rows = connection.execute(
                select(signatories)
                .where(signatories.c.authority_id == authority_id)
                .order_by(signatories.c.name, signatories.c.id)
            )
            now = self._clock.now()
            return [as_signatory(connection, row, now) for row in rows]

    def seal_authorisation(
        self, authority_id: str, day: date
    ) -> SealAuthorisation | None:
        """Return the newest authorisation in force on a Vietnamese day."""
        with self._database.reading() as connection:
            return read_seal_authorisation(connection, authority_id, day)

    def enrolled_key(self, person_id: str) -> EnrolledKey:
        """Return the key a person enrolled last. Raises NotFound."""
        with self._database.reading() as connection:
            return read_enrolled_key(connection, person_id)

    def add_authority(self, authority: Authority, act: Act) -> None:
        """Put an authority on record. Raises WrongState if it is already."""
        values = {
            "id": authority.id,
            "unit_code": authority.unit_code,
            "name": authority.name,
            "place": authority.place,
            "province": authority.province,
            "seal_key_id": authority.seal_key_id,
            "self_certify_decision": authority.self_certify_decision,
        }
        details = {
            "seal_key": authority.seal_key_id,
            "self_certify": authority.self_certify_decision,
        }
        self._add(authorities, values, authority.id, act, details)

    def add_officer(self, officer: Officer, act: Act) -> None:
        """Put an officer on record. Raises WrongState if already, NotFound."""
        values = {
            "id": officer.id,
            "authority_id": officer.authority_id,
            "name": officer.name,
            "title": officer.title,
            "person_id": officer.person_id,
        }
        details = {"person": officer.person_id}
        self._add(officers, values, officer.authority_id, act, details)

    def add_signatory(self, signatory: Signatory, act: Act) -> None:
        """Put a signatory and mandate on record. Raises WrongState, NotFound."""
        mandate = signatory.mandate
        values = {
            "id": signatory.id,
            "authority_id": signatory.authority_id,
            "name": signatory.name,
            "position": signatory.position,
            "mandate_kind": mandate.kind.value,
            "mandate_decision": mandate.decision_number,
            "mandate_from": mandate.valid_from,
            "mandate_to": mandate.valid_to,
            "key_id": signatory.key_id,
            "person_id": signatory.person_id,
        }
        details = {
            "person": signatory.person_id,
            "key": signatory.key_id,
            "mandate": mandate.kind.value,
            "decision": mandate.decision_number,
            "from": mandate.valid_from.isoformat(),
            "to": mandate.valid_to.isoformat() if mandate.valid_to else None,
        }
        self._add(signatories, values, signatory.authority_id, act, details)

    def add_seal_authorisation(self, permit: SealAuthorisation, act: Act) -> None:
        """Record the clerk's permission; it is from now on the newest one."""
        values = {
            "id": permit.id,
            "authority_id": permit.authority_id,
            "sequence": _next(seal_authorisations, "authority_id", permit.authority_id),
            "clerk_name": permit.clerk_name,
            "decision_number": permit.decision_number,
            "valid_from": permit.valid_from,
            "valid_to": permit.valid_to,
            "revoked": permit.revoked,
        }
        details = {
            "decision": permit.decision_number,
            "from": permit.valid_from.isoformat(),
            "to": permit.valid_to.isoformat() if permit.valid_to else None,
        }
        self._add(seal_authorisations, values, permit.authority_id, act, details)

    def revoke_seal_authorisation(self, authorisation_id: str, act: Act) -> None:
        """End a permission at once. Raises NotFound."""
        with self._database.writing() as connection:
            row = one(connection, seal_authorisations, authorisation_id, "giấy phép")
            connection.execute(
                update(seal_authorisations)
                .where(seal_authorisations.c.id == authorisation_id)
                .values(revoked=True)
            )
            audit.append(
                connection,
                authority_id=row.authority_id,
                act=act,
                subject=authorisation_id,
                details={},
                at=self._clock.now(),
            )

    def enrol_key(self, key: EnrolledKey, act: Act) -> None:
        """Bind a confirmation key to a signatory; an older one no longer counts."""
        values = {
            "id": key.id,
            "person_id": key.person_id,
            "sequence": _next(confirmation_keys, "person_id", key.person_id),
            "kind": key.kind,
            "public_key": key.public_key,
            "enrolment_mac": key.enrolment_mac,
        }
        authority_id = self.signatory(key.person_id).authority_id
        details = {"person": key.person_id, "kind": key.kind}
        self._add(confirmation_keys, values, authority_id, act, details)

    def _add(
        self,
        table: Table,
        values: Mapping[str, Any],
        authority_id: str,
        act: Act,
        details: audit.Details,
    ) -> None:
        """Insert a row and its record."""
        try:
            with self._database.writing() as connection:
                if table is not authorities:
                    # before the INSERT counts on: of two, one comes second
                    audit.lock_chain(connection, authority_id)
                connection.execute(insert(table).values(**values))
                audit.append(
                    connection,
                    authority_id=authority_id,
                    act=act,
                    subject=values["id"],
                    details=details,
                    at=self._clock.now(),
                )
        except IntegrityError as error:
            raise WrongState(
                reason="dữ liệu đã có hoặc trái ràng buộc của sổ đăng ký"
            ) from error


def _next(table: Table, owner: str, owner_id: str) -> Any:  # noqa: ANN401 - an SQL expression
    """Next sequence of an owner's rows, computed by the INSERT itself."""
    return (
        select(func.coalesce(func.max(table.c.sequence), 0) + 1)
        .where(table.c[owner] == owner_id)
        .scalar_subquery()
    )
