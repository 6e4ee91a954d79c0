"""Here live a job's log around what a tool printed, and a reading in few words."""

from __future__ import annotations

from collections.abc import Collection

from bot.logs import read_log
from bot.values import Failure, Reading

STAMP = "2026-03-15T15:27:20.0592285Z "


def job(output: str, *, code: int = 1, command: str = "make test") -> bytes:
    """A job's log: a step that went well, the step that failed, the end."""
    lines = [
        "##[group]Run pip install .",
        "pip install .",
        "##[endgroup]",
        "done",
        f"##[group]Run {command}",
    ]
    lines += [
        f"\x1b[36;1m{command}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *output.splitlines(),
    ]
    lines += [
        f"##[error]Process completed with exit code {code}.",
        "Post job cleanup.",
        "Cleaning up orphan processes",
    ]
    return b"\xef\xbb\xbf" + "".join(f"{STAMP}{line}\n" for line in lines).encode()


def read(output: str, files: Collection[str] = (), *, command: str = "make test") -> Reading:
    """The reading of what a tool printed."""
    return read_log(job(output, command=command).splitlines(keepends=True), files)


def words(reading: Reading) -> list[str]:
    """The reading, a line for itself and one for each failure: test, error, innermost place."""
    return [
        f"{reading.category}, {reading.action}, {reading.tool}",
        *map(_failure, reading.failures),
    ]


def place(failure: Failure) -> str:
    """Where it broke, as file and line."""
    frame = failure.frames[-1] if failure.frames else None
    return f"{frame.file}:{frame.line or '?'}" if frame else "-"


def _failure(failure: Failure) -> str:
    return f"{failure.test or '-'} | {failure.error or '-'} | {place(failure)}"
