"""The licence that a repository's files name, apart from what GitHub says of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
READ = "UPDATE repositories SET own_licence = coalesce(licence, '') WHERE clone_state IS NOT NULL"
# Of a folder, a mirror, and what somebody named, GitHub has said nothing.
UNSAID = "UPDATE repositories SET licence = NULL WHERE key LIKE '%/%'"


def upgrade() -> None:
    """Add the columns, and move there what was read."""
    for name in ("own_licence", "allowed_licences"):
        op.add_column("repositories", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.execute(READ)
    op.execute(UNSAID)
