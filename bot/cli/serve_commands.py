"""The commands that serve: all in one process, or in parts that share a record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.command_line import WRONG_USE, CommandLine, import_command
from bot.cli.terminal import open_console
from bot.settings import (
    ServerSettings,
    Settings,
    SettingsError,
    find_env_file,
    list_unknown_settings,
    load_settings,
)

EnvFile = Annotated[
    Path | None,
    typer.Option(help="A file with settings; without it, the file .env in GREENLIT_HOME"),
]


def choose_env_file(named: Path | None) -> Path:
    """Take the .env file that was named, else the one in GREENLIT_HOME; none elsewhere is read."""
    if named is not None and not (os.access(named, os.R_OK) and named.is_file()):
        raise typer.BadParameter(
            f"{named} is not a file that can be read.", param_hint="--env-file"
        )
    return named or find_env_file()


def serve(env_file: EnvFile = None) -> None:
    """Listen to GitHub and work.

    Settings are GREENLIT_* variables, or lines of a .env file. Ctrl-C ends it, with exit code 0;
    runs under way go on at the next start. Exits 1 when it cannot start, 2 when settings are wrong.
    """
    raise typer.Exit(_serve_part("serve", env_file))


def door(env_file: EnvFile = None) -> None:
    """Listen to GitHub alone, beside `greenlit work`.

    For processes that share a record on a PostgreSQL. It shows their runs, and works on none. Start
    as many as you want.
    """
    raise typer.Exit(_serve_part("door", env_file))


def work(
    env_file: EnvFile = None,
    slots: Annotated[
        int | None,
        typer.Option(min=1, help="How many runs work at once here; GREENLIT_SLOTS without it"),
    ] = None,
) -> None:
    """Work on runs alone, beside `greenlit door`.

    For processes that share a record on a PostgreSQL. It takes no webhooks; its port answers
    monitors. Start as many as you want.
    """
    raise typer.Exit(_serve_part("work", env_file, slots))


def migrate(
    _source: Annotated[
        Literal["sqlite"],
        typer.Option("--from", help="What to copy from: the record in GREENLIT_HOME"),
    ],
    env_file: EnvFile = None,
) -> None:
    """Copy the runs that ended from SQLite to PostgreSQL.

    Exits 0 when they are there, 1 when not, 2 for wrong use or settings.
    """
    settings = load_settings(ServerSettings, _env_file=choose_env_file(env_file))
    raise typer.Exit(import_command("migrate").migrate_runs(open_console(), settings))


runs = typer.Typer(cls=CommandLine, rich_markup_mode=None)


@runs.callback(invoke_without_command=True)
def begin_runs(context: typer.Context) -> int:
    """Look after single runs."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return WRONG_USE
    return 0


@runs.command()
def retry(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="The run's name, such as acme/greeter#7/1")
    ],
    env_file: EnvFile = None,
) -> None:
    """Bring back a run that was set aside.

    It was, since three processes in a row ended at one step of it.
    Exits 0 when it goes on, 1 when there is nothing to bring back, 2 when settings are wrong.
    """
    settings = load_settings(ServerSettings, _env_file=choose_env_file(env_file))
    raise typer.Exit(import_command("runs").retry_run(open_console(), settings, key))


def _serve_part(part: str, env_file: Path | None, slots: int | None = None) -> int:
    """Read the settings and serve; what is missing at a first start is told step by step."""
    path = choose_env_file(env_file)
    unknown = list_unknown_settings(_env_file=path)
    try:
        settings = load_settings(Settings, _env_file=path)
    except SettingsError as wrong:
        import_command("first_steps").print_first_steps(open_console(stderr=True), wrong, path)
        return WRONG_USE
    if slots is not None:
        settings = settings.model_copy(update={"slots": slots})
    code: int = import_command("serve").serve(settings, unknown, part)
    return code
