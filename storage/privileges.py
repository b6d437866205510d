"""What the service's own role may do on PostgreSQL: less than the owner of the tables.

Rights in the database are not the right to sign, and they are no right to take a
trigger away either: the tables belong to a role that nobody is logged in as while the
service runs. What the triggers keep, this role has no privilege to change at all.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from certify.errors import InvalidInput
from storage.tables import metadata
from storage.work_queue.schema import queue_grants

_USUAL = "SELECT, INSERT, UPDATE"
_ONCE = "SELECT, INSERT"

# Tables that are not as usual. Nothing deletes what is not named here.
_PRIVILEGES: Mapping[str, str] = MappingProxyType(
    {
        "trail": _ONCE,
        "trail_reasons": f"{_ONCE}, DELETE",  # erased one by one, never edited
        "editions": _ONCE,
        "recovered_copies": _ONCE,
        "desk_records": _ONCE,
        "withdrawals": _ONCE,
        "deadline_alarms": _ONCE,
        "annulments": _ONCE,
        "known_papers": _ONCE,
        "known_layouts": f"{_ONCE}, DELETE",  # forgotten when their time is over
        "case_holds": f"{_ONCE}, DELETE",  # gone when the hold is lifted
        "tree_leaves": _ONCE,
        "tree_nodes": _ONCE,
        "checkpoints": _ONCE,
        "checkpoint_tokens": _ONCE,
        "checkpoint_refusals": _ONCE,
        "signing_presence": f"{_USUAL}, DELETE",  # gone when the owner leaves
        "comparisons": f"{_ONCE}, DELETE",  # made again after a new scan
        "attestations": f"{_USUAL}, DELETE",  # one whose comparison was dropped
        "free_numbers": f"{_ONCE}, DELETE",  # taken out when it is given out
    }
)


def grants(connection: Connection, role: str) -> Iterator[str]:
    """Write the statements that give a role what the service needs, and no more."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = quote(role)
    schema = quote(
        connection.exec_driver_sql("SELECT current_schema()").scalar_one(),
    )
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM {name}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {name}"
    yield f"GRANT SELECT ON {schema}.alembic_version TO {name}"
    for table in sorted(metadata.tables):
        privileges = _PRIVILEGES.get(table, _USUAL)
        yield f"GRANT {privileges} ON {schema}.{quote(table)} TO {name}"
    yield from queue_grants(name)


def grant_to(connection: Connection, role: str) -> None:
    """Run `grants` as the owner of the tables.

    Raises:
        InvalidInput: not PostgreSQL, or there is no such role.
    """
    if connection.dialect.name != "postgresql":
        raise InvalidInput(
            field="CERTIFY_DATABASE_URL", reason="chỉ PostgreSQL có tài khoản riêng"
        )
    try:
        for statement in grants(connection, role):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_SUCH_ROLE:
            raise
        raise InvalidInput(field=role, reason="chưa có tài khoản này") from error


_NO_SUCH_ROLE = "42704"  # undefined_object
