"""The commands of `greenlit corpus`; their code is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import WRONG_USE, CommandLine
from bot.cli.learn_extra import import_learning_command
from bot.cli.terminal import open_console
from bot.settings import CorpusSettings, load_settings

Query = Annotated[
    str,
    typer.Argument(
        metavar="QUERY",
        help="A search as on GitHub's page; language:Python stars:>1000 where nothing is given",
        show_default=False,
    ),
]
Organisation = Annotated[
    str, typer.Option(metavar="NAME", help="All repositories of an organisation but forks")
]
NamesFile = Annotated[
    Path | None,
    typer.Option("--list", metavar="FILE", help="The repositories in a file, owner/name a line"),
]
MostFound = Annotated[int | None, typer.Option(min=1, metavar="N", help="The most that are found")]
ToClone = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Git repositories here, or owner/name; without any, all found and the mirrors",
        show_default=False,
    ),
]
MostGigabytes = Annotated[
    float | None,
    typer.Option("--most-gb", min=0, metavar="N", help="The most room that the corpus may take"),
]
Licences = Annotated[
    str | None,
    typer.Option(metavar="LIST", help="Only these, as SPDX names them: MIT,Apache-2.0"),
]

corpus = typer.Typer(cls=CommandLine, rich_markup_mode=None)


@corpus.callback(invoke_without_command=True)
def begin_corpus(context: typer.Context) -> int:
    """Gather the repositories that completion is learnt from."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return WRONG_USE
    return 0


@corpus.command()
def find(
    query: Query = "",
    organisation: Organisation = "",
    names: NamesFile = None,
    most: MostFound = None,
) -> None:
    """Find repositories on GitHub, and keep what it tells of them.

    A search goes on where it was stopped. Needs a token in GH_TOKEN: one that may read public
    repositories is enough. Exits 0 when all are found, 1 when GitHub does not answer or limits
    for long, 2 for wrong use.
    """
    command = import_learning_command("corpus_find")
    wanted = command.WantedRepositories(query, organisation, names, most)
    settings = load_settings(CorpusSettings)
    raise typer.Exit(command.find_repositories(open_console(), settings, wanted))


@corpus.command()
def clone(
    repositories: ToClone = None,
    most_gb: MostGigabytes = None,
    licences: Licences = None,
) -> None:
    """Clone repositories, and keep of their source what is worth learning.

    Dropped are copies, what was generated or minified, other people's code, and files with secrets.
    It goes on where it was stopped. Exits 0 when all are there, 1 when some are not, 2 for wrong
    use.
    """
    command = import_learning_command("corpus_clone")
    settings = load_settings(CorpusSettings)
    raise typer.Exit(
        command.clone_corpus(open_console(), settings, repositories or [], most_gb, licences)
    )


@corpus.command()
def stats(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON")] = False,
) -> None:
    """Count the files, lines, words and characters of the corpus."""
    command = import_learning_command("corpus_stats")
    settings = load_settings(CorpusSettings)
    raise typer.Exit(command.print_corpus_stats(open_console(), settings, as_json))
