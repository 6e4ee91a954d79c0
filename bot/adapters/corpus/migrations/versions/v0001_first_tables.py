"""The first tables: repositories and their files, searches and their slices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.adapters.corpus.tables import UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _create_repositories()
    _create_files()
    _create_searches()


def _create_repositories() -> None:
    op.create_table(
        "repositories",
        sa.Column("id", sa.Integer, nullable=False),
        *_list_texts("key", "source", "owner", "name", "name_with_owner", "url", "ssh_url"),
        sa.Column("disk_usage_kb", sa.BigInteger),
        sa.Column("forks", sa.Integer),
        sa.Column("stars", sa.Integer),
        sa.Column("watchers", sa.Integer),
        sa.Column("default_branch", sa.Text),
        sa.Column("licence", sa.Text),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("pushed_at", UtcTime),
        sa.Column("found_at", UtcTime, nullable=False),
        sa.Column("clone_state", sa.Text),
        sa.Column("refusal", sa.Text, nullable=False, server_default=""),
        sa.Column("commit", sa.Text, nullable=False, server_default=""),
        sa.Column("cloned_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_repositories"),
        sa.UniqueConstraint("key", name="uq_repositories_key"),
    )
    op.create_index("ix_repositories_name_with_owner", "repositories", ["name_with_owner"])


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("repository_id", sa.Integer, nullable=False),
        *_list_texts("path", "blob"),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        *_list_texts("state", "reason"),
        sa.Column("signature", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("repository_id", "path", name="uq_files_repository_id"),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["repositories.id"],
            name="fk_files_repository_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_files_blob", "files", ["blob"])


def _create_searches() -> None:
    op.create_table(
        "searches",
        sa.Column("id", sa.Integer, nullable=False),
        *_list_texts("query"),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
        sa.UniqueConstraint("query", name="uq_searches_query"),
    )
    op.create_table(
        "search_slices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("search_id", sa.Integer, nullable=False),
        sa.Column("least_stars", sa.Integer),
        sa.Column("most_stars", sa.Integer),
        sa.Column("created_from", sa.Text),
        sa.Column("created_to", sa.Text),
        *_list_texts("cursor"),
        sa.PrimaryKeyConstraint("id", name="pk_search_slices"),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["searches.id"],
            name="fk_search_slices_search_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_search_slices_search_id", "search_slices", ["search_id"])


def _list_texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
