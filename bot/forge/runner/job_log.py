"""Here lives the log of a job as GitHub Actions writes it: timestamps, groups, masks, commands,
annotations.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.values import Annotation

_HALF = 5_000_000  # the first and the last half of a long log are kept: 10 MB
_PER_STEP = 10  # annotations of one level, as GitHub limits them
_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}
_COMMAND = re.compile(r"\s*::(?P<name>[\w-]+)(?:\s+(?P<given>.*?))?::(?P<text>.*)", re.DOTALL)


def stamp() -> str:
    """Now, in UTC, to a tenth of a microsecond as the runner has it."""
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 100:07d}Z"


class JobLog:
    """Takes what a job prints, line by line, and keeps it as bytes; obeys the workflow commands in
    it.
    """

    def __init__(self, workspace: Path) -> None:
        self.annotations: list[Annotation] = []
        self._workspace = workspace
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._sizes = [0, 0]
        self._dropped = 0
        self._masks: list[str] = []
        self._stop = ""  # while set, commands are printed and not obeyed
        self._budget = dict.fromkeys(_LEVELS, _PER_STEP)

    def new_step(self) -> None:
        self._stop = ""
        self._budget = dict.fromkeys(_LEVELS, _PER_STEP)

    def content(self) -> bytes:
        gap = f"{stamp()} ##[warning]{self._dropped} lines were left out here: the log is longer than 10 MB.\n"
        middle = [gap.encode()] if self._dropped else []
        return b"\xef\xbb\xbf" + b"".join([*self._head, *middle, *self._tail])

    def line(self, text: str) -> None:
        """Write one line of our own."""
        raw = f"{stamp()} {self._hidden(text)}\n".encode(errors="replace")
        if not self._dropped and not self._tail and self._sizes[0] + len(raw) <= _HALF:
            self._head.append(raw)
            self._sizes[0] += len(raw)
            return
        self._tail.append(raw)
        self._sizes[1] += len(raw)
        while self._sizes[1] > _HALF:
            self._sizes[1] -= len(self._tail.popleft())
            self._dropped += 1

    def group(self, title: str, *lines: str) -> None:
        for line in (f"##[group]{title}", *lines, "##[endgroup]"):
            self.line(line)

    def fault(self, message: str) -> None:
        """An error of the runner's own; GitHub pins these to the workflow directory."""
        self.line(f"##[error]{message}")
        self.annotate("error", {}, message)

    def printed(self, text: str) -> None:
        """Write one line that a step printed."""
        command = _COMMAND.match(text)
        if self._stop or not command:
            if command and command["name"] == self._stop:
                self._stop = ""
            return self.line(text)
        obeyed = self._commands().get(command["name"])
        return (
            obeyed(dict(_given(command["given"] or "")), _plain(command["text"]))
            if obeyed
            else self.line(text)
        )

    def annotate(self, level: str, given: dict[str, str], message: str) -> None:
        if self._budget[level] > 0:
            self._budget[level] -= 1
            path = given.get("file", "").removeprefix(f"{self._workspace}/") or ".github"
            line = int(given["line"]) if given.get("line", "").isdecimal() else 1
            self.annotations.append(Annotation(path, line, _LEVELS[level], self._hidden(message)))

    def _hidden(self, text: str) -> str:
        for mask in self._masks:
            text = text.replace(mask, "***")
        return text

    def _commands(self) -> dict[str, Callable[[dict[str, str], str], None]]:
        return {
            **dict.fromkeys(
                ("debug", "add-matcher", "remove-matcher", "echo"), lambda _given, _text: None
            ),
            **{level: self._noted(level) for level in _LEVELS},
            "group": lambda _given, text: self.line(f"##[group]{text}"),
            "endgroup": lambda _given, _text: self.line("##[endgroup]"),
            "add-mask": self._mask,
            "stop-commands": self._pause,
        }

    def _noted(self, level: str) -> Callable[[dict[str, str], str], None]:
        def note(given: dict[str, str], text: str) -> None:
            self.line(f"##[{level}]{text}")
            self.annotate(level, given, text)

        return note

    def _mask(self, _given: dict[str, str], text: str) -> None:
        self._masks += [line for line in text.splitlines() if line.strip()]
        self.line("::add-mask::***")

    def _pause(self, _given: dict[str, str], text: str) -> None:
        self._stop = text


def _given(properties: str) -> Iterator[tuple[str, str]]:
    for part in properties.split(","):
        name, _, value = part.partition("=")
        if value:
            yield name.strip(), _plain(value.replace("%3A", ":").replace("%2C", ","))


def _plain(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
