"""What the corpus's database knows of the files of other repositories, to find copies of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.adapters.corpus.engine import begin_read
from bot.adapters.corpus.tables import bands, files

NAMES_AT_ONCE = 500  # a statement takes only so many parameters
MOST_ALIKE = 200  # of forms that everybody fills in there may be thousands; one copy is enough


@dataclass(frozen=True, slots=True)
class KnownFilesDatabase:
    """The port KnownFiles over the kept files of all repositories but one.

    Its methods raise CorpusUnavailable.
    """

    engine: sa.Engine
    except_repository: int

    def find_blobs(self, blobs: Sequence[str]) -> set[str]:
        """Find which of these contents of git are kept, without reading them."""
        known: set[str] = set()
        for start in range(0, len(blobs), NAMES_AT_ONCE):
            names = blobs[start : start + NAMES_AT_ONCE]
            query = sa.select(files.c.blob).where(files.c.blob.in_(names), *self._others())
            with begin_read(self.engine) as connection:
                known.update(connection.scalars(query))
        return known

    def has_content(self, content: bytes) -> bool:
        """Tell whether a file with this content's fingerprint is kept."""
        query = sa.select(files.c.id).where(files.c.content == content, *self._others()).limit(1)
        with begin_read(self.engine) as connection:
            return connection.scalar(query) is not None

    def list_sketches(self, band_keys: Sequence[int]) -> Collection[bytes]:
        """List the sketches of kept files that share a band with these."""
        query = sa.select(files.c.signature).join(bands, bands.c.file_id == files.c.id)
        query = query.where(bands.c.key.in_(band_keys), *self._others()).limit(MOST_ALIKE)
        with begin_read(self.engine) as connection:
            return set(connection.scalars(query))

    def _others(self) -> tuple[sa.ColumnElement[bool], ...]:
        return files.c.state == "kept", files.c.repository_id != self.except_repository
