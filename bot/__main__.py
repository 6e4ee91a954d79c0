"""The command line: what a person can type, and what it starts."""

from __future__ import annotations

import traceback
from tempfile import NamedTemporaryFile

from bot.cli.commands import app
from bot.cli.terminal import open_console

FAULT = 3


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
        raise SystemExit(FAULT) from None


if __name__ == "__main__":
    main()
