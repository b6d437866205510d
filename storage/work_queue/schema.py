"""The queue's tables in a PostgreSQL schema of their own, and the rights on them."""

from collections.abc import Iterator
from importlib import resources

from sqlalchemy import Connection

QUEUE_SCHEMA = "certify_queue"

_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE pronamespace = 'certify_queue'::regnamespace"
)

# Deleting a job deletes its events and unlinks its worker: PostgreSQL does that with
# the rights of the tables' owner (foreign keys), so the role needs none for it.
_PRIVILEGES = (
    ("TABLE", "procrastinate_jobs", "SELECT, INSERT, UPDATE, DELETE"),
    ("TABLE", "procrastinate_workers", "SELECT, INSERT, UPDATE, DELETE"),
    ("TABLE", "procrastinate_periodic_defers", "SELECT, INSERT, UPDATE, DELETE"),
    ("TABLE", "procrastinate_events", "SELECT, INSERT"),
    ("SEQUENCE", "procrastinate_jobs_id_seq", "USAGE"),
    ("SEQUENCE", "procrastinate_events_id_seq", "USAGE"),
    ("SEQUENCE", "procrastinate_periodic_defers_id_seq", "USAGE"),
)


def create_queue(connection: Connection) -> None:
    """Make the schema and Procrastinate's tables in it, in the caller's transaction.

    The tables are those of the installed Procrastinate, which pyproject.toml pins to
    one minor version: a later one needs a revision that runs its migration files.
    """
    before = connection.exec_driver_sql("SHOW search_path").scalar_one()
    connection.exec_driver_sql(f"CREATE SCHEMA {QUEUE_SCHEMA}")
    connection.exec_driver_sql(f"SET LOCAL search_path = {QUEUE_SCHEMA}")
    schema = resources.files("procrastinate.sql") / "schema.sql"
    words = schema.read_text(encoding="utf-8").replace("%", "%%")
    connection.exec_driver_sql(words)
    functions = connection.exec_driver_sql(_FUNCTIONS).scalars().all()
    for function in functions:  # deaf to a caller's search_path, as our own ones are
        connection.exec_driver_sql(
            f"ALTER FUNCTION {function} SET search_path = pg_catalog, {QUEUE_SCHEMA}"
        )
    connection.exec_driver_sql(f"SET LOCAL search_path = {before}")


def queue_grants(role: str) -> Iterator[str]:
    """Write the statements that give a (quoted) role what dispatch and runner need."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {QUEUE_SCHEMA} FROM {role}"
    yield f"GRANT USAGE ON SCHEMA {QUEUE_SCHEMA} TO {role}"
    for kind, name, privileges in _PRIVILEGES:
        yield f"GRANT {privileges} ON {kind} {QUEUE_SCHEMA}.{name} TO {role}"
