"""Alembic's environment: runs on the connection that `upgrade` was given."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll back DDL as well, when transactions are begun explicitly.
    transactional_ddl=True,
)
context.run_migrations()
