"""The extra that learnt completion needs, and what is said where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import typer

from bot.cli.command_line import WRONG_USE, import_command
from bot.cli.terminal import open_console, print_sentences

NEEDED = ("alembic", "datasketch", "jax", "keras", "lsprotocol", "matplotlib", "pygls")


def import_learning_command(name: str) -> Any:
    """Import a command of the extra `[learn]`; where that is not installed, say so and end."""
    missing = [package for package in NEEDED if not find_spec(package)]
    if missing:
        print_sentences(
            open_console(stderr=True),
            f"This command needs more than is installed ({', '.join(missing)}). "
            "Install it with: pip install 'greenlit[learn]' (in a clone: pip install '.[learn]')",
        )
        raise typer.Exit(WRONG_USE)
    return import_command(name)
