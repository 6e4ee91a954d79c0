"""Here lives `make bench`: everything that is measured, in one table after the other."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console

from tests.benchmarks import (
    checkout,
    ci_logs,
    door,
    edits,
    gates,
    locating,
    merged_commits,
    overhead,
    real_diffs,
    refactorings,
    reviews,
    sandboxes,
    second_checks,
    suggestions,
    tokens,
    wishes,
    workspaces,
)
from tests.benchmarks.table import show


def main() -> None:
    """Measure all; nothing is asserted."""
    git = subprocess.run(
        ["git", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    Console().print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {git}\n"
    )
    for title, measured in (
        ("Overhead: from the webhook to the opened pull request", overhead),
        ("Reviews: from the submission to the last answered thread", reviews),
        ("Door: 600 signed deliveries from 50 connections", door),
        ("Checkout: a repository of 10,000 files over HTTP", checkout),
        ("Sandbox: to start one, and output without end", sandboxes),
        ("Workspaces: a tree on the disk", workspaces),
        ("Sandbox: the checks of a repository again", second_checks),
        ("Gates: a change of twenty files", gates),
        ("Gates: commits that people merged", merged_commits),
        ("Locate: CPU time and memory", locating),
        ("Tokens: a scripted run", tokens),
        ("Logs: what CI said, read", ci_logs),
        ("Edits: made where they belong, or refused", edits),
        ("Diffs: those of real commits, applied to their parents", real_diffs),
        ("Refactorings: judged by the tests of their repositories", refactorings),
        ("Suggestions: applied to the letter, or refused", suggestions),
        ("Wishes: projects of them, installed, compiled, started and tested", wishes),
    ):
        with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
            show(title, measured.rows(Path(work)))


if __name__ == "__main__":
    main()
