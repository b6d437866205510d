"""Schema history, run by Alembic without an alembic.ini.

To change the schema: edit `storage.tables`, add `versions/rNNNN_<what>.py` whose
`down_revision` is today's `HEAD`, and set `HEAD` to it. A test compares the result
with the tables. Revisions only go forward: what was released is never rolled back.
"""

from pathlib import Path

from sqlalchemy import Connection

HEAD = "0026"  # known without importing Alembic, which costs a start 0.1 s


def upgrade(connection: Connection) -> None:
    """Bring the schema to `HEAD` inside the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - needed only when there is work
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def is_known(revision: str) -> bool:
    """Tell whether this program knows a version of the tables."""
    return any((Path(__file__).parent / "versions").glob(f"r{revision}_*.py"))
