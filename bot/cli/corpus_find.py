"""Find repositories on GitHub, and keep what it tells of them in the corpus's database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot.adapters.corpus.corpus_database import CorpusDatabase, open_corpus_database
from bot.adapters.corpus.engine import CorpusUnavailable
from bot.adapters.github.api_errors import Forbidden, NotFound, Unauthorized
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.repository_search import RepositorySearch
from bot.adapters.github.token_credential import TokenCredential
from bot.cli.command_line import STOPPED, WRONG_USE
from bot.cli.corpus_sources import (
    ListSource,
    Note,
    OrganisationSource,
    QuerySource,
    Source,
    read_names,
)
from bot.cli.corpus_walk import Patience, RepositoryWalk
from bot.cli.inputs import WrongUseError
from bot.cli.progress_bar import WorkBar, show_bar
from bot.cli.terminal import open_console, print_sentences
from bot.corpus.corpus_records import SearchRecord
from bot.corpus.search_slices import BadQuery
from bot.ports import Refusal, Unreachable
from bot.settings import CorpusSettings
from bot.text.amounts import count_noun
from bot.text.secret_values import SecretValues
from bot.values.github_address import GITHUB_API_URL

DONE, NOT_DONE = 0, 1
DEFAULT_QUERY = "language:Python stars:>1000"
TIMEOUT_S = 30
TOKENS = "https://github.com/settings/tokens"
NO_TOKEN = (
    "GitHub answers no search without a token. Set GH_TOKEN to one that may read public "
    f"repositories; it needs no scope: {TOKENS}\n"
    "Repositories of this machine need none: greenlit corpus clone PATH"
)
GOES_ON = "What was found is kept, and the same command goes on there."


@dataclass(frozen=True, slots=True)
class WantedRepositories:
    """Which repositories are to be found: one of three, or the search that is the default."""

    query: str = ""
    organisation: str = ""
    names: Path | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What time it is, and how to wait."""

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def find_repositories(
    console: Console,
    settings: CorpusSettings,
    wanted: WantedRepositories,
    clockwork: Clockwork | None = None,
) -> int:
    """Find them, with a bar, and tell how many there are. Return the exit code."""
    errors = open_console(stderr=True)
    try:
        _find(console, errors, settings, wanted, clockwork or Clockwork())
    except (WrongUseError, BadQuery, CorpusUnavailable) as wrong:
        print_sentences(errors, str(wrong))
        return WRONG_USE
    except Refusal as refused:
        print_sentences(errors, _explain_refusal(refused, wanted))
        return WRONG_USE
    except Unreachable as failure:
        print_sentences(errors, f"{str(failure).rstrip('.')}. {GOES_ON}")
        return NOT_DONE
    except _NothingFound as nothing:
        print_sentences(errors, str(nothing))
        return NOT_DONE
    except KeyboardInterrupt:
        print_sentences(errors, f"Stopped. {GOES_ON}")
        return STOPPED
    return DONE


class _NothingFound(Exception):
    """GitHub has nothing of the kind."""


def _find(
    console: Console,
    errors: Console,
    settings: CorpusSettings,
    wanted: WantedRepositories,
    clockwork: Clockwork,
) -> None:
    def note(text: str) -> None:
        print_sentences(errors, text)

    source = _choose_source(wanted, _open_search(settings, clockwork), clockwork, note)
    with open_corpus_database(settings.corpus_url, clockwork.clock) as database:
        interrupted = database.searches.fetch_search(source.key)
        if interrupted and interrupted.found:
            note(f"Going on where it was stopped: {interrupted.found:,} are found already.")
        with show_bar(errors) as bar:
            search = _walk(database, source, wanted.most, clockwork, bar)
        if not search.found:
            raise _NothingFound(_explain_nothing(wanted))
        _print_end(console, wanted, search, database.count_repositories())


def _choose_source(
    wanted: WantedRepositories, search: RepositorySearch, clockwork: Clockwork, note: Note
) -> Source:
    """Choose by what was typed. Raises WrongUseError where more than one was."""
    given = [wanted.query.strip(), wanted.organisation, wanted.names]
    if sum(map(bool, given)) > 1:
        raise WrongUseError(
            "Give one of a query, --organisation and --list. A query may name an owner too: "
            "greenlit corpus find 'org:acme language:Python'"
        )
    if wanted.names:
        return ListSource(search, read_names(wanted.names), note)
    if wanted.organisation:
        return OrganisationSource(search, wanted.organisation)
    today = datetime.fromtimestamp(clockwork.clock(), UTC).date()
    return QuerySource(search, wanted.query.strip() or DEFAULT_QUERY, today, note)


def _open_search(settings: CorpusSettings, clockwork: Clockwork) -> RepositorySearch:
    token = settings.github_token.get_secret_value() if settings.github_token else ""
    if not token:
        raise WrongUseError(NO_TOKEN)
    secrets = SecretValues()
    api_url = settings.github_api_url or GITHUB_API_URL
    return RepositorySearch(
        GitHubApi(lambda: TokenCredential(token, secrets), clockwork.clock, api_url, TIMEOUT_S)
    )


def _walk(
    database: CorpusDatabase,
    source: Source,
    most: int | None,
    clockwork: Clockwork,
    bar: WorkBar,
) -> SearchRecord:
    last = [SearchRecord(0, source.key, 0, None, ())]

    def show(doing: str) -> None:
        total = last[0].expected
        bar.update(doing, last[0].found, min(total, most) if total and most else total)

    def report(search: SearchRecord) -> None:
        last[0] = search
        show("Finding repositories")

    patience = Patience(clockwork.clock, clockwork.sleep, show)
    return RepositoryWalk(database.searches, patience, report).find_all(source, most)


def _print_end(
    console: Console, wanted: WantedRepositories, search: SearchRecord, known: int
) -> None:
    count = count_noun(search.found, "repository", "repositories")
    missing = 0 if wanted.most or wanted.names else (search.expected or 0) - search.found
    shown = f" of the {search.expected:,} that GitHub counts" if missing > 0 else ""
    print_sentences(
        console,
        f"Found {count}{shown}; the corpus knows {known:,}. Go on with: greenlit corpus clone",
    )


def _explain_refusal(refused: Refusal, wanted: WantedRepositories) -> str:
    """Say in a sentence or two why GitHub refused, and what to do."""
    match refused:
        case Unauthorized():
            return (
                "GitHub does not accept the token in GH_TOKEN: it is wrong, or its time is over. "
                f"Make another: {TOKENS}"
            )
        case NotFound() if wanted.organisation:
            return (
                f"GitHub knows no organisation {wanted.organisation}, or the token may not see it. "
                f"The repositories of a person: greenlit corpus find user:{wanted.organisation}"
            )
        case Forbidden():
            return (
                "GitHub does not let the token in GH_TOKEN search. "
                f"Make one that may read public repositories: {TOKENS}"
            )
    return str(refused)


def _explain_nothing(wanted: WantedRepositories) -> str:
    if wanted.organisation:
        return f"{wanted.organisation} has no repositories that the token may see."
    if wanted.names:
        return f"GitHub knows none of the repositories in {wanted.names}."
    return (
        f"GitHub finds nothing for {wanted.query or DEFAULT_QUERY}. "
        "Check how its qualifiers are spelt: what GitHub does not know it takes for words."
    )
