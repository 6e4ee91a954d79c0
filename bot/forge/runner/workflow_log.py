"""Write a job's log as GitHub Actions does: timestamps, groups, masks, commands, annotations."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from bot.values import Annotation

_HALF_BYTES = 5_000_000  # the first and the last half of a long log are kept: 10 MB
_ANNOTATIONS_PER_STEP = 10  # of one level, as GitHub limits them
_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}
_COMMAND = re.compile(r"\s*::(?P<name>[\w-]+)(?:\s+(?P<properties>.*?))?::(?P<text>.*)", re.DOTALL)
_SILENT_COMMANDS = ("debug", "add-matcher", "remove-matcher", "echo")

Properties = dict[str, str]
Command = Callable[[Properties, str], None]


def timestamp() -> str:
    """Return the time in UTC, to a tenth of a microsecond as the runner has it."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{nanoseconds // 100:07d}Z"


class WorkflowLog:
    """Takes what a job prints, line by line, keeps it as bytes and obeys its workflow commands."""

    def __init__(self, workspace: Path) -> None:
        self.annotations: list[Annotation] = []
        self._workspace = workspace
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._head_bytes = self._tail_bytes = 0
        self._dropped_lines = 0
        self._masks: list[str] = []
        self._stop_token = ""  # while set, commands are printed and not obeyed
        self._budget = dict.fromkeys(_LEVELS, _ANNOTATIONS_PER_STEP)

    def begin_step(self) -> None:
        """Obey commands again, and allow the next step its own annotations."""
        self._stop_token = ""
        self._budget = dict.fromkeys(_LEVELS, _ANNOTATIONS_PER_STEP)

    def content(self) -> bytes:
        """Return the whole log with its byte-order mark."""
        lines = [b"\xef\xbb\xbf", *self._head]
        if self._dropped_lines:
            gap = (
                f"{timestamp()} ##[warning]{self._dropped_lines} lines were left out here: "
                "the log is longer than 10 MB.\n"
            )
            lines.append(gap.encode())
        return b"".join([*lines, *self._tail])

    def write(self, text: str) -> None:
        """Write one line of the runner's own."""
        line = f"{timestamp()} {self._mask_secrets(text)}\n".encode(errors="replace")
        is_first_half = not self._dropped_lines and not self._tail
        if is_first_half and self._head_bytes + len(line) <= _HALF_BYTES:
            self._head.append(line)
            self._head_bytes += len(line)
            return
        self._tail.append(line)
        self._tail_bytes += len(line)
        while self._tail_bytes > _HALF_BYTES:
            self._tail_bytes -= len(self._tail.popleft())
            self._dropped_lines += 1

    def write_group(self, title: str, *lines: str) -> None:
        """Write lines that a reader can fold under a title."""
        for line in (f"##[group]{title}", *lines, "##[endgroup]"):
            self.write(line)

    def write_error(self, message: str) -> None:
        """Write an error of the runner's own; GitHub pins these to the workflow directory."""
        self.write(f"##[error]{message}")
        self.annotate("error", {}, message)

    def write_output(self, text: str) -> None:
        """Write one line that a step printed, or obey the workflow command that it is."""
        match = _COMMAND.match(text)
        if match and self._stop_token and match["name"] == self._stop_token:
            self._stop_token = ""
            self.write(text)
            return
        command = self._commands().get(match["name"]) if match and not self._stop_token else None
        if match and command:
            command(_parse_properties(match["properties"] or ""), _unescape(match["text"]))
        else:
            self.write(text)

    def annotate(self, level: str, properties: Properties, message: str) -> None:
        """Pin a message to a file and line, as far as the step's allowance goes."""
        if self._budget[level] <= 0:
            return
        self._budget[level] -= 1
        path = properties.get("file", "").removeprefix(f"{self._workspace}/") or ".github"
        number = properties.get("line", "")
        line = int(number) if number.isdecimal() else 1
        self.annotations.append(Annotation(path, line, _LEVELS[level], self._mask_secrets(message)))

    def _mask_secrets(self, text: str) -> str:
        for mask in self._masks:
            text = text.replace(mask, "***")
        return text

    def _commands(self) -> dict[str, Command]:
        return {
            **dict.fromkeys(_SILENT_COMMANDS, lambda _properties, _text: None),
            **{level: self._annotation_command(level) for level in _LEVELS},
            "group": lambda _properties, text: self.write(f"##[group]{text}"),
            "endgroup": lambda _properties, _text: self.write("##[endgroup]"),
            "add-mask": self._add_mask,
            "stop-commands": self._stop_commands,
        }

    def _annotation_command(self, level: str) -> Command:
        def annotate(properties: Properties, text: str) -> None:
            self.write(f"##[{level}]{text}")
            self.annotate(level, properties, text)

        return annotate

    def _add_mask(self, _properties: Properties, text: str) -> None:
        self._masks += [line for line in text.splitlines() if line.strip()]
        self.write("::add-mask::***")

    def _stop_commands(self, _properties: Properties, text: str) -> None:
        self._stop_token = text


def _parse_properties(text: str) -> Properties:
    properties = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        if value:
            properties[name.strip()] = _unescape(value.replace("%3A", ":").replace("%2C", ","))
    return properties


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
