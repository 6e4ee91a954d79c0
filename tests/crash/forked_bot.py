"""Run the bot in a process of its own that is forked where all is imported already.

The chains of kills start it again hundreds of times, and a start by itself takes the processor two
seconds, nearly all of them for imports. What runs is `greenlit serve`, and SIGKILL ends it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from bot.cli.demo.bot_process import LAST_CHARS, STOP_S, BotDied, BotProcess, program_path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["anthropic", "bot.assembly", "bot.cli.commands", "bot.cli.serve"])
PATIENCE_S = 60


class ForkedProcess:
    """A forked process, with what is used of `subprocess.Popen`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.join()


@contextmanager
def run_forked_bot(home: Path, settings: Mapping[str, str]) -> Iterator[BotProcess]:
    """Start `greenlit serve` with these settings and no other environment; end it afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    printed = home / "bot.out"
    printed.write_bytes(b"")
    process = CONTEXT.Process(target=_serve, args=(home, dict(settings)))
    process.start()
    try:
        forked: Any = ForkedProcess(process)
        addresses = _read_addresses(forked, printed)
        yield BotProcess(forked, addresses["webhooks"], addresses["runs"], home / "bot.log")
    finally:
        process.terminate()
        process.join(STOP_S)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(home: Path, settings: dict[str, str]) -> None:
    """Be the bot: with its own folder, environment, output and command line."""
    os.chdir(home)
    environment = os.environ  # noqa: TID251 - the process gets one of its own, as any new one does
    environment.clear()
    environment.update(settings, PATH=program_path(), HOME=str(home))
    for number, name in ((1, "bot.out"), (2, "bot.log")):
        file = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["greenlit", "serve"]
    from bot.__main__ import main

    main()


def _read_addresses(process: ForkedProcess, printed: Path) -> dict[str, str]:
    """Read the addresses that the bot prints once it listens."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        lines = printed.read_text().split("\n")[:-1]  # the last one may not be whole
        addresses = dict(line.strip().partition(": ")[::2] for line in lines)
        if addresses.get("webhooks") and addresses.get("runs"):
            return addresses
        time.sleep(0.01)
    raise BotDied((printed.parent / "bot.log").read_text()[-LAST_CHARS:])
