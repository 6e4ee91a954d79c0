"""Here lives the command line: what a person can type, and what it starts."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, TypeVar

import typer

from bot.config import schema
from bot.locate import Place, located, mapped
from bot.settings import ModelSettings, Settings, SettingsError, load
from bot.terminal import terminal

app = typer.Typer(
    help="Greenlit: a labelled issue becomes a pull request that is already green.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
FAILED, WRONG_USE = 1, 2
CACHE = Path("~/.cache/greenlit")
S = TypeVar("S", bound=ModelSettings)


@app.command()
def serve() -> None:
    """Listen to GitHub and work. Settings come from GREENLIT_* variables or a .env file."""
    from bot import serve as serving  # noqa: PLC0415 - seconds that `locate` need not wait for

    raise typer.Exit(serving.serve(_settings(Settings)))


@app.command()
def demo(
    live: Annotated[bool, typer.Option("--live", help="Use Claude itself; needs ANTHROPIC_API_KEY")] = False,  # noqa: FBT002 - typer's way
    keep: Annotated[Path | None, typer.Option(help="Where its files go; a new temporary folder by default")] = None,
) -> None:
    """Watch an issue become a green pull request on this machine: nothing to set, nothing to sign up for."""
    from bot.demo import show  # noqa: PLC0415 - seconds that `locate` need not wait for

    raise typer.Exit(show(terminal(), live=live, keep=keep))


@app.command()
def solve(
    repo: Annotated[Path, typer.Option(help="A git repository on this machine; the tip of its branch is the base")],
    issue: Annotated[str, typer.Option(help="A file with the request, its first line the title; - for standard input")],
    apply: Annotated[bool, typer.Option("--apply", help="Write the change into the folder")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Plan and write a change without GitHub: shows the plan and the diff."""
    from bot.solve import solved  # noqa: PLC0415 - seconds that `locate` need not wait for

    raise typer.Exit(solved(terminal(stderr=True), _settings(ModelSettings), repo, issue, apply=apply))


@app.command()
def locate(
    request: Annotated[str, typer.Argument(metavar="[FILE]", help="The request; - for standard input")] = "-",
    repo: Annotated[Path, typer.Option(help="Any git repository on this machine, bare or not")] = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it; no work tree is touched")] = "HEAD",
    top: Annotated[int, typer.Option(min=1, max=200, help="How many files, definitions and tests")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False,  # noqa: FBT002 - typer's way
    cache: Annotated[Path, typer.Option(help="Where to remember what was learned of the code")] = CACHE,
) -> None:
    """Find the files, definitions and tests that a request is about, best first, with the reasons."""
    raise typer.Exit(located(Place(repo, rev, cache), request, top, as_json=as_json))


@app.command(name="map")
def print_map(
    repo: Annotated[Path, typer.Option(help="Any git repository on this machine, bare or not")] = Path(),
    rev: Annotated[str, typer.Option(help="Any commit of it")] = "HEAD",
    tokens: Annotated[int, typer.Option(min=100, max=200_000, help="How much of it, in a model's tokens")] = 2_000,
    cache: Annotated[Path, typer.Option(help="Where to remember what was learned of the code")] = CACHE,
) -> None:
    """Print a repository's layout and its most telling signatures, the same for the same commit."""
    raise typer.Exit(mapped(Place(repo, rev, cache), tokens))


@app.command()
def doctor() -> None:
    """Look over settings, git, the App and the models; say what is missing and how to fix it."""
    from bot.doctor import examine  # noqa: PLC0415 - seconds that `locate` need not wait for

    raise typer.Exit(examine(terminal()))


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of .github/greenlit.yml."""
    sys.stdout.write(schema())


def _settings(kind: type[S]) -> S:
    try:
        return load(kind)
    except SettingsError as wrong:
        terminal(stderr=True).print(f"Some settings are missing or wrong.\n{wrong}")
        raise typer.Exit(WRONG_USE) from None


def main() -> None:
    """The root of a command: whatever nobody foresaw is told in words, and its traceback kept for a report."""
    try:
        app()
    except Exception as fault:  # noqa: BLE001 - the root
        with NamedTemporaryFile("w", prefix="greenlit-fault-", suffix=".txt", delete=False) as kept:
            traceback.print_exception(fault, file=kept)
        words = f"A fault of Greenlit's own, not of yours: {type(fault).__name__}. Please report {kept.name}."
        terminal(stderr=True).print(words, soft_wrap=True)
        raise SystemExit(FAILED) from None


if __name__ == "__main__":
    main()
