"""The measurement of suggested changes: how many are applied to the letter, and what one costs."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from bot.edits import apply_suggestions, collect_suggestions
from tests.benchmarks.table import Row
from tests.edits.suggestion_cases import CASES, Case, block, judge, list_missing_words, on


def rows(_: Path) -> list[Row]:
    """Count what became of all cases, and time many suggestions for a large file."""
    outcomes = Counter(map(_name_outcome, CASES))
    counts = ", ".join(f"{count} {what}" for what, count in outcomes.most_common())
    return [Row(f"{len(CASES)} cases", counts, "0 misapplied, 0 without words", "-"), _time_many()]


def _name_outcome(case: Case) -> str:
    judgement = judge(case)
    if not judgement.is_right:
        return "misapplied"
    if list_missing_words(case, judgement.texts):
        return "without words"
    if case.after == case.before:
        return "refused or left"
    return "applied in part" if judgement.texts else "applied"


def _time_many() -> Row:
    """Apply a thousand suggestions to a file of 20,000 lines."""
    text = "".join(f"value_{number} = {number}\n" for number in range(20_000))
    threads = [on(number, block(f"value = {number}\n")) for number in range(1, 20_000, 20)]
    began = time.process_time()
    suggestions, _ = collect_suggestions(threads)
    apply_suggestions(text.encode(), suggestions)
    took = time.process_time() - began
    return Row(f"{len(threads)} suggestions for 20,000 lines", f"{took:.2f} s", "-", "-")
