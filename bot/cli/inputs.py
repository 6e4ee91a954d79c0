"""Read what a command is given, and tell what cannot be meant."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from bot.adapters.git.git_errors import GitError, GitUnfitError, NoRepositoryError, summarize
from bot.cli.terminal import open_console, print_sentences
from bot.text import extract_visible
from bot.text.terminal_text import strip_control

STDIN = "-"
UTF8_BYTES = 4  # at most, of one character
EXAMPLE_COMMAND = re.compile(r"\b(?:For example|Go on with): greenlit .*\Z")


class WrongUseError(Exception):
    """What was typed cannot be meant; the text says why, and what can."""


# What a command is told when it cannot work on what it was given.
MISTAKES = (WrongUseError, NoRepositoryError, GitUnfitError, GitError)


def require_folder(path: Path) -> None:
    """Raise WrongUseError where there is no folder that can be worked on."""
    try:
        if path.is_dir() and os.access(path, os.R_OK | os.X_OK):
            return
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError):  # the latter for a null byte
        exists, is_folder = True, True
    if not exists:
        raise WrongUseError(f"There is no folder {path}.")
    if not is_folder:
        raise WrongUseError(f"{path} is a file, not a folder.")
    raise WrongUseError(f"The folder {path} cannot be opened: permission denied.")


@contextmanager
def open_input(source: str, noun: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for "-": who has to type it there is told so.

    `noun` says in errors what it is. Raises WrongUseError.
    """
    if source == STDIN:
        yield _open_stdin(noun)
        return
    if not source:
        text = f"The name of the {noun} is empty: give a file, or {STDIN} for standard input."
        raise WrongUseError(text)
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as wrong:
        raise make_read_error(source, noun, wrong) from None
    with file:
        yield file


def _open_stdin(noun: str) -> BinaryIO:
    if sys.stdin is None:
        raise WrongUseError(f"There is no standard input to read the {noun} from: name a file.")
    if is_typed(STDIN):
        hint = f"Reading the {noun} from standard input; end it with Ctrl-D."
        print_sentences(open_console(stderr=True), hint, "dim")
    return sys.stdin.buffer


def is_typed(source: str) -> bool:
    """Tell whether a person types it at a terminal."""
    return source == STDIN and sys.stdin is not None and sys.stdin.isatty()


def make_read_error(source: str, noun: str, error: Exception) -> WrongUseError:
    """Say in one sentence why something cannot be read."""
    reason = getattr(error, "strerror", None) or error
    return WrongUseError(f"{name_input(source, noun)} cannot be read: {reason}.")


def name_input(source: str, noun: str) -> str:
    """Name it at the beginning of a sentence."""
    return f"The {noun} on standard input" if source == STDIN else f"The {noun} {source}"


def read_request(source: str, limit_chars: int, *, any_text: bool = False) -> tuple[str, str]:
    """Read a request as a reader of its page would see it: its first line is the title.

    `source` is a file, or "-" for standard input. With `any_text`, what is no UTF-8 is replaced,
    and what is too long is cut. Raises WrongUseError.
    """
    name = name_input(source, "request")
    try:
        with open_input(source, "request") as file:
            raw = file.read(UTF8_BYTES * limit_chars + 1)
        text = raw.decode("utf-8-sig", "replace" if any_text else "strict")
    except UnicodeDecodeError:
        raise WrongUseError(f"{name} is not UTF-8 text.") from None
    except OSError as wrong:
        raise make_read_error(source, "request", wrong) from None
    if "\0" in text:
        raise WrongUseError(f"{name} holds a NUL: this is no text.")
    if len(text) > limit_chars and not any_text:
        raise WrongUseError(f"{name} is too long: at most {limit_chars:,} characters are read.")
    title, _, body = extract_visible(text[:limit_chars]).strip().partition("\n")
    if not title:
        raise WrongUseError(
            f"{name} is empty. Its first line is the title, the rest says what is wanted."
        )
    return title.lstrip("# "), body.strip()


def print_error(error: Exception, console: Console | None = None) -> None:
    """Print what is wrong, to standard error where no console is given."""
    words = str(error)
    if isinstance(error, GitError):
        reason = re.sub(r"^(fatal|error): ", "", summarize(error))
        words = f"The repository cannot be read; git fsck tells what is damaged. Git says: {reason}"
    text = _as_sentence(strip_control(words))
    print_sentences(console or open_console(stderr=True), text, "red")


def _as_sentence(text: str) -> str:
    """End it with a full stop, but for a command to be copied."""
    is_ended = text.endswith((".", "?", "!")) or EXAMPLE_COMMAND.search(text)
    return text if is_ended else f"{text}."
