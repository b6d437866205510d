"""Everything over one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.data_folder import DataFolder
from api.settings import Settings
from certify.clock import Clock, SystemClock
from storage.api_keys import SqlApiKeys
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.renewals import SqlRenewals
from storage.signature_requests import SqlSignatureRequests
from storage.signing_keys import SqlSigningKeys


@dataclass(frozen=True)
class Storage:
    """Everything over one database."""

    people: SqlPeople
    cases: SqlCases
    records: SqlDeskRecords
    register: SqlRegister
    renewals: SqlRenewals
    trail: SqlAuditTrail
    api_keys: SqlApiKeys
    signing_keys: SqlSigningKeys
    signature_requests: SqlSignatureRequests


@contextmanager
def open_storage(
    folder: DataFolder, settings: Settings, clock: Clock | None = None
) -> Iterator[Storage]:
    """Open the database of a data folder, made or migrated where needed."""
    clock = clock or SystemClock()
    database = Database(f"sqlite:///{folder.database.absolute()}")
    try:
        database.migrate()
        yield Storage(
            people=SqlPeople(database=database, clock=clock),
            cases=SqlCases(database=database, clock=clock),
            records=SqlDeskRecords(database=database, clock=clock),
            register=SqlRegister(
                database=database,
                clock=clock,
                lease=settings.lease,
                book_kind=settings.book_kind,
                number_template=settings.number_template,
            ),
            renewals=SqlRenewals(database=database, lease=settings.lease),
            trail=SqlAuditTrail(database=database),
            api_keys=SqlApiKeys(database=database),
            signing_keys=SqlSigningKeys(database=database, clock=clock),
            signature_requests=SqlSignatureRequests(database=database),
        )
    finally:
        database.close()
