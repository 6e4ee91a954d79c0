"""The measurement of a review: from its submission to its last answer, model and CI at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.forge import Forge
from bot.forge.claude_script import Script
from bot.forge.review_records import NewThread
from bot.stories.review_answers import MOST_THREADS
from tests.benchmarks.overhead import TREE, green_at_once
from tests.benchmarks.table import Row
from tests.pull_scenes import (
    on_line,
    open_own_pull,
    read_threads,
    review,
    script_on_pull,
    wait_for_run,
)
from tests.stage import END, edit, staged

THREADS = (1, 10, 50)
LINES = "lines.txt"
PLAN_OF_LINES = {
    "summary": "Name the last line.",
    "files": [{"path": LINES, "change": "its last line"}],
}
TEXT = "".join(f"line {number}\n" for number in range(1, 61))


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """The time until the last answer, and how often GitHub was asked until the end of the run."""

    threads: int
    took_s: float
    rest_calls: int
    graphql_calls: int

    @property
    def calls(self) -> int:
        """All calls of GitHub's API."""
        return self.rest_calls + self.graphql_calls


def rows(work: Path) -> list[Row]:
    """The time and the calls for each size of review, and how the calls grow."""
    shown: list[Row] = []
    for kind, measure in (("questions", measure_questions), ("suggestions", measure_suggestions)):
        figures = [measure(work / f"{kind}{threads}", threads) for threads in THREADS]
        shown += [_describe(kind, each) for each in figures]
        first, last = figures[0], figures[-1]
        growth = (last.calls - first.calls) / (last.threads - first.threads)
        shown.append(Row(f"  calls for one more of the {kind}", f"{growth:.2f}", "at most 3", ""))
    return shown


def measure_questions(work: Path, threads: int) -> ReviewFigures:
    """Measure a review whose threads the model answers, with one edit."""
    remarks = [on_line(LINES, number, "Why this line?") for number in range(1, threads + 1)]
    return _measure(work, _answer_all(threads), remarks)


def measure_suggestions(work: Path, threads: int) -> ReviewFigures:
    """Measure a review of suggestions, which need no model."""
    remarks = [
        on_line(LINES, number, f"```suggestion\nLine {number}\n```")
        for number in range(1, threads + 1)
    ]
    return _measure(work, script_on_pull([("read_request", {})]), remarks)


def _answer_all(threads: int) -> Script:
    answers = [
        ("answer_thread", {"thread": number, "text": "It is one of sixty.", "done": number == 1})
        for number in range(1, threads + 1)
    ]
    changed = edit("line 60", "the last line", LINES)
    batches = [answers[start : start + MOST_THREADS] for start in range(0, threads, MOST_THREADS)]
    turns = [turn for batch in batches for turn in (batch, END)]
    return script_on_pull(
        [("read_request", {})], [("submit_plan", PLAN_OF_LINES)], [changed], *turns
    )


def _measure(work: Path, play: Script, remarks: Sequence[NewThread]) -> ReviewFigures:
    with staged(work, _bare, play, TREE) as on, green_at_once(on.forge):
        pull = open_own_pull(on.forge, {LINES: TEXT})
        on.forge.wait_until_idle(30)
        before = len(on.forge.list_requests())
        began = time.monotonic()
        review(on.forge, pull, *remarks)
        while not _is_answered(on.forge, pull):
            time.sleep(0.01)
        took = time.monotonic() - began
        wait_for_run(on, "work_on_pull")
        requests = [path for _, path, _ in on.forge.list_requests()[before:]]
    graphql = sum("graphql" in path for path in requests)
    rest = sum("/api/v3/" in path for path in requests)
    return ReviewFigures(len(remarks), took, rest, graphql)


def _is_answered(forge: Forge, pull: int) -> bool:
    return all(len(thread) > 1 for thread in read_threads(forge, pull))


def _describe(kind: str, figures: ReviewFigures) -> Row:
    calls = f"{figures.rest_calls} REST, {figures.graphql_calls} GraphQL"
    what = f"review of {figures.threads} {kind}, to the last answer"
    return Row(what, f"{figures.took_s:.2f} s, {calls}", "", "")


def _bare(app):
    return app
