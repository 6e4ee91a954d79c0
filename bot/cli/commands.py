"""The commands of `greenlit` and what each can be given; their code is imported when they run."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import part_commands, serve_commands
from bot.cli.command_line import CONTEXT, WRONG_USE, CommandLine, FilesBehindDashes, import_command
from bot.cli.complete_commands import complete
from bot.cli.corpus_commands import corpus
from bot.cli.learn_commands import learn
from bot.cli.progress_line import show_progress
from bot.cli.refactor_commands import refactor
from bot.cli.serve_commands import EnvFile, choose_env_file
from bot.cli.terminal import open_console, print_sentences
from bot.settings import (
    SolveSettings,
    load_settings,
)

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


Wish = Annotated[
    str,
    typer.Argument(
        help="What you wish for, in a few sentences; left out to go on where a folder stood",
        show_default=False,
    ),
]


def _read_folder(typed: str) -> Path:
    """Read the name of a folder; an empty one is no word for the folder that one is in."""
    if not typed.strip():
        raise typer.BadParameter("Name the folder of the project; it may be `.`.")
    return Path(typed)


ProjectFolder = Annotated[
    Path | None,
    typer.Option(
        "--in",
        help="The folder of the project: a new one, or one begun before",
        parser=_read_folder,
        metavar="PATH",
    ),
]


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
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Show the version and exit.",
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
    sample: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="polling, async, rename or script; list says what they are"
        ),
    ] = "polling",
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
    command = _import_demo("demo")
    options = command.DemoOptions(live, keep, stay, sample=sample)
    raise typer.Exit(command.play_demo(open_console(), options))


@app.command()
def doctor(env_file: EnvFile = None) -> None:
    """Look over settings, git, the App and the models.

    Says what is missing and how to mend it. Exits 0 when all is well, 1 when not.
    """
    given = {"_env_file": choose_env_file(env_file)}
    command, console = import_command("doctor"), open_console()
    with show_progress("Looking, and asking GitHub and Claude", console):
        code = command.run_doctor(console, given)
    raise typer.Exit(code)


app.command()(serve_commands.serve)
app.command()(serve_commands.door)
app.command()(serve_commands.work)
app.command()(serve_commands.migrate)


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
    whole: Annotated[
        bool, typer.Option("--whole", help="Make one change of it, however big the request is")
    ] = False,
) -> None:
    """Plan and write a change in a folder, without GitHub.

    Shows the plan, then the diff on standard output; of a request that is too big, its parts. Needs
    ANTHROPIC_API_KEY. Exits 0 when the change is made, 1 when not, 2 for wrong use.
    """
    command = import_command("solve")
    task = command.LocalTask(repo, issue, apply, whole)
    console = open_console(stderr=True)
    raise typer.Exit(command.solve_task(console, lambda: load_settings(SolveSettings), task))


@app.command()
def fill(
    place: Annotated[
        str, typer.Argument(metavar="FILE:LINE", help="A placeholder, a blank line, or any other")
    ],
    what: Annotated[
        str, typer.Option(help="What is wanted there; without it, what the code around says")
    ] = "",
    repo: Annotated[Path, typer.Option(help="The folder with the code")] = Path(),
    write: Annotated[
        bool, typer.Option("--write", help="Write the code into the file; else only show the diff")
    ] = False,
) -> None:
    """Write the code that is missing at a line of a file.

    It takes the place of a placeholder or a blank line, else it comes behind the line; it has to
    parse there. Needs ANTHROPIC_API_KEY. Exits 0 when it fits, 1 when not, 2 for wrong use.
    """
    command = import_command("fill")
    options = command.FillOptions(repo, place, what, write)
    console = open_console(stderr=True)
    act = command.fill_marked_place
    raise typer.Exit(act(console, lambda: load_settings(SolveSettings), options))


@app.command()
def new(
    wish: Wish = "",
    folder: ProjectFolder = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the specification as it comes, without asking")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Make a sample offline: a written conversation plays Claude"),
    ] = False,
) -> None:
    """Make a project from a wish, without GitHub.

    Shows a specification to approve; then writes the files, installs, starts and tests them in the
    sandbox, and commits each step. Goes on where it stood after a crash. Needs ANTHROPIC_API_KEY.
    Exits 0 when it is made, 1 when not, 2 for wrong use.
    """
    console = open_console()
    if demo and wish:
        text = "The demo has a wish of its own: leave yours out."
        raise typer.BadParameter(text, param_hint="--demo")
    if demo:
        raise typer.Exit(_import_demo("new_demo").play_new(console, folder))
    if folder is None:
        raise typer.BadParameter("Name the folder of the project.", param_hint="--in")
    command = import_command("new")
    asked = command.NewProject(wish, folder, yes)
    raise typer.Exit(command.make_new_project(console, lambda: load_settings(SolveSettings), asked))


def _import_demo(name: str) -> Any:
    """Import a command that needs the forge."""
    try:
        return import_command(name)
    except ModuleNotFoundError as missing:
        text = f"The demo needs {missing.name}, which is not installed: install greenlit[demo]."
        print_sentences(open_console(stderr=True), text)
        raise typer.Exit(WRONG_USE) from None


app.command()(part_commands.explain)
app.command()(part_commands.check)
app.command(name="checks")(part_commands.list_checks)
app.command(name="run", cls=FilesBehindDashes)(part_commands.run_checks)
app.command()(part_commands.locate)
app.command(name="map")(part_commands.print_map)
app.command()(part_commands.apply)
app.command()(part_commands.merge)
app.add_typer(refactor, name="refactor")
app.add_typer(serve_commands.runs, name="runs")
app.add_typer(corpus, name="corpus")
app.command()(learn)
app.command()(complete)


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of .github/greenlit.yml."""
    sys.stdout.write(import_module("bot.steps.config_file").render_schema())
