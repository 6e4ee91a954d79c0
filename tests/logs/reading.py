"""Wrap what a tool prints as the log of a job, read it, and tell the reading in few words."""

from __future__ import annotations

from collections.abc import Collection

from bot.logs import read_log
from bot.values import Failure, Reading

STAMP = "2026-03-15T15:27:20.0592285Z "


def wrap_as_job(output: str, *, code: int = 1, command: str = "make test") -> bytes:
    """Make a job's log: a step that went well, the step that printed the output, the end."""
    lines = [
        "Working directory is '/home/runner/work/shop/shop'",
        "##[group]Run pip install .",
        "pip install .",
        "##[endgroup]",
        "done",
        f"##[group]Run {command}",
        f"\x1b[36;1m{command}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *output.splitlines(),
    ]
    if code:
        lines.append(f"##[error]Process completed with exit code {code}.")
    lines += ["Post job cleanup.", "[command]/usr/bin/git version", "Cleaning up orphan processes"]
    return b"\xef\xbb\xbf" + "".join(f"{STAMP}{line}\n" for line in lines).encode()


def read_output(output: str, files: Collection[str] = (), *, code: int = 1) -> Reading:
    """Read what a tool printed in a job."""
    return read_log(wrap_as_job(output, code=code).splitlines(keepends=True), files)


def summarize(reading: Reading) -> list[str]:
    """Tell the reading in one line, and each failure in one: test, error, innermost place."""
    return [
        f"{reading.category}, {reading.action}, {reading.tool}",
        *map(_summarize_failure, reading.failures),
    ]


def _summarize_failure(failure: Failure) -> str:
    return f"{failure.test or '-'} | {failure.error or '-'} | {_render_place(failure)}"


def _render_place(failure: Failure) -> str:
    frame = failure.frames[-1] if failure.frames else None
    return f"{frame.file}:{frame.line or '?'}" if frame else "-"
