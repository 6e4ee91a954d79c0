"""Run the command line in processes of their own, forked where all is imported already.

The chains of kills start `greenlit serve` again hundreds of times. SIGKILL ends it as it ends any
process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from bot.cli.demo.bot_process import LAST_CHARS, STOP_S, BotDied, BotProcess, program_path
from tests.fork_server import CONTEXT, become_program

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

    def terminate(self) -> None:
        """Tell it to end."""
        self._process.terminate()

    def wait(self, patience_s: float | None = None) -> int | None:
        """Wait until it has ended, and return how."""
        self._process.join(patience_s)
        return self._process.exitcode


def name_variables(settings: Mapping[str, object]) -> dict[str, str]:
    """Name settings as a process finds them in its environment."""
    return {f"GREENLIT_{name.upper()}": str(value) for name, value in settings.items()}


@contextmanager
def run_forked_bot(
    home: Path, settings: Mapping[str, str], part: str = "serve"
) -> Iterator[BotProcess]:
    """Start `greenlit serve` or a part of it with these settings and no other environment; end it
    afterwards.
    """
    home.mkdir(parents=True, exist_ok=True)
    printed = home / "bot.out"
    printed.write_bytes(b"")
    log = home / "bot.log"
    old_bytes = log.stat().st_size if log.exists() else 0
    environment = {**settings, "PATH": program_path(), "HOME": str(home)}
    with run_forked_program(home, environment, [part]) as process:
        forked: Any = process
        addresses = _read_addresses(forked, printed, old_bytes)
        outside = addresses.get("webhooks") or addresses["health"]
        yield BotProcess(forked, outside, addresses["runs"], log)


@contextmanager
def run_forked_program(
    home: Path, environment: Mapping[str, str], words: Sequence[str]
) -> Iterator[ForkedProcess]:
    """Start a command with this environment and no other; end it afterwards. It prints to files
    below the home.
    """
    process = _start(home, environment, words)
    try:
        yield ForkedProcess(process)
    finally:
        process.terminate()
        process.join(STOP_S)
        if process.is_alive():
            process.kill()
            process.join()


def run_forked(
    home: Path, environment: Mapping[str, str], words: Sequence[str]
) -> CompletedProcess[str]:
    """Run a command with this environment and no other, and wait for its end."""
    process = _start(home, environment, words)
    process.join(PATIENCE_S)
    code = process.exitcode
    process.kill()  # where it has not ended, nobody waits for it any more
    assert code is not None
    printed, said = (
        path.read_text() if path.exists() else "" for path in (home / "bot.out", home / "bot.log")
    )
    return CompletedProcess(list(words), code, printed, said)


def _start(home: Path, environment: Mapping[str, str], words: Sequence[str]) -> ForkServerProcess:
    process = CONTEXT.Process(target=_run, args=(home, dict(environment), list(words)))
    process.start()
    return process


def _run(home: Path, environment: dict[str, str], words: list[str]) -> None:
    """Be the command: with its own folder, environment, output and command line."""
    os.chdir(home)
    become_program(environment, home / "bot.out", home / "bot.log")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["greenlit", *words]
    from bot.__main__ import main

    main()


def _read_addresses(process: ForkedProcess, printed: Path, old_bytes: int) -> dict[str, str]:
    """Read the addresses that the bot prints, or logs, once it listens."""
    deadline = time.monotonic() + PATIENCE_S
    log = printed.parent / "bot.log"
    while time.monotonic() < deadline and process.poll() is None:
        lines = printed.read_text().split("\n")[:-1]  # the last one may not be whole
        addresses = dict(line.strip().partition(": ")[::2] for line in lines)
        addresses |= _read_logged_addresses(log, old_bytes)
        if addresses.keys() & {"webhooks", "health"} and addresses.get("runs"):
            return addresses
        time.sleep(0.01)
    raise BotDied((printed.parent / "bot.log").read_text()[-LAST_CHARS:])


def _read_logged_addresses(log: Path, old_bytes: int) -> dict[str, str]:
    """Read the addresses out of a log of JSON, behind what earlier processes wrote to it."""
    lines = log.read_bytes()[old_bytes:].decode().split("\n")[:-1] if log.exists() else []
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    serving = [entry for entry in entries if entry.get("event") == "serving"]
    return serving[-1] if serving else {}
