"""Run by alembic: bring the tables up in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from bot.adapters.corpus.engine import find_version_schema
from bot.adapters.corpus.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table_schema=find_version_schema(connection),
    transactional_ddl=False,  # the transaction and its lock are the caller's
)
context.run_migrations()
