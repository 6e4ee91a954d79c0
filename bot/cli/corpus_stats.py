"""`greenlit corpus stats`: what the corpus has, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.corpus.engine import CorpusUnavailable
from bot.cli.terminal import open_console, print_sentences
from bot.corpus.corpus_totals import CorpusTotals, RepositoryTotals, add_up_corpus
from bot.settings import CorpusSettings
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control

DONE, NONE_YET = 0, 1
SHOWN = 30  # repositories; --json has all
COLUMNS = ("files", "lines", "words", "characters", "dropped")


def print_corpus_stats(
    console: Console,
    settings: CorpusSettings,
    as_json: bool,  # noqa: FBT001 - as the command line has it
) -> int:
    """Print what the corpus has. Return 1 where there is nothing yet."""
    try:
        with open_corpus_database(settings.corpus_url) as database:
            totals = add_up_corpus(database.fetch_repositories(), database.fetch_totals())
    except CorpusUnavailable as error:
        print_sentences(open_console(stderr=True), str(error))
        return NONE_YET
    if as_json:
        sys.stdout.write(json.dumps(_make_document(totals), ensure_ascii=False, indent=2) + "\n")
    elif totals.repositories:
        _print_totals(console, totals)
    else:
        print_sentences(open_console(stderr=True), _explain_empty(totals.not_cloned))
    return DONE if totals.repositories else NONE_YET


def _explain_empty(not_cloned: int) -> str:
    if not not_cloned:
        return "There is no corpus yet. Make one of repositories: greenlit corpus clone PATH"
    count = count_noun(not_cloned, "repository", "repositories")
    return f"The corpus is empty; {count} found. Next: greenlit corpus clone"


def _make_document(totals: CorpusTotals) -> dict[str, object]:
    return {
        "repositories": [asdict(each) for each in totals.repositories],
        "together": asdict(totals.together),
        "copies": totals.copies,
        "licences": totals.licences,
        "not_cloned": totals.not_cloned,
        "refused": list(totals.refused),
    }


def _print_totals(console: Console, totals: CorpusTotals) -> None:
    table = Table("repository", box=None, pad_edge=False, header_style="bold")
    table.columns[0].overflow = "fold"
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for each in totals.repositories[:SHOWN]:
        table.add_row(*_make_row(each))
    table.add_section()
    table.add_row(*_make_row(totals.together), style="bold")
    console.print(table)
    if more := totals.repositories[SHOWN:]:
        console.print(
            f"{count_noun(len(more), 'smaller repository', 'smaller repositories')}"
            " in `all` are not shown; --json has each."
        )
    console.print()
    for line in _list_sentences(totals):
        print_sentences(console, line)


def _make_row(each: RepositoryTotals) -> tuple[str, ...]:
    numbers = (each.files, each.lines, each.words, each.characters, sum(each.dropped.values()))
    return (strip_control(each.name), *(f"{number:,}" for number in numbers))


def _list_sentences(totals: CorpusTotals) -> list[Text]:
    lines = [
        ("Dropped", _list_counts(totals.together.dropped) or "nothing"),
        ("Licences", _list_counts(totals.licences)),
    ]
    if totals.not_cloned:
        lines.append(("Not cloned yet", f"{totals.not_cloned:,}"))
    if totals.refused:
        lines.append(("Refused for their licences", f"{len(totals.refused):,}"))
    return [Text.assemble((f"{head}: ", "bold"), strip_control(body)) for head, body in lines]


def _list_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
