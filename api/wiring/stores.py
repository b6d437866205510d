"""Everything over one database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.data_folder import DataFolder
from api.service_key import derive_key, read_service_key
from api.settings import Settings
from certify.clock import Clock, SystemClock
from storage.api_keys import SqlApiKeys
from storage.audit import SqlAuditTrail
from storage.backend import ServerLimits
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.holds import SqlCaseHolds
from storage.people import SqlPeople
from storage.personal import FieldKeys
from storage.persons import SqlPersonRecords
from storage.purges import SqlScanPurges
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
    purges: SqlScanPurges
    holds: SqlCaseHolds
    persons: SqlPersonRecords
    trail: SqlAuditTrail
    api_keys: SqlApiKeys
    signing_keys: SqlSigningKeys
    signature_requests: SqlSignatureRequests
    about: Callable[[], str]


def open_database(folder: DataFolder, settings: Settings) -> Database:
    """Name the database that the settings choose; nothing is connected yet.

    Raises:
        InvalidInput: the password file cannot be read, or others can read the
            service key.
    """
    patience = settings.database_lock_timeout_seconds
    fields = _field_keys(folder, settings)
    if settings.database_url is None:
        file = f"sqlite:///{folder.database.absolute()}"
        return Database(file, fields=fields, busy_timeout_seconds=patience)
    return Database(
        settings.database_url.get_secret_value(),
        password=settings.database_password,
        fields=fields,
        busy_timeout_seconds=patience,
        limits=ServerLimits(
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_max_overflow,
            pool_timeout_seconds=settings.database_pool_timeout_seconds,
            recycle_seconds=settings.database_recycle_seconds,
            connect_timeout_seconds=settings.database_connect_timeout_seconds,
            statement_timeout_seconds=settings.database_statement_timeout_seconds,
            idle_in_transaction_seconds=settings.database_idle_transaction_seconds,
        ),
    )


def _field_keys(folder: DataFolder, settings: Settings) -> FieldKeys | None:
    """Derive the keys of personal fields; None before there is a service key."""
    if not folder.service_key.exists():
        return None
    root = read_service_key(folder.service_key)
    newest, *older = (
        derive_key(root, f"fields-{generation}")
        for generation in range(settings.field_key, 0, -1)
    )
    return FieldKeys(newest, *older)


@contextmanager
def open_storage(
    folder: DataFolder, settings: Settings, clock: Clock | None = None
) -> Iterator[Storage]:
    """Open the database that the settings choose, migrated where needed."""
    clock = clock or SystemClock()
    database = open_database(folder, settings)
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
            purges=SqlScanPurges(database=database, clock=clock),
            holds=SqlCaseHolds(database=database, clock=clock),
            persons=SqlPersonRecords(database=database, clock=clock),
            trail=SqlAuditTrail(database=database),
            api_keys=SqlApiKeys(database=database),
            signing_keys=SqlSigningKeys(database=database, clock=clock),
            signature_requests=SqlSignatureRequests(database=database),
            about=database.about,
        )
    finally:
        database.close()
