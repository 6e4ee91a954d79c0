"""Here lives a reading as a model is told it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.logs.fingerprint import masked_message
from bot.text import strip_invisible
from bot.values import Failure, Reading

_TESTS = 5
_FRAMES = 8


def render_reading(reading: Reading, limit_chars: int) -> str:
    """The reading as text of at most `limit_chars`: causes best first, their places, messages and
    tests, then the log.

    What comes from the log stands behind `| ` on every line, so that none of it can pass for words
    of ours.
    """
    causes = _causes(reading.failures)
    read_as = reading.tool or "plain text"
    read_as += ", a guess" if reading.confidence == "low" else ""
    head = f"{reading.category}, read as {read_as}: {len(reading.failures)} failures, {len(causes)} causes"
    parts = [head]
    room = limit_chars - len(head) - 60
    for number, cause in enumerate(causes, 1):
        part = "\n".join([f"\n{number}.", *_told(cause)])
        if len(part) > room:
            parts.append(f"\n{len(causes) - number + 1} further causes left out.")
            room = 0
            break
        parts.append(part)
        room -= len(part) + 1
    excerpt = _quoted(reading.excerpt)[: max(room - 20, 0)]
    if excerpt:
        parts.append(f"\nFrom the log:\n{excerpt}")
    return "\n".join(parts)[:limit_chars]


def _causes(failures: Sequence[Failure]) -> list[list[Failure]]:
    """Failures that say the same at the same place are one cause; those with a place first, then
    the most frequent.
    """
    by_cause: dict[tuple[object, ...], list[Failure]] = defaultdict(list)
    for failure in failures:
        by_cause[failure.error, masked_message(failure.message), failure.frames[-1:]].append(
            failure
        )
    return sorted(
        by_cause.values(),
        key=lambda cause: (not cause[0].frames, -sum(each.count for each in cause)),
    )


def _told(cause: Sequence[Failure]) -> Iterator[str]:
    first = cause[0]
    yield _quoted(f"{first.error}: {first.message}" if first.error else first.message)
    if first.root_cause:
        yield f"because of\n{_quoted(first.root_cause)}"
    for frame in first.frames[-_FRAMES:]:
        yield _quoted(
            f"{frame.file}:{frame.line or '?'}"
            + (f" in {frame.function}" if frame.function else ""),
            "at ",
        )
    if first.code:
        yield _quoted(first.code)
    tests = list(dict.fromkeys(failure.test for failure in cause if failure.test))
    for test in tests[:_TESTS]:
        yield _quoted(test, "test ")
    if len(tests) > _TESTS:
        yield f"and {len(tests) - _TESTS} more tests"
    times = sum(failure.count for failure in cause)
    jobs = sorted({job for failure in cause for job in failure.jobs})
    if times > len(cause):
        yield f"{times} times"
    if jobs:
        yield _quoted(", ".join(jobs), "jobs ")


def _quoted(text: str, before: str = "") -> str:
    return (
        "\n".join(f"{before}| {line}" for line in strip_invisible(text).split("\n")) if text else ""
    )
