"""Read what a command is given, and tell what cannot be meant."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.terminal import open_console
from bot.text import extract_visible
from bot.text.terminal_text import strip_control


class WrongUseError(Exception):
    """What was typed cannot be meant; the text says why, and what can."""


def read_request(source: str, limit_chars: int, *, any_text: bool = False) -> tuple[str, str]:
    """Read a request as a reader of its page would see it: its first line is the title.

    `source` is a file, or "-" for standard input. With `any_text`, what is no UTF-8 is replaced,
    and what is too long is cut. Raises WrongUseError.
    """
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        text = raw.decode("utf-8-sig", "replace" if any_text else "strict")
    except UnicodeDecodeError:
        raise WrongUseError(f"The request {source} is not UTF-8 text.") from None
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", wrong)
        raise WrongUseError(f"The request {source} cannot be read: {reason}.") from None
    if len(text) > limit_chars and not any_text:
        raise WrongUseError(
            f"The request {source} has {len(text):,} characters; at most {limit_chars:,} are read."
        )
    title, _, body = extract_visible(text[:limit_chars]).strip().partition("\n")
    if not title:
        raise WrongUseError(
            f"The request {source} is empty. Its first line is the title, "
            "the rest says what is wanted."
        )
    return title.lstrip("# "), body.strip()


def print_error(error: Exception, console: Console | None = None) -> None:
    """Print what is wrong, to standard error where no console is given."""
    text = Text(strip_control(str(error)), "red")
    (console or open_console(stderr=True)).print(text, soft_wrap=True)
