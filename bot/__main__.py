"""The command line: what a person can type, and what it starts."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, TypeVar

import typer

from bot.cli.terminal import open_console
from bot.settings import (
    GateSettings,
    ModelSettings,
    SearchSettings,
    Settings,
    SettingsError,
    find_env_file,
    load_settings,
)
from bot.steps.repo_config import render_schema

app = typer.Typer(
    help="Greenlit: a labelled issue becomes a pull request that is already green.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
FAILED, WRONG_USE = 1, 2
CACHE = Path("~/.cache/greenlit")
S = TypeVar("S", bound=SearchSettings)
EnvFile = Annotated[
    Path | None,
    typer.Option(help="A file with settings; without it, the file .env in GREENLIT_HOME"),
]


@app.command()
def serve(env_file: EnvFile = None) -> None:
    """Listen to GitHub and work. Settings are GREENLIT_* variables, or lines of a .env file."""
    settings = _load_settings(Settings, _env_file=_choose_env_file(env_file))
    raise typer.Exit(_import_command("serve").serve(settings))


@app.command()
def demo(
    live: Annotated[
        bool, typer.Option("--live", help="Use Claude itself; needs ANTHROPIC_API_KEY")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Where its files go; a new temporary folder by default")
    ] = None,
) -> None:
    """Watch an issue become a green pull request on this machine: nothing to set, nothing to sign
    up for.
    """
    try:
        command = _import_command("demo")
    except ModuleNotFoundError as missing:
        text = f"The demo needs {missing.name}, which is not installed: install greenlit[demo]."
        open_console(stderr=True).print(text, soft_wrap=True)
        raise typer.Exit(WRONG_USE) from None
    raise typer.Exit(command.play_demo(open_console(), live=live, keep=keep))


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
    """Plan and write a change without GitHub: shows the plan and the diff."""
    console, settings = open_console(stderr=True), _load_settings(ModelSettings)
    raise typer.Exit(
        _import_command("solve").solve_request(console, settings, repo, issue, apply=apply)
    )


@app.command()
def check(
    repo: Annotated[Path, typer.Option(help="A git work tree on this machine")] = Path(),
    base: Annotated[
        str | None, typer.Option(help="Compare with this commit; else with where the branch began")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Advice counts too")] = False,
) -> None:
    """Look over a change, committed or not: syntax, lint, secrets, policy, tests. Exit 0 clean, 1
    findings.
    """
    if json and sarif:
        raise typer.BadParameter("choose one of --json and --sarif")
    part = _import_command("check")
    asked = part.CheckOptions(base, "json" if json else "sarif" if sarif else "page", strict)
    settings = _load_settings(GateSettings)
    raise typer.Exit(
        part.check_folder(open_console(stderr=asked.form != "page"), settings, repo, asked)
    )


@app.command()
def apply(
    edit: Annotated[str, typer.Argument(help="A file with the edit; - for standard input")] = "-",
    root: Annotated[
        Path, typer.Option(help="The folder that the edit's paths start from")
    ] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether it fits; write nothing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what came of it as JSON")] = False,
) -> None:
    """Make a unified diff or SEARCH/REPLACE blocks, as models write them, in a folder: all of it or
    nothing.
    """
    raise typer.Exit(_import_command("apply").apply_edit(edit, root, check=check, as_json=as_json))


refactor = typer.Typer(
    help="Change a name, or what a function is, through a whole folder.", no_args_is_help=True
)
app.add_typer(refactor, name="refactor")
Repo = Annotated[Path, typer.Option(help="The folder with the code")]
Write = Annotated[
    bool,
    typer.Option(
        "--apply", help="Write the change into the folder; without it, only the diff is shown"
    ),
]


@refactor.command()
def rename(
    old: Annotated[str, typer.Argument(help="A name, Class.method, or dotted from its module")],
    new: Annotated[str, typer.Argument(help="The new name alone")],
    repo: Repo = Path(),
    apply: Write = False,
    guess: Annotated[
        bool, typer.Option("--guess", help="Take attributes of unknown objects for it too")
    ] = False,
) -> None:
    """Rename a function, class, method, variable or module with all that names it."""
    act = import_module("bot.refactor").rename_symbol
    raise typer.Exit(
        _import_command("refactor").refactor_folder(
            repo, lambda files: act(files, old, new, guess=guess), apply=apply
        )
    )


@refactor.command(name="async")
def asynchronous(
    name: Annotated[
        str, typer.Argument(help="A function or Class.method, or dotted from its module")
    ],
    repo: Repo = Path(),
    apply: Write = False,
) -> None:
    """Make a function asynchronous, with every caller that must await it."""
    act = import_module("bot.refactor").make_async
    raise typer.Exit(
        _import_command("refactor").refactor_folder(
            repo, lambda files: act(files, name), apply=apply
        )
    )


@refactor.command()
def move(
    name: Annotated[str, typer.Argument(help="A function or class, or dotted from its module")],
    to: Annotated[
        str, typer.Argument(help="The module to move it to, dotted or a path; it may be new")
    ],
    repo: Repo = Path(),
    apply: Write = False,
) -> None:
    """Move a function or class to another module, with its imports and those of it."""
    act = import_module("bot.refactor").move_symbol
    raise typer.Exit(
        _import_command("refactor").refactor_folder(
            repo, lambda files: act(files, name, to), apply=apply
        )
    )


@app.command()
def explain(
    logs: Annotated[
        list[str] | None,
        typer.Argument(help="Logs of CI; standard input when there is none, or for -"),
    ] = None,
    repo: Annotated[
        Path | None,
        typer.Option(help="The git repository that the log is of, at the commit it ran on"),
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help="A list of the repository's files instead, one a line")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="For programs: all failures, as JSON")
    ] = False,
) -> None:
    """Read a CI log: what failed, where, with which error, and what to do about it."""
    raise typer.Exit(
        _import_command("explain").explain_logs(
            open_console(), logs or [], repo, files, as_json=json
        )
    )


@app.command()
def locate(
    request: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The request; - for standard input")
    ] = "-",
    repo: Annotated[
        Path, typer.Option(help="Any git repository on this machine, bare or not")
    ] = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it; no work tree is touched")] = "HEAD",
    top: Annotated[
        int, typer.Option(min=1, max=200, help="How many files, definitions and tests")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,
    cache: Annotated[
        Path, typer.Option(help="Where to remember what was learned of the code")
    ] = CACHE,
) -> None:
    """Find the files, definitions and tests that a request is about, with the reasons."""
    settings = _load_settings(SearchSettings)
    meaning = (
        import_module("bot.adapters.embeddings").embedder(*settings.embeddings_source)
        if settings.embeddings
        else None
    )
    part = _import_command("locate")
    raise typer.Exit(
        part.print_locations(
            part.CommitSource(repo, rev, cache), request, top, as_json=as_json, embedder=meaning
        )
    )


@app.command(name="map")
def print_map(
    repo: Annotated[
        Path, typer.Option(help="Any git repository on this machine, bare or not")
    ] = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it")] = "HEAD",
    tokens: Annotated[
        int, typer.Option(min=100, max=200_000, help="How much of it, in a model's tokens")
    ] = 2_000,
    cache: Annotated[
        Path, typer.Option(help="Where to remember what was learned of the code")
    ] = CACHE,
) -> None:
    """Print a repository's layout and its most telling signatures, the same for the same commit."""
    part = _import_command("locate")
    raise typer.Exit(part.print_repo_map(part.CommitSource(repo, rev, cache), tokens))


