"""Render a reading as the text that the model gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from bot.logs.fingerprint import normalize_message
from bot.text import strip_invisible
from bot.values import Failure, Frame, Reading

_TESTS = 5  # named for each cause
_FRAMES = 8


def render_reading(reading: Reading, limit_chars: int) -> str:
    """Render a reading as text of at most `limit_chars`: causes, best first, then the log.

    What comes from the log stands behind `| ` on every line, so that none of it can pass for words
    of ours.
    """
    causes = _group_by_cause(reading.failures)
    parts = [_render_head(reading, len(causes))]
    room = limit_chars - len(parts[0]) - 60
    for number, cause in enumerate(causes, 1):
        part = "\n".join([f"\n{number}.", *_render_cause(cause)])
        if len(part) > room:
            parts.append(f"\n{len(causes) - number + 1} further causes left out.")
            room = 0
            break
        parts.append(part)
        room -= len(part) + 1
    excerpt = _quote(reading.excerpt)[: max(room - 20, 0)]
    if excerpt:
        parts.append(f"\nFrom the log:\n{excerpt}")
    return "\n".join(parts)[:limit_chars]


def _render_head(reading: Reading, causes: int) -> str:
    source = reading.tool or "plain text"
    if reading.confidence == "low":
        source += ", a guess"
    counts = f"{len(reading.failures)} failures, {causes} causes"
    return f"{reading.category}, read as {source}: {counts}"


def _group_by_cause(failures: Sequence[Failure]) -> list[list[Failure]]:
    """Group failures that say the same at the same place, in the same jobs.

    Those with a place come first, then the most frequent.
    """
    by_cause: dict[Hashable, list[Failure]] = defaultdict(list)
    for failure in failures:
        message = normalize_message(failure.message)
        cause = (failure.error, message, failure.frames[-1:], failure.jobs)
        by_cause[cause].append(failure)
    return sorted(by_cause.values(), key=lambda group: (not group[0].frames, -_count(group)))


def _count(failures: Sequence[Failure]) -> int:
    return sum(failure.count for failure in failures)


def _render_cause(failures: Sequence[Failure]) -> Iterator[str]:
    first = failures[0]
    yield _quote(f"{first.error}: {first.message}" if first.error else first.message)
    if first.root_cause:
        yield f"because of\n{_quote(first.root_cause)}"
    for frame in first.frames[-_FRAMES:]:
        yield _quote(_render_frame(frame), "at ")
    if first.code:
        yield _quote(first.code)
    yield from _render_tests(failures)
    yield from _render_occurrences(failures)


def _render_frame(frame: Frame) -> str:
    place = f"{frame.file}:{frame.line or '?'}"
    return f"{place} in {frame.function}" if frame.function else place


def _render_tests(failures: Sequence[Failure]) -> Iterator[str]:
    tests = list(dict.fromkeys(failure.test for failure in failures if failure.test))
    for test in tests[:_TESTS]:
        yield _quote(test, "test ")
    if len(tests) > _TESTS:
        yield f"and {len(tests) - _TESTS} more tests"


def _render_occurrences(failures: Sequence[Failure]) -> Iterator[str]:
    count = _count(failures)
    jobs = sorted({job for failure in failures for job in failure.jobs})
    if count > len(failures):
        yield f"{count} times"
    if jobs:
        yield _quote(", ".join(jobs), "jobs ")


def _quote(text: str, label: str = "") -> str:
    if not text:
        return ""
    return "\n".join(f"{label}| {line}" for line in strip_invisible(text).split("\n"))
