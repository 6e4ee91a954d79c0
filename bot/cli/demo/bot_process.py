"""Run the bot as the demo does: `greenlit serve` in its own process, with its own settings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import IO, Any
from urllib.parse import quote
from urllib.request import urlopen

STOP_S = 10
LAST_CHARS = 2_000  # of the log, which tell why it ended


class BotDied(Exception):
    """The bot's process ended by itself; the text is what it wrote last."""


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A bot that listens."""

    process: subprocess.Popen[str]
    webhook_url: str
    page_url: str
    log: Path

    def list_runs(self) -> list[Mapping[str, Any]]:
        """Fetch its runs from its page, newest first."""
        return self._fetch("runs.json")  # type: ignore[no-any-return]

    def fetch_run(self, key: str) -> Mapping[str, Any]:
        """Fetch one run with its steps."""
        return self._fetch(f"runs/{quote(key)}.json")  # type: ignore[no-any-return]

    def require_alive(self) -> None:
        """Raise BotDied where it has ended by itself."""
        if self.process.poll() is not None:
            raise BotDied(self.log.read_text()[-LAST_CHARS:])

    def _fetch(self, path: str) -> Any:
        self.require_alive()
        with urlopen(self.page_url + path, timeout=10) as response:  # noqa: S310 - our own page, on loopback
            return json.load(response)


@contextmanager
def run_bot(home: Path, settings: Mapping[str, str]) -> Iterator[BotProcess]:
    """Start `greenlit serve` with these settings and no other environment; end it afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "bot.log"
    with log.open("a") as file, _start_process(home, settings, file) as process:
        webhook_url = _read_address(process, "webhooks", log)
        page_url = _read_address(process, "runs", log)
        yield BotProcess(process, webhook_url, page_url, log)


@contextmanager
def _start_process(
    home: Path, settings: Mapping[str, str], log: IO[str]
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=home,
        env={
            "PATH": program_path(),
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "HOME": str(home),
            **settings,
        },
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def program_path() -> str:
    """Give the PATH on which programs are found: this Python's, git's and the system's."""
    programs = [sys.executable, which("git")]
    folders = [str(Path(program).parent) for program in programs if program]
    return ":".join(dict.fromkeys([*folders, "/usr/bin", "/bin"]))


def _read_address(process: subprocess.Popen[str], name: str, log: Path) -> str:
    """Read on in what the bot prints at its start, to the line with this name and an address."""
    for line in process.stdout or ():
        printed, _, address = line.strip().partition(": ")
        if printed == name:
            return address
    raise BotDied(log.read_text()[-LAST_CHARS:])
