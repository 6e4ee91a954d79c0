"""Mine cases to learn weights from: `python -m tests.benchmarks.cases --repos DIR > cases.jsonl`.

A case is a commit that fixes an issue, by its message, and changes one to four files of code that
were there before: the message is the query, these files and the definitions that it changed in them
are the answer. DIR holds git directories as owner+name, owner+name/repo or owner/name.git.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.search import parse_query
from bot.search.source_files import kind_of
from bot.search.symbols import extract_symbols

FIXES = re.compile(r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\b[^\n]{0,40}#\d+", re.IGNORECASE)
LIKE_FIXES = "(fix|close|resolve).*#[0-9]"  # in git's words: of other commits it compares nothing
MAX_FILES = 4
LINES = range(2, 201)  # changed in all: less is a typo, more is several things at once
MIN_TERMS = 4  # of the message: "Fix typos" asks for nothing
FORMAT = "--format=%x1e%H %P%x1f%B%x1f"
LOG = (
    "log",
    "--no-merges",
    "--no-renames",
    "--numstat",
    "--diff-filter=M",
    "--regexp-ignore-case",
    "--extended-regexp",
    f"--grep={LIKE_FIXES}",
    FORMAT,
)
ENTRY = re.compile(
    r"(?P<fix>\w+) (?P<parent>\w+)\x1f(?P<message>[^\x1f]+)\x1f(?P<changes>.*)", re.DOTALL
)
CHANGE = re.compile(r"^(\d+)\t(\d+)\t(.+)$", re.MULTILINE)
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? ", re.MULTILINE)


@dataclass(frozen=True)
class MinedCase:
    """A line of the file."""

    repo: str
    parent: str
    fix: str
    query: str
    gold: list[str]
    gold_functions: Sequence[tuple[str, str]] = ()


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
            sys.stdout.write(json.dumps(asdict(add_functions(folder, case))) + "\n")


def mine_cases(folder: Path, name: str, since: str) -> Iterator[MinedCase]:
    """Find all cases in the history of a git directory, newest first, without their functions."""
    # A clone that lacks files fails where it needs one; its output until then is kept.
    for entry in (
        _ask_git(folder, *LOG, f"--since={since}").decode("utf-8", "replace").split("\x1e")
    ):
        commit = ENTRY.fullmatch(entry)
        if not commit or not FIXES.search(commit["message"]):
            continue
        code = [
            change for change in CHANGE.findall(commit["changes"]) if kind_of(change[2]) == "code"
        ]
        lines = sum(int(added) + int(removed) for added, removed, _ in code)
        terms = parse_query("", commit["message"]).terms
        if len(code) <= MAX_FILES and lines in LINES and len(terms) >= MIN_TERMS:
            paths = [path for *_, path in code]
            message = commit["message"].strip()
            yield MinedCase(name, commit["parent"], commit["fix"], message, paths)


def add_functions(folder: Path, case: MinedCase) -> MinedCase:
    """Add the definitions that the commit changed."""
    functions = [
        (path, name)
        for path in case.gold
        for name in find_changed_functions(folder, case.fix, path)
    ]
    return replace(case, gold_functions=functions)


def find_changed_functions(folder: Path, fix: str, path: str) -> list[str]:
    """Name the functions of a file, as it was before, that a commit changed; none inside another."""
    functions = [
        symbol
        for symbol in extract_symbols(path, _ask_git(folder, "show", f"{fix}^:{path}"))
        if symbol.kind in ("function", "method")
    ]
    changes = _ask_git(folder, "diff", "--unified=0", f"{fix}^", fix, "--", path)
    changed: dict[str, None] = {}
    for hunk in HUNK.findall(changes.decode("utf-8", "replace")):
        for line in _list_lines(*hunk):
            around = [symbol for symbol in functions if symbol.line <= line <= symbol.end_line]
            if around:
                changed[around[0].name] = None
    return list(changed)


def _list_lines(start: str, count: str) -> range:
    """List the old lines of a hunk; where lines were only added, the one before them."""
    return range(int(start), int(start) + max(1, int(count or 1)))


def _ask_git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=folder, stdout=subprocess.PIPE, check=False
    ).stdout


if __name__ == "__main__":
    main()
