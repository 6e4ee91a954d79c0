"""Measure everything, in one table after the other: `make bench`.

`python -m tests.benchmarks NAME...` measures only what these modules do, such as `door`.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import tempfile
from pathlib import Path
from types import ModuleType

from rich.console import Console

from tests.benchmarks import (
    checkout,
    ci_logs,
    ci_requests,
    door,
    edits,
    fleet,
    gates,
    kept_disk,
    locating,
    merged_commits,
    overhead,
    process_cost,
    queue_drain,
    real_diffs,
    refactorings,
    reviews,
    sandboxes,
    second_checks,
    suggestions,
    tokens,
    traces,
    waiting_runs,
    wishes,
    workspaces,
)
from tests.benchmarks.table import show

TABLES = (
    ("Overhead: from the webhook to the opened pull request", overhead),
    ("Fleet: one to three workers on a PostgreSQL", fleet),
    ("Queue: many starts, one to three workers", queue_drain),
    ("Waits: runs that wait for CI in one process", waiting_runs),
    ("Waits: what they ask of GitHub", ci_requests),
    ("Reviews: from the submission to the last answered thread", reviews),
    ("Door: 600 signed deliveries from 50 connections", door),
    ("Processes: to start one, and to leave it at rest", process_cost),
    ("Checkout: a repository of 10,000 files over HTTP", checkout),
    ("Disk: what is kept of a thousand repositories", kept_disk),
    ("Sandbox: to start one, and output without end", sandboxes),
    ("Workspaces: a tree on the disk", workspaces),
    ("Sandbox: the checks of a repository again", second_checks),
    ("Gates: a change of twenty files", gates),
    ("Gates: commits that people merged", merged_commits),
    ("Locate: CPU time and memory", locating),
    ("Tokens: a scripted run", tokens),
    ("Traces: a span", traces),
    ("Logs: what CI said, read", ci_logs),
    ("Edits: made where they belong, or refused", edits),
    ("Diffs: those of real commits, applied to their parents", real_diffs),
    ("Refactorings: judged by the tests of their repositories", refactorings),
    ("Suggestions: applied to the letter, or refused", suggestions),
    ("Wishes: projects of them, installed, compiled, started and tested", wishes),
)


def main() -> None:
    """Measure what was asked for; nothing is asserted."""
    names = [name_module(module) for _, module in TABLES]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    asked = parser.parse_args().names or names
    if unknown := set(asked) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(names)}")
    print_machine()
    for title, module in TABLES:
        if name_module(module) in asked:
            with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
                show(title, module.rows(Path(work)))


def name_module(module: ModuleType) -> str:
    """Name a table by its module, without the packages."""
    return module.__name__.rpartition(".")[2]


def print_machine() -> None:
    """Print on what it is measured, and what else that does."""
    git = subprocess.run(
        ["git", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    Console().print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {git}, "
        f"load {load}\n"
    )


if __name__ == "__main__":
    main()
