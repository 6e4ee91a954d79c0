"""What all commands have in common: how mistakes are told, how wide help is, how pipes end."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from shutil import get_terminal_size
from typing import Any, TextIO

import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli.progress_line import show_progress
from bot.cli.terminal import open_console, print_sentences
from bot.lasting_imports import import_lasting
from bot.settings import SettingsError

NOT_WRITTEN, WRONG_USE, STOPPED = 1, 2, 130
FULL = (errno.ENOSPC, errno.EDQUOT)
PIPE_CLOSED = 141  # as a shell tells of a program that SIGPIPE ended
HELP_COLUMNS = 80
ALIKE = 0.7  # of 1: --ropo is meant for --repo, --repo not for --help
CONTEXT = {"help_option_names": ["-h", "--help"]}


class CommandLine(TyperGroup):
    """The commands of `greenlit`. A mistake is told in a sentence or two, on standard error."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run what was typed, and exit with the command's code."""
        width = min(get_terminal_size().columns, HELP_COLUMNS)
        raise SystemExit(self._run(*args, **{**extra, "terminal_width": width}))

    def _run(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **{**extra, "standalone_mode": False})
        except typer.TyperException as mistake:
            _print_mistake(mistake)
        except SettingsError as wrong:
            text = f"Some settings are missing or wrong.\n{wrong}"
            print_sentences(open_console(stderr=True), text)
        return WRONG_USE

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read what was typed; help and version are printed then already."""
        with _end_with_pipe():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Do the command."""
        with _end_with_pipe():
            return super().invoke(ctx)


class FilesBehindDashes(TyperCommand):
    """A command whose last arguments, `only`, are all that stands behind `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the rest first, so that an argument that is left out takes none of them."""
        dashes = args.index("--") if "--" in args else len(args)
        behind = args[dashes + 1 :]
        rest = super().parse_args(ctx, args[:dashes])
        ctx.params["only"] = [*(ctx.params["only"] or ()), *behind]
        return rest


@contextmanager
def _end_with_pipe() -> Iterator[None]:
    """End when the reader of the output goes away: `head`, or a terminal that is closed; and say
    in a sentence that a disk is full.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.errno in FULL:
            place = error.filename or "The output, or a temporary file,"
            text = f"{place} cannot be written: {error.strerror}."
            print_sentences(open_console(stderr=True), text)
            raise typer.Exit(NOT_WRITTEN) from None
        if not _is_reader_gone(error, sys.stdout):
            raise
        raise typer.Exit(PIPE_CLOSED) from None
    finally:
        _discard_unread()


def import_command(name: str) -> Any:
    """Import a command when it is run: the engine and Claude's library take seconds."""
    with show_progress("Starting"):
        return import_lasting(f"bot.cli.{name}")


def _print_mistake(mistake: typer.TyperException) -> None:
    """Print what is wrong with what was typed, the nearest right word, and where help is."""
    text = mistake.format_message().rstrip().replace(": Value error, ", ": ")  # pydantic's
    option = getattr(mistake, "option_name", "")
    if text.startswith("No such option"):
        nearest = get_close_matches(option, getattr(mistake, "possibilities", None) or (), 1, ALIKE)
        text = f"There is no option {option}."
        text += f" Did you mean {nearest[0]}?" if nearest else ""
    elif text[-1] not in ".?!":
        text += "."
    if text.startswith("Got unexpected extra argument"):
        text += " Put what has blanks in it into quotes."
    context = getattr(mistake, "ctx", None)
    if context:
        text += f"\nHelp: {context.command_path} -h"
    print_sentences(open_console(stderr=True), text)


def _is_reader_gone(error: OSError, stream: TextIO) -> bool:
    """Tell a pipe that is closed, and a terminal that is, from a disk that fails."""
    if error.errno != errno.EIO:
        return isinstance(error, BrokenPipeError)
    try:
        os.write(stream.fileno(), b"")
    except OSError:
        return True
    return False


def _discard_unread() -> None:
    """Discard what nobody will read: Python would complain when it flushes at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            if error.errno in FULL or _is_reader_gone(error, stream):
                _send_nowhere(stream)


def _send_nowhere(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
