"""How far each search for repositories is, so that one that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa

from bot.adapters.corpus.engine import begin_read, begin_write
from bot.adapters.corpus.rows import insert_into, save_found
from bot.adapters.corpus.tables import search_slices, searches
from bot.corpus.corpus_records import SearchRecord, SearchSlice
from bot.values.found_repository import FoundRepository


class SearchDatabase:
    """The searches that were not read to their end. Each method is one transaction."""

    def __init__(self, engine: sa.Engine, read_clock: Callable[[], str]) -> None:
        self._engine = engine
        self._read_clock = read_clock

    def begin_search(self, query: str, whole: SearchSlice) -> SearchRecord:
        """Begin a search with its one slice, or take up the one of this query that was stopped."""
        with begin_write(self._engine) as connection:
            row = {"query": query, "found": 0, "began_at": self._read_clock()}
            statement = insert_into(connection, searches).values(**row).on_conflict_do_nothing()
            new_id = connection.scalar(statement.returning(searches.c.id))
            if new_id is not None:
                _insert_slices(connection, new_id, [whole])
            record = _fetch_search(connection, query)
        if record is None:
            raise LookupError(query)
        return record

    def fetch_search(self, query: str) -> SearchRecord | None:
        """Fetch a search that has not ended."""
        with begin_read(self._engine) as connection:
            return _fetch_search(connection, query)

    def record_expected(self, search_id: int, expected: int) -> None:
        """Record how many repositories the whole search is said to have."""
        with begin_write(self._engine) as connection:
            statement = sa.update(searches).where(searches.c.id == search_id)
            connection.execute(statement.values(expected=expected))

    def split_slice(self, search_id: int, slice_id: int, parts: Sequence[SearchSlice]) -> None:
        """Put parts in the place of a slice that is too big."""
        with begin_write(self._engine) as connection:
            ours = sa.delete(search_slices).where(search_slices.c.id == slice_id)
            if connection.execute(ours).rowcount:  # else another process has done it
                _insert_slices(connection, search_id, parts)

    def save_page(
        self,
        search_id: int,
        part: SearchSlice,
        repositories: Sequence[FoundRepository],
        next_cursor: str | None,
    ) -> None:
        """Save the repositories of a slice's page, and where the next one begins; None at the end.

        Where another process has saved the page, nothing is counted twice.
        """
        ours = (search_slices.c.id == part.id, search_slices.c.cursor == part.cursor)
        count = sa.update(searches).where(searches.c.id == search_id)
        with begin_write(self._engine) as connection:
            save_found(connection, repositories, self._read_clock())
            if next_cursor is None:
                moved = connection.execute(sa.delete(search_slices).where(*ours))
            else:
                move = sa.update(search_slices).where(*ours).values(cursor=next_cursor)
                moved = connection.execute(move)
            if moved.rowcount:
                connection.execute(count.values(found=searches.c.found + len(repositories)))

    def end_search(self, search_id: int) -> None:
        """Forget a search that was read to its end: asked again, it begins anew."""
        with begin_write(self._engine) as connection:
            connection.execute(sa.delete(searches).where(searches.c.id == search_id))


def _fetch_search(connection: sa.Connection, query: str) -> SearchRecord | None:
    row = connection.execute(sa.select(searches).where(searches.c.query == query)).one_or_none()
    if row is None:
        return None
    slices = connection.execute(
        sa.select(
            search_slices.c.id,
            search_slices.c.least_stars,
            search_slices.c.most_stars,
            search_slices.c.created_from,
            search_slices.c.created_to,
            search_slices.c.cursor,
        )
        .where(search_slices.c.search_id == row.id)
        # The most stars first: what is cut off by `--most` is what has the fewest.
        .order_by(
            sa.func.coalesce(search_slices.c.most_stars, 2**31 - 1).desc(), search_slices.c.id
        )
    )
    return SearchRecord(
        row.id, row.query, row.found, row.expected, tuple(SearchSlice(*each) for each in slices)
    )


def _insert_slices(
    connection: sa.Connection, search_id: int, slices: Iterable[SearchSlice]
) -> None:
    rows = [{**asdict(part), "search_id": search_id} for part in slices]
    for row in rows:
        del row["id"]
    connection.execute(sa.insert(search_slices), rows)
