"""Read a list of repositories to its end, within GitHub's limits, and keep how far it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.adapters.corpus.search_database import SearchDatabase
from bot.adapters.github.repository_search import NOT_MET, PAGE, PointLimit
from bot.cli.corpus_sources import Source
from bot.corpus.corpus_records import SearchRecord
from bot.ports import RateLimited, Unreachable

TRIES, LIMITED_TRIES = 4, 20
FIRST_WAIT_S = 2.0
SHORT_S = 120.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Asks again what was not answered, and waits as long as GitHub says.

    `describe` says to a person why nothing happens, before it tells how many are found.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    describe: Callable[[str], None]

    def ask(self, fetch: Callable[[int], T]) -> T:
        """Fetch with the size of a page; smaller ones after a failure: a time-out has a cause.

        Raises Unreachable after some tries.
        """
        failures = limits = 0
        while True:
            try:
                return fetch(PAGE >> failures)
            except RateLimited as limited:
                limits += 1
                if limits == LIMITED_TRIES:
                    raise
                self._wait_for_limit(limited.until)
            except Unreachable:
                failures += 1
                if failures == TRIES:
                    raise
                self._wait(FIRST_WAIT_S**failures, "No answer from GitHub, next try in")

    def keep(self, limit: PointLimit) -> None:
        """Wait until the limit begins anew if it is used up."""
        if limit.is_spent:
            self._wait_for_limit(limit.resets_at)

    def _wait_for_limit(self, until: float) -> None:
        self._wait(until - self.clock(), "GitHub's limit is reached, on in")

    def _wait(self, seconds: float, reason: str) -> None:
        seconds = max(1.0, seconds)
        span = f"{seconds:.0f} s" if seconds < SHORT_S else f"{seconds / 60:.0f} min"
        self.describe(f"{reason} {span}; found")
        self.sleep(seconds)


@dataclass(frozen=True, slots=True)
class RepositoryWalk:
    """Reads a source page by page; each is in the database before the next one is asked for."""

    searches: SearchDatabase
    patience: Patience
    report: Callable[[SearchRecord], None]

    def find_all(self, source: Source, most: int | None) -> SearchRecord:
        """Read to the end, or until so many are found; from where the last time ended.

        Raises Refusal and Unreachable; what was found by then is kept.
        """
        search = self.searches.begin_search(source.key, source.whole)
        self.report(search)
        limit = NOT_MET
        while search.slices and (most is None or search.found < most):
            self.patience.keep(limit)
            room = None if most is None else most - search.found
            limit = self._read_page(source, search, room)
            # Another process that reads the same may have ended it.
            search = self.searches.fetch_search(source.key) or replace(search, slices=())
            self.report(search)
        self.searches.end_search(search.id)
        return search

    def _read_page(self, source: Source, search: SearchRecord, room: int | None) -> PointLimit:
        part = search.slices[0]
        page = self.patience.ask(lambda size: source.fetch(part, size))
        if search.expected is None:
            self.searches.record_expected(search.id, page.total)
        if parts := source.split(part, page.total):
            self.searches.split_slice(search.id, part.id, parts)
        else:
            repositories = page.repositories[:room]
            self.searches.save_page(search.id, part, repositories, page.next_cursor)
        return page.limit
