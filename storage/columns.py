"""Column types and constraint names that mean the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, MetaData, String, Text, TypeDecorator
from typing_extensions import override

from certify.canonical_json import canonical_json

# Names fixed by rule, so that a migration can find a constraint on every database.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ID = String(64)
SHA256 = String(64)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as ISO 8601 UTC text of fixed width.

    Text of one width sorts and compares like the times it stands for, and the audit
    trail can hash exactly what is stored.
    """

    impl = String(32)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> str | None:
        return None if value is None else utc_text(value)

    @override
    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class CanonicalJson(TypeDecorator[Any]):
    """Plain values as canonical JSON text."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(
        self,
        value: Any,
        dialect: Dialect,
    ) -> str | None:
        return None if value is None else canonical_json(value)

    @override
    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,
    ) -> Any:
        return None if value is None else json.loads(value)


def utc_text(moment: datetime) -> str:
    """Write an aware time as `UtcTime` stores it.

    Raises:
        ValueError: the time is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def one_of(column: str, kinds: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """Constrain a text column to a closed list."""
    values = ", ".join(f"'{kind!s}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({values})", name=column)
