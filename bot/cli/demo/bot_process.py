"""Here lives the bot as the demo runs it: `greenlit serve` in its own process, with settings of its
own.
"""

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


class BotDied(Exception):
    """The bot's process ended by itself; the text is what it wrote last."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that listens."""

    process: subprocess.Popen[str]
    webhooks: str
    pages: str
    log: Path

    def runs(self) -> list[Mapping[str, Any]]:
        """Its runs as its page tells them, newest first."""
        return self._asked("runs.json")  # type: ignore[no-any-return]

    def run(self, key: str) -> Mapping[str, Any]:
        """One run with its steps."""
        return self._asked(f"runs/{quote(key)}.json")  # type: ignore[no-any-return]

    def _asked(self, path: str) -> Any:
        if self.process.poll() is not None:
            raise BotDied(self.log.read_text()[-2000:])
        with urlopen(self.pages + path, timeout=10) as answer:  # noqa: S310 - our own page, on loopback
            return json.load(answer)


@contextmanager
def running(home: Path, settings: Mapping[str, str]) -> Iterator[Bot]:
    """Start `greenlit serve` with these settings and nothing of the surrounding environment; end it
    afterwards.
    """
    home.mkdir(parents=True, exist_ok=True)
    log = home / "bot.log"
    with log.open("a") as written, _started(home, settings, written) as process:
        webhooks, pages = (_line(process, name, log) for name in ("webhooks", "runs"))
        yield Bot(process, webhooks, pages, log)


@contextmanager
def _started(
    home: Path, settings: Mapping[str, str], log: IO[str]
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=home,
        env={
            "PATH": path(),
            "PYTHONPATH": str(Path(__file__).parents[2]),
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


def path() -> str:
    """Where programs are found: this Python's, git's and the system's."""
    git = which("git")
    places = [
        str(Path(sys.executable).parent),
        *([str(Path(git).parent)] if git else []),
        "/usr/bin",
        "/bin",
    ]
    return ":".join(dict.fromkeys(places))


def _line(process: subprocess.Popen[str], name: str, log: Path) -> str:
    said = process.stdout.readline() if process.stdout else ""
    told, _, address = said.strip().partition(": ")
    if told != name:
        raise BotDied(said + log.read_text()[-2000:])
    return address
