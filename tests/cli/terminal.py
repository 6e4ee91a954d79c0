"""Run a command in a terminal of its own, as a person does: type, read what is on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()][AB0])")


class Terminal:
    """A terminal with a command in it: what it wrote, raw and as text without escape sequences."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.text = self.raw = ""
        self._master = master

    @property
    def is_open(self) -> bool:
        """Nobody has closed its window."""
        return self._master >= 0

    @property
    def exit_code(self) -> int:
        """The command's exit code, once it has ended."""
        return self.process.wait(60)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def close(self) -> None:
        """Close the window."""
        os.close(self._master)
        self._master = -1

    def read_until(self, words: str, patience_s: float = 240) -> str:
        """Wait until the words are written, and a moment longer; return all text of it."""
        deadline = time.monotonic() + patience_s
        while words not in self.text:
            assert time.monotonic() < deadline, self.text[-2_000:]
            assert self._read(), self.text[-2_000:]
        self._read()
        return self.text

    def read_all(self, patience_s: float = 60) -> str:
        """Wait until the command has ended, and return all text of it."""
        deadline = time.monotonic() + patience_s
        while self._read():
            assert time.monotonic() < deadline, self.text[-2_000:]
        return self.text

    def _read(self) -> bool:
        """Read what is there within half a second; False at the end."""
        ready, _, _ = select.select([self._master], [], [], 0.5)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux: the other side is closed
            return False
        self.raw += data.decode("utf-8", "replace")
        self.text = ESCAPE.sub("", self.raw).replace("\r\n", "\n")
        return bool(data)


@contextmanager
def open_terminal(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    size: tuple[int, int] = (24, 80),
) -> Iterator[Terminal]:
    """Start a command in a terminal of so many lines and columns, and end it after the block."""
    master, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    names = {"COLUMNS", "LINES"}
    clean = {name: value for name, value in env.items() if name not in names}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**clean, "TERM": "xterm-256color"},
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - or Ctrl-C is but a letter
    )
    os.close(other)
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if terminal.is_open:
            terminal.close()
