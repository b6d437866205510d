"""Work that one transaction at a time may do."""

from sqlalchemy import Connection, func, select


def alone(connection: Connection, work: str) -> None:
    """Wait until nobody else does this work; held to the end of the transaction.

    SQLite's write lock does so already; on PostgreSQL it is an advisory lock.
    """
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(f"certify/{work}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))