@app.command()
def doctor(env_file: EnvFile = None) -> None:
    """Look over settings, git, the App and the models; say what is missing and how to fix it."""
    given = {"_env_file": _choose_env_file(env_file)}
    raise typer.Exit(_import_command("doctor").run_doctor(open_console(), given))


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of .github/greenlit.yml."""
    sys.stdout.write(render_schema())


def _import_command(name: str) -> Any:
    """Import a command when it is run: the engine and Claude's library take seconds."""
    return import_module(f"bot.cli.{name}")


def _choose_env_file(named: Path | None) -> Path:
    """Take the .env file that was named, else the one in GREENLIT_HOME; none elsewhere is read."""
    if named is not None and not named.is_file():
        raise typer.BadParameter(f"{named} is not a file that can be read", param_hint="--env-file")
    return named or find_env_file()


def _load_settings(kind: type[S], **given: object) -> S:
    try:
        return load_settings(kind, **given)
    except SettingsError as wrong:
        open_console(stderr=True).print(f"Some settings are missing or wrong.\n{wrong}")
        raise typer.Exit(WRONG_USE) from None


def main() -> None:
    """Run a command. A bug is told in words, and its traceback kept in a file for a report."""
    try:
        app()
    except Exception as fault:  # noqa: BLE001 - the root
        with NamedTemporaryFile("w", prefix="greenlit-fault-", suffix=".txt", delete=False) as kept:
            traceback.print_exception(fault, file=kept)
        fault_name = type(fault).__name__
        text = f"A fault of Greenlit's own, not of yours: {fault_name}. Please report {kept.name}."
        open_console(stderr=True).print(text, soft_wrap=True)
        raise SystemExit(FAILED) from None


if __name__ == "__main__":
    main()
