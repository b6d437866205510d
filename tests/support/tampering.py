"""What somebody with full rights on the database could do, on each kind of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.database import Database

BROKEN = "broken by a test"


def tamper(database: Database, *statements: str) -> None:
    """Change rows with neither our triggers nor foreign keys in the way."""
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            _drop_triggers(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)


@contextmanager
def failing_inserts(
    database: Database, table: str, condition: str = "1 = 1"
) -> Iterator[None]:
    """Let an INSERT into a table fail meanwhile, with the words `BROKEN`."""
    raising = f"BEGIN SELECT RAISE(ABORT, '{BROKEN}'); END"
    make: tuple[str, ...] = (
        f"CREATE TRIGGER broken BEFORE INSERT ON {table} WHEN {condition} {raising}",
    )
    mend = "DROP TRIGGER broken"
    with database.reading() as connection:
        if connection.dialect.name == "postgresql":
            make = (
                (
                    "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
                    f" $$ BEGIN RAISE EXCEPTION '{BROKEN}'; END $$"
                ),
                (
                    f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW"
                    f" WHEN ({condition}) EXECUTE FUNCTION broken()"
                ),
            )
            mend = "DROP FUNCTION broken CASCADE"
    _run(database, *make)
    yield
    _run(database, mend)


def in_words_of(database: Database, statement: str) -> str:
    """PostgreSQL knows no REPLACE; a second INSERT of a row must fail there too."""
    with database.reading() as connection:
        if connection.dialect.name == "postgresql":
            return statement.replace("INSERT OR REPLACE", "INSERT")
    return statement


def _run(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _drop_triggers(connection: Connection) -> None:
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).scalars()
    for name in names.all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
