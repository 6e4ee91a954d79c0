"""The command line: what a person can type, and what it starts."""

from __future__ import annotations

import traceback
from importlib import import_module
from tempfile import NamedTemporaryFile

FAULT, STOPPED = 3, 130


def main() -> None:
    """Run a command. A bug is told in words, and its traceback kept in a file for a report.

    The commands are imported here, where a Ctrl-C meanwhile is told as at any other time.
    """
    try:
        import_module("bot.cli.commands").app()
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    except Exception as fault:  # noqa: BLE001 - the root
        with NamedTemporaryFile("w", prefix="greenlit-fault-", suffix=".txt", delete=False) as kept:
            traceback.print_exception(fault, file=kept)
        fault_name = type(fault).__name__
        text = f"A fault of Greenlit's own, not of yours: {fault_name}. Please report {kept.name}."
        console = import_module("bot.cli.terminal").open_console(stderr=True)
        console.print(text, soft_wrap=True)
        raise SystemExit(FAULT) from None


if __name__ == "__main__":
    main()
