"""The commands that do a part of a run alone, by hand; their code is imported when they run."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.command_line import import_command
from bot.cli.terminal import open_console
from bot.settings import GateSettings, SandboxSettings, SearchSettings, load_settings

CACHE = Path("~/.cache/greenlit")


def _parse_count(least: int, most: int) -> Callable[[str | int], int]:
    def parse(given: str | int) -> int:
        text = str(given)
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise typer.BadParameter(f"give a whole number from {least:,} to {most:,}.")
        return int(text)

    return parse


Repository = Annotated[Path, typer.Option(help="Any git repository on this machine, bare or not")]
Cache = Annotated[Path, typer.Option(help="Where to remember what was learned of the code")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs")]


def explain(
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LOG...",
            help="Logs of CI, reports of tests, zip files of them, or the address of a run; "
            "standard input when there is none, or for -",
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
    command = import_command("explain")
    raise typer.Exit(command.explain_logs(open_console(), logs or [], repo, files, as_json=as_json))


def check(
    repo: Annotated[Path, typer.Option(help="A git work tree on this machine")] = Path(),
    base: Annotated[
        str | None, typer.Option(help="Compare with this commit; else with where the branch began")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="Tell lines that a repository in this folder has word for word"),
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
    form = _choose_form(as_json=as_json, sarif=sarif)
    command = import_command("check")
    others = command.OtherRepositories(against, CACHE) if against else None
    options = command.CheckOptions(base, form, strict, others)
    console = open_console(stderr=form != "page")
    raise typer.Exit(command.check_folder(console, load_settings(GateSettings), repo, options))


def _choose_form(*, as_json: bool, sarif: bool) -> str:
    if as_json and sarif:
        raise typer.BadParameter("choose one of --json and --sarif.")
    if as_json:
        return "json"
    return "sarif" if sarif else "page"


def list_checks(
    repo: Repository = Path(),
    as_json: Json = False,
    cache: Cache = CACHE,
) -> None:
    """Show which checks a repository has, and why.

    Tests, linters, types and builds, with the set-up that they need; found in its configuration,
    its workflows or its manifests. Nothing of it is run. Exits 0 when one can run here, 1 when none
    can, 2 for wrong use.
    """
    command, folder = import_command("list_checks"), import_command("checked_folder")
    open_sandbox = folder.open_local_sandbox(load_settings(SandboxSettings), cache)
    raise typer.Exit(command.list_checks(open_console(), open_sandbox, repo, as_json=as_json))


def run_checks(
    check: Annotated[
        str,
        typer.Argument(metavar="CHECK", help="Its name or kind, or all; the tests by default"),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Files or tests to run in place of all, behind --"),
    ] = None,
    repo: Repository = Path(),
    log: Annotated[
        bool, typer.Option("--log", help="Print all that it printed, not only what failed")
    ] = False,
    cache: Cache = CACHE,
) -> None:
    """Run a repository's checks in the sandbox.

    On the files as they lie there, committed or not; without network, secrets or other files.
    Exits 0 when all passed, 1 when one failed, 2 when one cannot run, and for wrong use.
    """
    command, folder = import_command("run_locally"), import_command("checked_folder")
    open_sandbox = folder.open_local_sandbox(load_settings(SandboxSettings), cache)
    options = command.RunOptions(check, tuple(only or ()), log)
    raise typer.Exit(command.run_checks(open_console(), open_sandbox, repo, options))


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
    command = import_command("locate")
    embedder = _open_embedder(load_settings(SearchSettings))
    source = command.CommitSource(repo, rev, cache)
    raise typer.Exit(
        command.print_locations(source, request, top, as_json=as_json, embedder=embedder)
    )


def _open_embedder(settings: SearchSettings) -> Any:
    if not settings.embeddings:
        return None
    adapter = import_module("bot.adapters.embeddings")
    return adapter.open_embedder(*settings.embeddings_source)


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
    command = import_command("locate")
    raise typer.Exit(command.print_repo_map(command.CommitSource(repo, rev, cache), tokens))


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
    raise typer.Exit(import_command("apply").apply_edit(edit, root, check=check, as_json=as_json))


def merge(
    base: Annotated[
        Path,
        typer.Argument(metavar="BASE", help="The file as it was when the two sides parted"),
    ],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="The file on our side")],
    theirs: Annotated[
        Path, typer.Argument(metavar="THEIRS", help="The file on the side that is merged in")
    ],
    path: Annotated[
        str, typer.Option(help="The file's name in the repository; it tells the language")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="Where to write the result; standard output by default")
    ] = None,
) -> None:
    """Merge three versions of a file, where conflicts leave no doubt.

    Exits 0 when nothing is left to solve, 1 when conflicts are, which stand between git's markers,
    and 2 for wrong use.
    """
    files = (base, ours, theirs)
    command = import_command("merge")
    raise typer.Exit(command.merge_paths(path or ours.name, files, output))
