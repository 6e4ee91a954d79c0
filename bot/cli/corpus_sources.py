"""Where repositories are found: by a search, in an organisation, or in a list of names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from bot.adapters.github.repository_search import (
    BATCH,
    MOST_SHOWN,
    NOT_MET,
    FoundPage,
    RepositorySearch,
)
from bot.cli.inputs import WrongUseError, open_input
from bot.corpus.corpus_records import SearchSlice
from bot.corpus.search_slices import describe_slice, read_query, split_slice
from bot.text.terminal_text import strip_control

LIST_BYTES = 10_000_000
_NAME = re.compile(r"(?:https?://github\.com/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?")
Note = Callable[[str], None]


class Source(Protocol):
    """A list of repositories. `key` names it in the database, `whole` is all of it."""

    key: str
    whole: SearchSlice

    def fetch(self, part: SearchSlice, size: int) -> FoundPage:
        """Fetch the next page of a part."""

    def split(self, part: SearchSlice, total: int) -> Sequence[SearchSlice]:
        """Take a part of which not all can be read in parts; none where that need not be."""


class QuerySource:
    """The repositories that a search finds."""

    def __init__(self, search: RepositorySearch, text: str, today: date, note: Note) -> None:
        self._search = search
        self._query = read_query(text)
        self._today = today
        self._note = note
        self.key = text
        self.whole = self._query.whole

    def fetch(self, part: SearchSlice, size: int) -> FoundPage:
        """Fetch the next page of a part."""
        return self._search.search(self._query.render(part), part.cursor, size)

    def split(self, part: SearchSlice, total: int) -> Sequence[SearchSlice]:
        """Take a part in two by stars, or by dates."""
        if total <= MOST_SHOWN or part.cursor:
            return ()
        parts = split_slice(part, self._today)
        if parts is None:
            self._note(
                f"GitHub shows {MOST_SHOWN:,} of {total:,} repositories "
                f"({describe_slice(part)}); the others cannot be found."
            )
        return parts or ()


class OrganisationSource:
    """The repositories of an organisation that are no forks."""

    whole = SearchSlice(0)

    def __init__(self, search: RepositorySearch, login: str) -> None:
        self._search = search
        self._login = login
        self.key = f"organisation {login.lower()}"

    def fetch(self, part: SearchSlice, size: int) -> FoundPage:
        """Fetch the next page."""
        return self._search.list_organisation(self._login, part.cursor, size)

    def split(self, _part: SearchSlice, _total: int) -> Sequence[SearchSlice]:
        """All of it can be read."""
        return ()


class ListSource:
    """The repositories that a file names. A cursor is the number of those that are read."""

    whole = SearchSlice(0)

    def __init__(self, search: RepositorySearch, names: Sequence[str], note: Note) -> None:
        self._search = search
        self._names = names
        self._note = note
        self.key = f"list {hashlib.sha256(' '.join(names).encode()).hexdigest()}"

    def fetch(self, part: SearchSlice, _size: int) -> FoundPage:
        """Fetch the next of them."""
        begin = int(part.cursor or 0)
        end = begin + BATCH
        named = self._search.fetch_named(self._names[begin:end])
        for name in named.unknown:
            self._note(f"GitHub knows no repository {name}, or the token may not see it.")
        total = len(self._names)
        return FoundPage(named.repositories, total, str(end) if end < total else None, NOT_MET)

    def split(self, _part: SearchSlice, _total: int) -> Sequence[SearchSlice]:
        """All of it can be read."""
        return ()


def read_names(file: Path) -> tuple[str, ...]:
    """Read owner/name from the lines of a file, once each. Raises WrongUseError."""
    with open_input(str(file), "list") as opened:
        text = opened.read(LIST_BYTES).decode("utf-8-sig", "replace")
    names: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        match = _NAME.fullmatch(word)
        if word and match is None:
            shown = strip_control(word)[:60]
            raise WrongUseError(f"Line {number} of {file} is no owner/name: {shown}")
        if match:
            names.setdefault(match[1].lower(), match[1])
    if not names:
        raise WrongUseError(f"{file} names no repository: write owner/name, one a line.")
    return tuple(names.values())
