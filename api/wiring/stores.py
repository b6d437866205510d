"""Everything over one database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.data_folder import DataFolder
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from certify.clock import Clock, SystemClock
from storage.api_keys import SqlApiKeys
from storage.audit import SqlAuditTrail
from storage.backend import ServerLimits
from storage.cases import SqlCases
from storage.database import Database
from storage.deadline_alarms import SqlDeadlineAlarms
from storage.desk_records import SqlDeskRecords
from storage.holds import SqlCaseHolds
from storage.overview import SqlOverview
from storage.people import SqlPeople
from storage.personal import FieldKeys
from storage.persons import SqlPersonRecords
from storage.purges import SqlScanPurges
from storage.register import SqlRegister
from storage.renewals import SqlRenewals
from storage.rounds import SqlRounds
from storage.signature_requests import SqlSignatureRequests
from storage.signing_keys import SqlSigningKeys
from storage.trail_tree import SqlTrailTree


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
    tree: SqlTrailTree
    api_keys: SqlApiKeys
    signing_keys: SqlSigningKeys
    signature_requests: SqlSignatureRequests
    overview: SqlOverview
    rounds: SqlRounds
    deadline_alarms: SqlDeadlineAlarms
    about: Callable[[], str]


def open_database(folder: DataFolder, settings: Settings) -> Database:
    """Name the database that the settings choose; nothing is connected yet.

    Raises:
        InvalidInput: the password file cannot be read, or others can read the
            service key.
    """
    patience = settings.database_lock_timeout_seconds
    fields = _field_keys(folder)
    if settings.database_url is None:
        file = f"sqlite:///{folder.database.absolute()}"
        return Database(file, fields=fields, busy_timeout_seconds=patience)
    return Database(
        settings.database_url.get_secret_value(),
        password=settings.database_password,
        fields=fields,
        busy_timeout_seconds=patience,
        limits=server_limits(settings),
    )


def server_limits(settings: Settings) -> ServerLimits:
    """Return how patient the operator wants us to be with a database server."""
    return ServerLimits(
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        pool_timeout_seconds=settings.database_pool_timeout_seconds,
        recycle_seconds=settings.database_recycle_seconds,
        connect_timeout_seconds=settings.database_connect_timeout_seconds,
        statement_timeout_seconds=settings.database_statement_timeout_seconds,
        idle_in_transaction_seconds=settings.database_idle_transaction_seconds,
    )


def _field_keys(folder: DataFolder) -> FieldKeys | None:
    """Derive the keys of personal fields; None before there is a service key."""
    if not folder.service_key.exists():
        return None

    def read() -> tuple[bytes, ...]:
        return derive_keys(read_service_keys(folder.service_key), "fields")

    return FieldKeys(*read(), reread=read)


@contextmanager
def open_storage(
    folder: DataFolder, settings: Settings, clock: Clock | None = None
) -> Iterator[Storage]:
    """Open the database that the settings choose, migrated where needed.

    In production nothing is migrated by the way: an operator does it, after a backup.

    Raises:
        InvalidInput: the tables are not those of this program.
    """
    clock = clock or SystemClock()
    database = open_database(folder, settings)
    try:
        if settings.env == "production":
            database.require_current()
        else:
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
            tree=SqlTrailTree(database=database),
            api_keys=SqlApiKeys(database=database),
            signing_keys=SqlSigningKeys(database=database, clock=clock),
            signature_requests=SqlSignatureRequests(database=database),
            overview=SqlOverview(database=database),
            rounds=SqlRounds(database=database),
            deadline_alarms=SqlDeadlineAlarms(database=database),
            about=database.about,
        )
    finally:
        database.close()
