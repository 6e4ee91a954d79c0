"""The commands of `greenlit` and what each can be given; their code is imported when they run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.command_line import CONTEXT, WRONG_USE, CommandLine
from bot.cli.progress import show_progress
from bot.cli.refactor_commands import refactor
from bot.cli.terminal import open_console, print_sentences
from bot.settings import (
    GateSettings,
    ModelSettings,
    SearchSettings,
    Settings,
    SettingsError,
    find_env_file,
    list_unknown_settings,
    load_settings,
)
from bot.steps.repo_config import render_schema

CACHE = Path("~/.cache/greenlit")
EXIT_CODES = (
    "Exit codes: 0 done; 1 the answer is no (findings, refused, not solved: each command's help "
    "says when); 2 wrong use, told in words; 3 a fault of Greenlit's own; 130 stopped by Ctrl-C."
)

app = typer.Typer(
    cls=CommandLine,
    context_settings=CONTEXT,
    epilog=EXIT_CODES,
    rich_markup_mode=None,  # plain help reads well at any width and through a pipe
    pretty_exceptions_enable=False,
)


def _parse_count(least: int, most: int) -> Callable[[str | int], int]:
    def parse(given: str | int) -> int:
        text = str(given)
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise typer.BadParameter(f"give a whole number from {least:,} to {most:,}.")
        return int(text)

    return parse


EnvFile = Annotated[
    Path | None,
    typer.Option(help="A file with settings; without it, the file .env in GREENLIT_HOME"),
]
Repository = Annotated[Path, typer.Option(help="Any git repository on this machine, bare or not")]
Cache = Annotated[Path, typer.Option(help="Where to remember what was learned of the code")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs")]


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        sys.stdout.write(f"greenlit {version('greenlit')}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> int:
    """Greenlit: a labelled issue becomes a pull request that is already green."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return WRONG_USE
    return 0


@app.command()
def demo(
    live: Annotated[
        bool, typer.Option("--live", help="Use Claude itself; needs ANTHROPIC_API_KEY")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Where its files go; a new temporary folder by default")
    ] = None,
    stay: Annotated[
        bool,
        typer.Option(
            help="At the end, keep the page and the pull request up until Ctrl-C. "
            "Without a terminal it always ends by itself",
            show_default=False,
        ),
    ] = True,
) -> None:
    """Watch an issue become a green pull request on this machine.

    Nothing to set, nothing to sign up for. Exits 0 when the pull request is green, 1 when not, 2
    for wrong use.
    """
    try:
        command = _import_command("demo")
    except ModuleNotFoundError as missing:
        text = f"The demo needs {missing.name}, which is not installed: install greenlit[demo]."
        print_sentences(open_console(stderr=True), text)
        raise typer.Exit(WRONG_USE) from None
    options = command.DemoOptions(live, keep, stay)
    raise typer.Exit(command.play_demo(open_console(), options))


@app.command()
def doctor(env_file: EnvFile = None) -> None:
    """Look over settings, git, the App and the models.

    Says what is missing and how to mend it. Exits 0 when all is well, 1 when not.
    """
    given = {"_env_file": _choose_env_file(env_file)}
    raise typer.Exit(_import_command("doctor").run_doctor(open_console(), given))


@app.command()
def serve(env_file: EnvFile = None) -> None:
    """Listen to GitHub and work.

    Settings are GREENLIT_* variables, or lines of a .env file. Ctrl-C ends it, with exit code 0;
    runs under way go on at the next start. Exits 1 when it cannot start, 2 when settings are wrong.
    """
    path = _choose_env_file(env_file)
    unknown = list_unknown_settings(_env_file=path)
    try:
        settings = load_settings(Settings, _env_file=path)
    except SettingsError as wrong:
        _import_command("first_steps").print_first_steps(open_console(stderr=True), wrong, path)
        raise typer.Exit(WRONG_USE) from None
    raise typer.Exit(_import_command("serve").serve(settings, unknown))


@app.command()
def solve(
    repo: Annotated[
        Path,
        typer.Option(help="A git repository on this machine; the tip of its branch is the base"),
    ],
    issue: Annotated[
        str,
        typer.Option(
            help="A file with the request, its first line the title; - for standard input"
        ),
    ],
    apply: Annotated[
        bool, typer.Option("--apply", help="Write the change into the folder")
    ] = False,
) -> None:
    """Plan and write a change in a folder, without GitHub.

    Shows the plan, then the diff on standard output. Needs ANTHROPIC_API_KEY. Exits 0 when the
    change is made, 1 when not, 2 for wrong use.
    """
    command = _import_command("solve")
    task = command.LocalTask(repo, issue, apply)
    console = open_console(stderr=True)
    raise typer.Exit(command.solve_task(console, lambda: load_settings(ModelSettings), task))


