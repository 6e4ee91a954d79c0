"""Make a reading's failures and its excerpt of what the parsers found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.fingerprint import compute_fingerprint
from bot.logs.line_search import join_texts
from bot.logs.parsed_failure import ParsedFailure
from bot.text import mask_secrets
from bot.values import Failure

_FAILURES = 200  # that are kept
_EXCERPT_LINES = 60
_LINES_AROUND = 6
_ROOT_CAUSE_CHARS = 500


def collect_failures(parsed_failures: Iterable[ParsedFailure]) -> tuple[Failure, ...]:
    """Make each failure once, its texts masked; a rerun or a second reporter counts it again."""
    collected: dict[tuple[str, str], Failure] = {}
    for parsed in parsed_failures:
        failure = _make_failure(parsed)
        key = (failure.test, _identify(failure, parsed.column))
        if key in collected:
            collected[key] = replace(collected[key], count=collected[key].count + 1)
        elif len(collected) < _FAILURES:
            collected[key] = failure
    return tuple(collected.values())


def _identify(failure: Failure, column: str) -> str:
    if failure.test:
        return failure.fingerprint
    return f"{failure.message} {failure.frames[-1:]} {column}"


def _make_failure(parsed: ParsedFailure) -> Failure:
    message, test = mask_secrets(parsed.message), mask_secrets(parsed.test)
    return Failure(
        error=parsed.error,
        message=message,
        test=test,
        frames=parsed.frames,
        root_cause=mask_secrets(parsed.root_cause[:_ROOT_CAUSE_CHARS]),
        fingerprint=compute_fingerprint(parsed.error, message, test, parsed.frames),
        log_line=parsed.first_line,
    )


def cut_excerpt(lines: Sequence[LogLine], failure: ParsedFailure) -> str:
    """Cut out the lines that a failure was read from, and some around them, masked.

    Of a long excerpt both ends are kept.
    """
    begin, end = failure.first_line - _LINES_AROUND, failure.last_line + _LINES_AROUND
    near = [line for line in lines if begin <= line.number <= end]
    texts = mask_secrets(join_texts(near)).split("\n")
    if len(texts) > _EXCERPT_LINES:
        third = _EXCERPT_LINES // 3
        texts = [*texts[:third], "[...]", *texts[1 + third - _EXCERPT_LINES :]]
    return "\n".join(texts)
