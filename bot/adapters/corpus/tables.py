"""The tables of the corpus as they are now; `migrations/` holds how they came to be so."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

SCHEMA = "corpus"  # in a PostgreSQL, where the engine's tables stand in others
metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class UtcTime(sa.types.TypeDecorator[str]):
    """A moment: ISO 8601 with a Z in Python, a timestamp in the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        """Read the text; SQLite keeps no zone, so it is given UTC."""
        moment = datetime.fromisoformat(value).astimezone(UTC) if value else None
        return moment.replace(tzinfo=None) if moment and dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        """Write the text."""
        if value is None:
            return None
        moment = value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")


repositories = sa.Table(
    "repositories",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_with_owner", sa.Text, nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("ssh_url", sa.Text, nullable=False),
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
    sa.Column("own_licence", sa.Text, nullable=False, server_default=""),
    sa.Column("allowed_licences", sa.Text, nullable=False, server_default=""),
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column(
        "repository_id",
        sa.ForeignKey("repositories.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("blob", sa.Text, nullable=False, index=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("characters", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("signature", sa.LargeBinary),
    sa.Column("content", sa.LargeBinary, index=True),
    sa.UniqueConstraint("repository_id", "path"),
)

# The bands of the kept files' signatures: files that are nearly equal share one, nearly always.
bands = sa.Table(
    "bands",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True),
    sa.Column(
        "file_id",
        sa.ForeignKey("files.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,  # or deleting a file would look through all bands
    ),
    sqlite_with_rowid=False,
)

searches = sa.Table(
    "searches",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("query", sa.Text, nullable=False, unique=True),
    sa.Column("found", sa.Integer, nullable=False),
    sa.Column("expected", sa.Integer),
    sa.Column("began_at", UtcTime, nullable=False),
)

search_slices = sa.Table(
    "search_slices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "search_id",
        sa.ForeignKey("searches.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("least_stars", sa.Integer),
    sa.Column("most_stars", sa.Integer),
    sa.Column("created_from", sa.Text),
    sa.Column("created_to", sa.Text),
    sa.Column("cursor", sa.Text, nullable=False),
)
