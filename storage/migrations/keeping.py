"""Triggers that keep rows as they are, in the words of each database.

They stop mistakes and careless hands. Whoever may drop a trigger is found by the
chained trail, the heads printed in the copies, and the digests of the editions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op
from sqlalchemy import Connection, bindparam, text


def keep(name: str, table: str, change: str, condition: str, message: str) -> None:
    """Refuse a change of a table's rows with an integrity error.

    Args:
        name: of the trigger, and of its function on PostgreSQL.
        table: whose rows are kept.
        change: "INSERT", "UPDATE" or "DELETE".
        condition: in SQL over NEW and OLD; empty refuses always.
        message: what the refused writer is told.
    """
    if op.get_bind().dialect.name == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    refuse = (
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'"
    )
    body = f"{refuse};"
    if condition:
        # In the body, as a WHEN of PostgreSQL may not look into other tables.
        body = f"IF {condition} THEN {refuse}; END IF; RETURN COALESCE(NEW, OLD);"
    _function(name, body)
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {change} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


@contextmanager
def unkept(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Let the owner of tables change rows that are kept, inside one transaction.

    For writing the same content in another form, and nothing else.
    """
    if connection.dialect.name != "sqlite":
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    triggers = connection.execute(
        text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            " AND tbl_name IN :tables"
        ).bindparams(bindparam("tables", list(tables), expanding=True))
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def keep_from_truncate(*tables: str) -> None:
    """Refuse TRUNCATE, which fires no trigger of rows; SQLite does not know it."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in tables:
        name = f"keep_{table}_truncate"
        refuse = (
            f"RAISE EXCEPTION '{table} is never emptied'"
            " USING ERRCODE = 'integrity_constraint_violation'"
        )
        _function(name, f"{refuse};")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _function(name: str, body: str) -> None:
    """Make a trigger's function, deaf to a caller's search_path and temporary tables.

    Without the fixed path, whoever may make a temporary table `attestations` decides
    what a condition that looks there finds.
    """
    schema = op.get_bind().exec_driver_sql("SELECT current_schema()").scalar_one()
    quoted = schema.replace('"', '""')
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f' SET search_path = pg_catalog, "{quoted}", pg_temp'
        f" AS $$ BEGIN {body} END $$"
    )
