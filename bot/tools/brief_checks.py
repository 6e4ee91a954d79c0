"""Find faults that a brief shows by itself: criteria nobody could check, contradictions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.text.words import list_words
from bot.values import Brief

MOST_QUESTIONS = 3
FEWEST_WORDS = 2  # of a criterion: what it is about, and what is true of that
NEGATION = re.compile(
    r"\b(?:never|no longer|not|without|cannot)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# Without these a sentence that can be checked still says something.
# fmt: off
EMPTY_WORDS = frozenset([
    "a", "an", "the", "it", "its", "this", "that", "is", "are", "be", "been", "and", "or", "of",
    "to", "in", "on", "for", "as", "with", "all", "any", "every", "everything", "code", "change",
    "feature", "bug", "issue", "problem", "request", "should", "must", "shall", "will", "can",
    "do", "does", "done", "work", "works", "working", "correct", "correctly", "proper", "properly",
    "well", "good", "better", "best", "fast", "faster", "slow", "nice", "nicely", "clean",
    "cleaner", "improved", "fixed", "solved", "resolved", "expected", "fine", "right", "more",
    "robust", "now",
])
AUXILIARIES = frozenset([
    "do", "does", "must", "should", "shall", "will", "can", "may", "is", "are", "be",
])
# fmt: on


def explain_brief_faults(brief: Brief) -> Iterator[str]:
    """Say what must be mended before a brief is accepted, each in a sentence."""
    yield from _check_kind(brief)
    yield from _check_criteria(brief)
    yield from _check_ambiguities(brief)
    yield from _find_contradictions(brief)


def _check_kind(brief: Brief) -> Iterator[str]:
    if brief.missing:
        if brief.open_questions:
            yield "`missing` ends the job by itself: ask no questions beside it."
        if brief.example is None:
            yield "Where something is missing, `example` shows the issue as it could be."
    elif brief.example is not None:
        yield "`example` is for a request whose brief has `missing`: say what is missing, too."
    elif not brief.criteria and brief.kind != "question":
        yield "There is no criterion: say at least one thing that is true once the work is done."


def _check_criteria(brief: Brief) -> Iterator[str]:
    for number, criterion in enumerate(brief.criteria, 1):
        words = {word.casefold() for word in list_words(criterion.text)}
        if len(words - EMPTY_WORDS) < FEWEST_WORDS:
            yield (
                f"Criterion {number} cannot be checked ({criterion.text.strip()!r}): say what "
                "somebody does, and what they see then."
            )


def _check_ambiguities(brief: Brief) -> Iterator[str]:
    count = len(brief.open_questions)
    if count > MOST_QUESTIONS:
        yield (
            f"{count} ambiguities have `matters`, and at most {MOST_QUESTIONS} may: "
            "keep it for those whose answers change most, and take the default for the others."
        )
    asked = [simplify(ambiguity.question) for ambiguity in brief.ambiguities]
    for number, ambiguity in enumerate(brief.ambiguities, 1):
        simple = asked[number - 1]
        if simple in asked[: number - 1]:
            yield f"Ambiguity {number} is asked twice: {ambiguity.question.strip()!r}."
        if simplify(ambiguity.default) in ("", simple):
            yield f"Ambiguity {number} needs a `default` that answers it."


def _find_contradictions(brief: Brief) -> Iterator[str]:
    """Find sentences that ask for something and for its opposite, or that is out of scope."""
    demands = [*(criterion.text for criterion in brief.criteria), *brief.constraints]
    for number, text in enumerate(demands):
        for earlier in demands[:number]:
            if simplify(text) == simplify(earlier):
                yield f"This stands twice: {text.strip()!r}."
            elif _denies(text, earlier):
                yield f"These contradict each other: {earlier.strip()!r} and {text.strip()!r}."
    named = [*demands, *(entity.name for entity in brief.entities if entity.is_new)]
    for text in named:
        if _is_among(text, brief.out_of_scope):
            yield f"This is asked for and out of scope at once: {text.strip()!r}."


def _is_among(text: str, others: Sequence[str]) -> bool:
    return simplify(text) in map(simplify, others)


def _denies(first: str, second: str) -> bool:
    """Tell whether one of two sentences is the other with a "not" in it."""
    is_one_negated = bool(NEGATION.search(first)) != bool(NEGATION.search(second))
    return is_one_negated and _list_stems(first) == _list_stems(second)


def _list_stems(text: str) -> list[str]:
    """List what a sentence says beside its negation, verbs without their ending."""
    words = list_words(NEGATION.sub(" ", text).casefold())
    return [word.rstrip("s") for word in words if word not in AUXILIARIES]


def simplify(text: str) -> str:
    """Keep the words of a text alone, in lower case: by these two are compared."""
    return " ".join(list_words(text.casefold()))
