"""Fingerprints of contents, and the bands of signatures: copies are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("files", sa.Column("content", sa.LargeBinary))
    op.create_index("ix_files_content", "files", ["content"])
    op.create_table(
        "bands",
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", "file_id", name="pk_bands"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_bands_file_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_file_id", "bands", ["file_id"])
