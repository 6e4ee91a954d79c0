"""The judge of refactorings: random ones in real repositories, judged by their own tests.

    python -m tests.benchmarks.refactorings PATH... [--renames N --moves N --asyncs N] [--seed S]
        [--python VENV/bin/python] [--test "COMMAND"] [--alone]

It runs the tests of the repositories that are named, so name those that you trust. `--python` has
what their tests need; where rope is installed there, it does the same beside us.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.text.amounts import count_noun
from tests.benchmarks.drawn_refactorings import (
    DrawnRefactoring,
    draw_refactorings,
    measure_typing,
    read_python,
)
from tests.benchmarks.judged_copy import JudgedCopy, copy_repository
from tests.benchmarks.refactoring_tools import BROKEN, ERROR, GREEN, TOOLS, render_counts
from tests.benchmarks.repositories import OWN, list_repositories
from tests.benchmarks.table import Row, show

TYPED = 0.5  # the share of annotated functions from which code counts as typed
# This project's own tests are too many to be the judge; these stand for them.
OWN_TEST = (
    "python -m pytest -q -x -p no:cacheprovider tests/text tests/logs tests/edits tests/refactor"
)


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How many of each are drawn, by which seed, and how the tests are run."""

    renames: int = 3
    moves: int = 3
    asyncs: int = 3
    seed: int = 1
    python: str = sys.executable
    test: str = ""
    alone: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many of each act."""
        return {"rename": self.renames, "move": self.moves, "async": self.asyncs}


@dataclass(frozen=True, slots=True)
class JudgedRefactoring:
    """What became of one, by one tool."""

    tool: str
    drawn: DrawnRefactoring
    outcome: str
    reason: str = ""


def rows(work: Path) -> list[Row]:
    """A few of each, in the repositories that `make bench` is asked about."""
    table = []
    for source in list_repositories():
        test = OWN_TEST if source == OWN else ""
        table += judge_repository(source, work, JudgeOptions(test=test))
    return table


def judge_repository(source: Path, work: Path, options: JudgeOptions) -> list[Row]:
    """Draw refactorings, let each tool do them in a copy, and ask the tests."""
    out = Console(stderr=True, soft_wrap=True, highlight=False)
    root = work / source.name
    copy_repository(source, root)
    copy = JudgedCopy(root, options.python, options.test)
    try:
        baseline = copy.measure_baseline()
    except ValueError as error:
        return [Row(source.name, str(error), "", "")]
    files = read_python(root)
    typed = measure_typing(files)
    kind = f"{'typed' if typed >= TYPED else 'dynamic'}, {typed:.0%}"
    out.print(f"{source.name} ({kind}): {baseline}")
    results = []
    for drawn in draw_refactorings(files, options.counts, options.seed):
        for result in _judge(copy, drawn, alone=options.alone):
            out.print(f"{result.outcome:8} {result.tool:8} {drawn}  {result.reason}", markup=False)
            results.append(result)
    return list(_render_rows(f"{source.name} ({kind})", results))


def _judge(
    copy: JudgedCopy, drawn: DrawnRefactoring, *, alone: bool
) -> Iterator[JudgedRefactoring]:
    for name, tool in list(TOOLS.items())[: 1 if alone else None]:
        copy.restore()
        answer = tool(copy, drawn)
        if answer is None:
            continue
        outcome, reason = answer
        if not outcome and not copy.is_changed():
            outcome, reason = ERROR, "nothing was changed"
        if not outcome:
            verdict = copy.judge()
            outcome, reason = GREEN if verdict.is_green else BROKEN, verdict.evidence
        yield JudgedRefactoring(name, drawn, outcome, reason)
    copy.restore()


def _render_rows(title: str, results: Sequence[JudgedRefactoring]) -> Iterator[Row]:
    for act in dict.fromkeys(result.drawn.act for result in results):
        ours = [result for result in results if result.drawn.act == act]
        by_tool = {
            tool: Counter(result.outcome for result in ours if result.tool == tool)
            for tool in TOOLS
        }
        count = by_tool["greenlit"].total()
        rivals = [
            f"{tool}: {render_counts(counts)}"
            for tool, counts in by_tool.items()
            if tool != "greenlit" and counts
        ]
        what = f"{title}: {count_noun(count, act)}"
        yield Row(what, render_counts(by_tool["greenlit"]), "0 broken", "; ".join(rivals))


def main() -> None:
    """Judge the repositories that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    for what in ("renames", "moves", "asyncs"):
        parser.add_argument(f"--{what}", type=int, default=10, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--python", default=sys.executable, help="runs the tests")
    parser.add_argument("--test", default="", metavar="COMMAND", help="instead of pytest")
    parser.add_argument("--alone", action="store_true", help="ask no other tool")
    named = vars(parser.parse_args())
    paths = named.pop("paths")
    named["python"] = str(Path(named["python"]).absolute())
    options = JudgeOptions(**named)
    with tempfile.TemporaryDirectory(prefix="greenlit-judge-") as work:
        table = []
        for path in list_repositories(paths):
            table += judge_repository(path, Path(work), options)
        show("Refactorings: judged by the tests of their repositories", table)


if __name__ == "__main__":
    main()