@app.command()
def explain(
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LOG...", help="Logs of CI; standard input when there is none, or for -"
        ),
    ] = None,
    repo: Annotated[
        Path | None,
        typer.Option(help="The git repository that the log is of, at the commit it ran on"),
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help="A list of the repository's files instead, one a line")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a CI log: what failed, where, why, and what to do.

    Exits 0 when it was read, whatever it says, and 2 for wrong use.
    """
    command = _import_command("explain")
    raise typer.Exit(command.explain_logs(open_console(), logs or [], repo, files, as_json=as_json))


@app.command()
def check(
    repo: Annotated[Path, typer.Option(help="A git work tree on this machine")] = Path(),
    base: Annotated[
        str | None, typer.Option(help="Compare with this commit; else with where the branch began")
    ] = None,
    as_json: Json = False,
    sarif: Annotated[
        bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code hosts")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Advice counts too")] = False,
) -> None:
    """Judge a local change as the bot judges its own.

    Syntax, lint, secrets, policy, tests; committed or not. Exits 0 when nothing keeps the change
    back, 1 when something does, 2 for wrong use.
    """
    if as_json and sarif:
        raise typer.BadParameter("choose one of --json and --sarif.")
    command = _import_command("check")
    form = "page"
    if as_json or sarif:
        form = "json" if as_json else "sarif"
    options = command.CheckOptions(base, form, strict)
    console = open_console(stderr=form != "page")
    raise typer.Exit(command.check_folder(console, load_settings(GateSettings), repo, options))


@app.command()
def locate(
    request: Annotated[
        str, typer.Argument(metavar="FILE", help="The request; standard input without it, or for -")
    ] = "-",
    repo: Repository = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it; no work tree is touched")] = "HEAD",
    top: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=_parse_count(1, 200),
            help="How many files, definitions and tests, at most 200",
        ),
    ] = 20,
    as_json: Json = False,
    cache: Cache = CACHE,
) -> None:
    """Find the code that a request is about, with the reasons.

    Exits 0 when something is found, 1 when nothing is, 2 for wrong use.
    """
    command = _import_command("locate")
    settings = load_settings(SearchSettings)
    embedder = None
    if settings.embeddings:
        embedder = import_module("bot.adapters.embeddings").open_embedder(
            *settings.embeddings_source
        )
    source = command.CommitSource(repo, rev, cache)
    raise typer.Exit(
        command.print_locations(source, request, top, as_json=as_json, embedder=embedder)
    )


@app.command(name="map")
def print_map(
    repo: Repository = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it")] = "HEAD",
    tokens: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=_parse_count(100, 200_000),
            help="How much of it, in a model's tokens",
        ),
    ] = 2_000,
    cache: Cache = CACHE,
) -> None:
    """Print a repository's layout and its most telling signatures.

    The same text for the same commit. Exits 0, or 1 when nothing in it can be read, or 2 for wrong
    use.
    """
    command = _import_command("locate")
    raise typer.Exit(command.print_repo_map(command.CommitSource(repo, rev, cache), tokens))


@app.command()
def apply(
    edit: Annotated[
        str,
        typer.Argument(
            metavar="EDIT", help="A file with the edit; standard input without it, or for -"
        ),
    ] = "-",
    root: Annotated[
        Path, typer.Option(help="The folder that the edit's paths start from")
    ] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether it fits; write nothing")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an edit as models write it: all of it or nothing.

    Unified diffs and SEARCH/REPLACE blocks. Exits 0 when it is made (with --check: when it fits),
    1 when it is refused, 2 for wrong use.
    """
    raise typer.Exit(_import_command("apply").apply_edit(edit, root, check=check, as_json=as_json))


app.add_typer(refactor, name="refactor")


@app.command()
def merge(
    base: Annotated[Path, typer.Argument(help="The file as it was when the two sides parted")],
    ours: Annotated[Path, typer.Argument(help="The file on our side")],
    theirs: Annotated[Path, typer.Argument(help="The file on the side that is merged in")],
    path: Annotated[
        str, typer.Option(help="The file's name in the repository; it tells the language")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="Where to write the result; standard output by default")
    ] = None,
) -> None:
    """Merge three versions of a file, where conflicts leave no doubt.

    Exits 0 when nothing is left to solve and 1 when conflicts are, which stand between git's
    markers.
    """
    files = (base, ours, theirs)
    command = _import_command("merge")
    raise typer.Exit(command.merge_paths(path or ours.name, files, output))


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of .github/greenlit.yml."""
    sys.stdout.write(render_schema())


def _import_command(name: str) -> Any:
    """Import a command when it is run: the engine and Claude's library take seconds."""
    with show_progress("Starting"):
        return import_module(f"bot.cli.{name}")


def _choose_env_file(named: Path | None) -> Path:
    """Take the .env file that was named, else the one in GREENLIT_HOME; none elsewhere is read."""
    if named is not None and not named.is_file():
        raise typer.BadParameter(
            f"{named} is not a file that can be read.", param_hint="--env-file"
        )
    return named or find_env_file()
