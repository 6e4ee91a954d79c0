"""The command line: what a person can type, and what it starts."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.lasting_imports import import_lasting

FAULT, STOPPED = 3, 130


def main() -> None:
    """Run a command. A bug is told in words, and its traceback kept in a file for a report.

    The commands are imported here, where a Ctrl-C meanwhile is told as at any other time.
    """
    _open_closed_streams()
    try:
        import_lasting("bot.cli.commands").app()
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


def _open_closed_streams() -> None:
    """Let what is written to a stream that the shell closed (`>&-`) go nowhere: it is None here."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)


if __name__ == "__main__":
    main()
