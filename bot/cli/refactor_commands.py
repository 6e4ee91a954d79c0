"""The commands of `greenlit refactor`; their code is imported when they run."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.command_line import WRONG_USE, CommandLine

refactor = typer.Typer(cls=CommandLine, rich_markup_mode=None)
Folder = Annotated[Path, typer.Option(help="The folder with the code")]
Write = Annotated[
    bool,
    typer.Option(
        "--apply", help="Write the change into the folder; without it, only the diff is shown"
    ),
]
Partial = Annotated[
    bool, typer.Option("--partial", help="With --apply: write although some places are not proved")
]


@refactor.callback(invoke_without_command=True)
def begin_run(context: typer.Context) -> int:
    """Rename, make async or move, through a whole folder.

    Each prints the diff. Exits 0 when every place is proved, 1 when some are not (nothing is
    written then, unless --partial) or it cannot be done, 2 for wrong use.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return WRONG_USE
    return 0


@refactor.command()
def rename(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A name, Class.method, or dotted from its module")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name alone")],
    repo: Folder = Path(),
    apply: Write = False,
    partial: Partial = False,
    guess: Annotated[
        bool, typer.Option("--guess", help="Take attributes of unknown objects for it too")
    ] = False,
) -> None:
    """Rename a function, class, method, parameter, variable or module everywhere.

    Each place of the name is changed, proved to be another's, or listed as not proved. The type
    checker pyrefly is asked where it is installed (pip install pyrefly).
    """
    _run(repo, ("rename", old, new, partial, guess), apply)


@refactor.command(name="async")
def asynchronous(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A function or Class.method, or dotted from its module"
        ),
    ],
    repo: Folder = Path(),
    apply: Write = False,
    partial: Partial = False,
) -> None:
    """Make a function async, and every caller that must await it.

    Where a program or a test starts, the call runs in asyncio.run. Each call is awaited, or listed
    as not proved. The type checker pyrefly is asked where it is installed.
    """
    _run(repo, ("async", name, "", partial), apply)


@refactor.command()
def move(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A function or class, or dotted from its module"),
    ],
    to: Annotated[
        str,
        typer.Argument(
            metavar="MODULE", help="The module to move it to, dotted or a path; it may be new"
        ),
    ],
    repo: Folder = Path(),
    apply: Write = False,
    partial: Partial = False,
) -> None:
    """Move a function or class to another module, with its imports.

    A move after which modules would wait for each other while they are imported is refused; what
    may mean something else there is listed as not proved.
    """
    _run(repo, ("move", name, to, partial), apply)


def _run(repo: Path, command: tuple[Any, ...], apply: bool) -> None:  # noqa: FBT001
    """Do what a comment with these words would have done, on the folder."""
    wanted = import_module("bot.refactor").RefactoringCommand(*command)
    checker = import_module("bot.adapters.pyrefly").find_pyrefly()
    act = import_module("bot.cli.refactor").refactor_folder
    raise typer.Exit(act(repo, wanted, checker, apply=apply))
