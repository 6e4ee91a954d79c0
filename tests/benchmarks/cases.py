"""Mine cases to learn weights from: `python -m tests.benchmarks.cases --repos DIR > cases.jsonl`.

A case is a commit that fixes an issue, by its message, and changes one to four files of code that
were there before: the message is the query, the files are the answer. DIR holds git directories as
owner+name, owner+name/repo or owner/name.git.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.search.source_files import kind_of

FIXES = re.compile(r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\b[^\n]{0,40}#\d+", re.IGNORECASE)
MAX_FILES = 4
LINES = range(2, 201)  # changed in all: less is a typo, more is several things at once
FORMAT = "--format=%x1e%H %P%x1f%B%x1f"
ENTRY = re.compile(
    r"(?P<fix>\w+) (?P<parent>\w+)\x1f(?P<message>[^\x1f]+)\x1f(?P<changes>.*)", re.DOTALL
)
CHANGE = re.compile(r"^(\d+)\t(\d+)\t(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class MinedCase:
    """A line of the file."""

    repo: str
    parent: str
    fix: str
    query: str
    gold: list[str]
    gold_functions: tuple[()] = ()


def main() -> None:
    """Print some cases of each repository, the same every time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--most", type=int, default=25, help="cases of one repository")
    parser.add_argument("--since", default="10 years ago")
    arguments = parser.parse_args()
    for folder in sorted(
        {head.parent for depth in ("*", "*/*") for head in arguments.repos.glob(f"{depth}/HEAD")}
    ):
        name = (
            str(folder.relative_to(arguments.repos))
            .removesuffix("/repo")
            .removesuffix(".git")
            .replace("+", "/")
        )
        cases = list(mine_cases(folder, name, arguments.since))
        random.Random(5).shuffle(cases)
        for case in cases[: arguments.most]:
            sys.stdout.write(json.dumps(asdict(case)) + "\n")


def mine_cases(folder: Path, name: str, since: str) -> Iterator[MinedCase]:
    """Find all cases in the history of a git directory, newest first."""
    command = [
        "git",
        "log",
        "--no-merges",
        "--no-renames",
        f"--since={since}",
        "--numstat",
        "--diff-filter=M",
        FORMAT,
    ]
    # A clone that lacks files fails where it needs one; its output until then is kept.
    log = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False).stdout.decode(
        "utf-8", "replace"
    )
    for entry in log.split("\x1e")[1:]:
        commit = ENTRY.fullmatch(entry)
        if not commit or not FIXES.search(commit["message"]):
            continue
        code = [
            change for change in CHANGE.findall(commit["changes"]) if kind_of(change[2]) == "code"
        ]
        lines = sum(int(added) + int(removed) for added, removed, _ in code)
        if len(code) <= MAX_FILES and lines in LINES:
            yield MinedCase(
                name,
                commit["parent"],
                commit["fix"],
                commit["message"].strip(),
                [path for *_, path in code],
            )


if __name__ == "__main__":
    main()
