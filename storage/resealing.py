"""Personal fields and their keys: fields written anew, and whether a key is the one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    bindparam,
    column,
    select,
    table,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.types import NullType

from storage.personal import FieldKeys, Personal, PersonalBytes, keys_of
from storage.tables import metadata, trail_reasons

_AT_ONCE = 1000
_NEWEST = 3

Change = Callable[[Any], Any]
"""From a stored value to the one that takes its place."""


def rewrite(
    connection: Connection,
    name: str,
    key: Sequence[str],
    changes: Mapping[str, Change],
) -> int:
    """Give the values of some columns another form; NULL stays NULL.

    Args:
        connection: of a writing transaction, in which the rows may be changed.
        name: the table.
        key: columns of its primary key.
        changes: column → what makes the new value of the stored one.

    Returns:
        How many rows got another value.
    """
    here = table(name, *map(column, (*key, *changes)))
    columns: list[ColumnClause[Any]] = [here.c[part] for part in key]
    change = (
        update(here)
        .where(*(here.c[part] == bindparam(f"key_{part}") for part in key))
        .values({one: bindparam(f"new_{one}") for one in changes})
    )
    page = select(here).order_by(*columns).limit(_AT_ONCE)
    rows = connection.execute(page).all()
    changed = 0
    while rows:
        written = []
        for row in rows:
            old = row._mapping  # noqa: SLF001 - public API of SQLAlchemy despite its name
            new = {
                one: None if old[one] is None else make(old[one])
                for one, make in changes.items()
            }
            if any(new[one] != old[one] for one in changes):
                keyed = {f"key_{part}": old[part] for part in key}
                written.append(keyed | {f"new_{one}": new[one] for one in changes})
        if written:
            connection.execute(change, written)
            changed += len(written)
        last = tuple(rows[-1]._mapping[part] for part in key)  # noqa: SLF001 - as above
        rows = connection.execute(page.where(tuple_(*columns) > last)).all()
    return changed


def reseal(connection: Connection) -> int:
    """Seal every personal field of every table under the newest key.

    Raises:
        StoredDataDamaged: a field does not open.
    """
    # Needs Alembic, which a start without work does not import.
    from storage.migrations.keeping import unkept  # noqa: PLC0415 - see above

    keys = keys_of(connection.dialect)

    def under_newest(kind: Personal) -> Change:
        def change(stored: Any) -> Any:  # noqa: ANN401 - text or bytes
            if kind.is_newest(keys, stored):
                return stored
            return kind.sealed(keys, kind.opened(keys, stored))

        return change

    changed = 0
    for one in metadata.sorted_tables:
        changes = {
            field.name: under_newest(field.type)
            for field in one.columns
            if isinstance(field.type, Personal)
        }
        if changes:
            key = [field.name for field in one.primary_key]
            with unkept(connection, [one.name]):
                changed += rewrite(connection, one.name, key, changes)
    return changed


def opens_newest(connection: Connection, keys: FieldKeys) -> bool:
    """Tell whether one of the newest reasons is sealed under one of the keys.

    One is enough: a field that somebody scribbled on is for the audit to name. True
    when there is none.
    """
    kept = trail_reasons.c
    newest = (
        select(type_coerce(kept.salt, NullType()))
        .order_by(kept.authority_id.desc(), kept.sequence.desc())
        .limit(_NEWEST)
    )
    stored = connection.scalars(newest).all()
    return not stored or any(PersonalBytes.is_ours(keys, one) for one in stored)
