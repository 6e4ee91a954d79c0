"""`greenlit corpus clone`: bring repositories into the corpus, one after the other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import typer
from rich.console import Console

from bot.adapters.betterleaks import WORDS, Betterleaks, is_available
from bot.adapters.corpus.build_errors import CorpusBusyError
from bot.adapters.corpus.corpus_builder import BuildRules, CorpusBuilder
from bot.adapters.corpus.corpus_database import CorpusDatabase, open_corpus_database
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.adapters.corpus.corpus_targets import CorpusTargets, UnknownTargetError
from bot.adapters.corpus.engine import CorpusUnavailable
from bot.adapters.corpus.repository_sources import RemoteAccess
from bot.cli.command_line import WRONG_USE
from bot.cli.corpus_progress import show_corpus_progress
from bot.cli.corpus_run import DONE, NOT_ALL, CorpusRun
from bot.cli.terminal import open_console, print_sentences
from bot.settings import CorpusSettings
from bot.text.amounts import count_noun
from bot.values.github_address import GITHUB_API_URL

DIGIT = re.compile(r"\d")
GB = 1_000_000_000


def clone_corpus(
    console: Console,
    settings: CorpusSettings,
    repositories: list[str],
    most_gb: float | None,
    licences: str | None,
) -> int:
    """Bring the repositories into the corpus; without any, all that were found, and the mirrors."""
    rules = BuildRules(
        find_secrets,
        None if licences is None else _parse_licences(licences),
        None if most_gb is None else _parse_room(most_gb),
    )
    folder = CorpusFolder(settings.home)
    try:
        folder.make()
        with open_corpus_database(settings.corpus_url) as database, folder.lock():
            targets = CorpusTargets(folder, database, make_access(settings))
            return _clone_targets(console, targets, rules, repositories)
    except UnknownTargetError as unknown:
        print_sentences(open_console(stderr=True), str(unknown))
        return WRONG_USE
    except (CorpusUnavailable, CorpusBusyError) as error:
        print_sentences(open_console(stderr=True), str(error))
        return NOT_ALL


def _clone_targets(
    console: Console, targets: CorpusTargets, rules: BuildRules, wanted: list[str]
) -> int:
    records = targets.choose(wanted) if wanted else targets.choose_all()
    folder, database, access = targets.folder, targets.database, targets.access
    if not records:
        return _print_nothing(console, database)
    with show_corpus_progress(open_console(stderr=True), len(records)) as progress:
        builder = CorpusBuilder(folder, database, access, rules, progress)
        run = CorpusRun(console, database, builder, progress)
        return run.build_all(records, is_named=bool(wanted))


def make_access(settings: CorpusSettings) -> RemoteAccess:
    """Tell where GitHub's repositories are cloned from, by the address of its API."""
    api_url = settings.github_api_url or GITHUB_API_URL
    web_url = re.sub(r"/api(?:/v3)?/?$|/$", "", api_url).replace("//api.github.com", "//github.com")
    token = settings.github_token
    return RemoteAccess(web_url, token.get_secret_value() if token else "")


def find_secrets(text: str) -> list[str]:
    """Find secrets in the lines that may hold one, by the rules that the bot's own gate has."""
    if not is_available():
        return []
    suspects = "\n".join(_list_suspect_lines(text))
    return [leak.secret for leak in Betterleaks().find(suspects)]


def _list_suspect_lines(text: str) -> Iterator[str]:
    """List the lines with a word that is long and has a digit, each once; no other has a secret."""
    end = -1
    for word in WORDS.finditer(text):
        if word.start() > end and DIGIT.search(word[0]):
            start = text.rfind("\n", 0, word.start()) + 1
            end = text.find("\n", word.end())
            if end < 0:
                end = len(text)
            yield text[start:end]


def _parse_room(most_gb: float) -> int:
    if not math.isfinite(most_gb):
        raise typer.BadParameter("Give --most-gb a number, such as 20 or 0.5.")
    return int(most_gb * GB)


def _parse_licences(text: str) -> tuple[str, ...]:
    names = tuple(filter(None, re.split(r"[,\s]+", text)))
    if not names:
        raise typer.BadParameter("Name licences as SPDX does: --licences MIT,Apache-2.0")
    return names


def _print_nothing(console: Console, database: CorpusDatabase) -> int:
    count = database.count_repositories()
    if count:
        repositories = count_noun(count, "repository", "repositories")
        print_sentences(console, f"All that is known is in the corpus already: {repositories}.")
        return DONE
    text = (
        "There is nothing to clone yet: name repositories or folders, or find some: "
        "greenlit corpus find"
    )
    print_sentences(open_console(stderr=True), text)
    return NOT_ALL
