"""Decide what the failures of a step mean, and whose fault they are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from bot.logs.clean_log import LogLine
from bot.logs.failures import collect_failures, cut_excerpt
from bot.logs.line_search import read_texts
from bot.logs.outages import (
    OutageMatch,
    find_outage,
    find_outage_in_error,
    names_other_machine,
)
from bot.logs.parse_step import AttributedFailure, StepFailures
from bot.logs.parsed_failure import ParsedFailure
from bot.logs.parsers.fallback import mentions_failed_tests
from bot.logs.parsers.tracebacks import is_wrapper
from bot.logs.registry import ParserSpec
from bot.values import Action, Confidence, Reading

_MESSAGE_CHARS = 500  # of an outage
# What runners of tests say first.
_TESTS_BEGIN = re.compile(
    r"=+ test session starts|^running \d+ tests?$|^=== RUN|\bT E S T S\b|^ ?RUN  v\d"
    r"|^(?:PASS|FAIL) |^TAP version|^\[=+\] Running|^PHPUnit \d|^Run options: |^Test run for "
    r"|^Running Suite: "
)
_ERROR_LINES = 30
_PACKAGES = 50  # that could not be had: behind each an outage is looked for
_LINES_BELOW = 8
_PRINTED_LINES = 60  # by a test, below what it says
# What a test says that only looked at how a program ended.
_EXIT_CODE = re.compile(
    r"(?i)\b(?:return(?:ed)?|exit)[ _-]?(?:with )?(?:non-zero )?(?:code|status)\b"
    r"|\bassert -?\d+ == 0\b|\bexited with\b"
)
_FETCH_FAILED = re.compile(r"\bfetch failed\b|\bError sending request\b|\bRequestError\b")
_SOURCE_LINES = 5  # that a compiler shows below what it says
_QUOTED = re.compile(r"""(?<!\w)(["'`]).{1,300}?\1""")
# Words that code may say, too, where no other machine is named.
_OF_OTHER_MACHINES = {"network", "registry", "time limit"}
_ASSERTION = re.compile(
    r"^expect\(|\b(?:want(?:ed)?|got|assert\w*|to (?:equal|be|match|contain))\b"
    r"|\b(?:left|right|expected|actual) ?: ",
    re.IGNORECASE,
)


def judge_step(step: StepFailures) -> Reading | None:
    """Decide what the failures of a step mean; None where there are none.

    Where some are outages and others are not, only the others are told.
    """
    chosen = _choose_failures(step)
    blamed: list[AttributedFailure] = []
    outages: list[OutageMatch] = []
    for candidate in chosen:
        outage = _find_outage_behind(candidate, step)
        if outage:
            outages.append(outage)
        else:
            blamed.append(candidate)
    # Where one package could not be had for an outage, the others could not either.
    is_set_up = all(each.failure.category == "dependency" for each in blamed)
    if blamed and not (outages and is_set_up):
        return _blame(step, blamed)
    return _report_outages(outages, chosen, step) if outages else None


def _report_outages(
    outages: Sequence[OutageMatch], chosen: Sequence[AttributedFailure], step: StepFailures
) -> Reading:
    """Make the reading of outages; of tests that met them, the tests are told."""
    reading = report_outage(outages[0], step.lines, chosen[0].tool)
    if chosen[0].parser.kind != "tests":
        return reading
    return replace(reading, failures=collect_failures(each.failure for each in chosen))


def _blame(step: StepFailures, blamed: Sequence[AttributedFailure]) -> Reading:
    first = blamed[0].parser
    best = next((each for each in blamed if each.failure.frames and _is_alike(each, first)), None)
    if first.kind != "tests":
        outage = _find_outage_around(step, blamed, has_place=best is not None)
        if outage:
            return report_outage(outage, step.lines, first.tool)
    confidence: Confidence = "high" if best else "medium"
    best = best or blamed[0]
    failures = collect_failures(candidate.failure for candidate in blamed)
    excerpt = cut_excerpt(step.lines, best.failure)
    category = best.failure.category
    are_tests = any(each.failure.category == "test-failure" for each in blamed) or (
        first.kind == "crashes" and mentions_failed_tests(step.lines)  # of an unknown runner
    )
    if category == "crash" and are_tests:
        category = "test-failure"
    is_outage = all(_shows_outage(candidate, step) for candidate in blamed)
    action: Action = "rerun" if is_outage else "fix"
    return Reading(category, action, best.tool, failures, excerpt, confidence)


def _shows_outage(candidate: AttributedFailure, step: StepFailures) -> bool:
    """Tell whether a failed test says no more than how a program ended that it ran, and the
    program's output tells of an outage of another machine.
    """
    failure = candidate.failure
    if candidate.parser.kind != "tests" or not _EXIT_CODE.search(failure.message):
        return False
    texts = _read_lines(step.lines, failure.first_line, failure.last_line + _PRINTED_LINES)
    return any(names_other_machine(text) and find_outage([text]) for text in texts)


def _is_alike(candidate: AttributedFailure, parser: ParserSpec) -> bool:
    """Tell whether it says what failed, and not only what did besides."""
    return candidate.parser.kind == parser.kind or _is_go_build_error(candidate)


def _find_outage_around(
    step: StepFailures, blamed: Sequence[AttributedFailure], *, has_place: bool
) -> OutageMatch | None:
    """Find the outage that a step without tests tells of.

    A place in the repository's code outweighs a word about the network, but not a full disk or a
    killed process; that of a compiler or a linter all that was said before, and in quotes.
    """
    if not has_place or blamed[0].parser.kind == "crashes":
        return find_outage(read_texts(step.lines), only_stops=has_place)
    last = max(each.failure.last_line for each in blamed) + _SOURCE_LINES
    later = (line for line in step.lines if line.number > last or line.mark == "error")
    return find_outage((_QUOTED.sub("", line.text) for line in later), only_stops=True)


def _choose_failures(step: StepFailures) -> list[AttributedFailure]:
    """Choose tests; else diagnostics in the repository's code; else what ended the program.

    What has no place in the repository comes last.
    """
    diagnostics, crashes = step.by_kind["diagnostics"], step.by_kind["crashes"]
    in_repository = [candidate for candidate in diagnostics if candidate.failure.frames]
    if tests := step.by_kind["tests"]:
        return tests + _keep_beside(in_repository, tests, step.lines)
    return (
        in_repository
        or _keep_last_program(list(filter(_is_own_crash, crashes)))
        or [each for each in diagnostics if each.failure.category == "dependency"][:_PACKAGES]
        or diagnostics
        or _keep_last_program(crashes)
    )


def _is_go_build_error(candidate: AttributedFailure) -> bool:
    """Tell whether Go could not build a package, which it reports among the tests of the others."""
    return candidate.parser.tool == "go" and candidate.failure.category != "lint"


def _keep_beside(
    diagnostics: Sequence[AttributedFailure],
    tests: Sequence[AttributedFailure],
    lines: Sequence[LogLine],
) -> list[AttributedFailure]:
    """Keep what linters and compilers said before the tests began or after they ended.

    What stands between was printed by a test. Go reports among the tests what it cannot build.
    """
    tools = {test.tool for test in tests}
    first, last = _find_span(tests, lines) if diagnostics else (0, 0)

    def is_beside(each: AttributedFailure) -> bool:
        return each.tool not in tools and not first <= each.failure.first_line <= last

    return [each for each in diagnostics if _is_go_build_error(each) or is_beside(each)]


def _find_span(tests: Sequence[AttributedFailure], lines: Sequence[LogLine]) -> tuple[int, int]:
    """Find the lines between which tests ran: from the runner's first words to its summary."""
    first = min(test.failure.first_line for test in tests)
    last = max(test.failure.last_line for test in tests)
    for line in lines:
        if line.number < first and _TESTS_BEGIN.search(line.text):
            first = line.number
        elif line.number > last and mentions_failed_tests([line]):
            last = line.number
    return first, last


def _is_own_crash(candidate: AttributedFailure) -> bool:
    failure = candidate.failure
    return bool(failure.frames) and not is_wrapper(failure.error, failure.message)


def _keep_last_program(crashes: Sequence[AttributedFailure]) -> list[AttributedFailure]:
    """Keep what the parser found that read furthest: a program ends but once."""
    if not crashes:
        return []
    last = max(crashes, key=lambda crash: crash.failure.last_line)
    return [crash for crash in crashes if crash.parser is last.parser]


def _find_outage_behind(candidate: AttributedFailure, step: StepFailures) -> OutageMatch | None:
    """Find the outage that a failure tells of.

    An assertion only quotes what the code under test said, a compiler or a linter the code.
    """
    failure, kind = candidate.failure, candidate.parser.kind
    lines = failure.message.split("\n")
    first_lines = "\n".join(lines[:2])
    is_assertion = failure.error.endswith(("AssertionError", "AssertionFailedError", "Failed"))
    if is_assertion or _ASSERTION.search(first_lines):
        return None
    if failure.category == "dependency":
        return find_outage_in_error(_read_near(step.lines, failure))
    message = first_lines if kind == "tests" else "\n".join(lines[:_ERROR_LINES])
    text = f"{failure.error}: {message}"
    if kind == "diagnostics" and failure.frames:
        return find_outage([_QUOTED.sub("", text)]) if names_other_machine(text) else None
    match = find_outage([text]) if kind == "tests" else find_outage_in_error([text])
    if match is None and _FETCH_FAILED.search(text):  # the cause stands below the stack
        match = find_outage(_read_near(step.lines, failure))
    if match is None or names_other_machine(text) or match.outage.name not in _OF_OTHER_MACHINES:
        return match
    return find_outage([text]) if kind == "crashes" else None


def _read_near(lines: Sequence[LogLine], failure: ParsedFailure) -> list[str]:
    """Read a failure's lines and those below: why a package could not be had stands there."""
    return _read_lines(lines, failure.first_line, failure.last_line + _LINES_BELOW)


def _read_lines(lines: Sequence[LogLine], first: int, last: int) -> list[str]:
    begin = bisect_left(lines, first, key=attrgetter("number"))
    end = bisect_right(lines, last, key=attrgetter("number"))
    return read_texts(lines[begin:end])


def report_outage(match: OutageMatch, lines: Sequence[LogLine], tool: str = "") -> Reading:
    """Make the reading of an outage, with the line that speaks of it."""
    outage, text = match
    number = _find_number(lines, text)
    failure = ParsedFailure(outage.category, "", text[:_MESSAGE_CHARS], number, number)
    return Reading(
        outage.category,
        outage.action,
        tool or outage.name,
        collect_failures([failure]),
        cut_excerpt(lines, failure),
    )


def _find_number(lines: Sequence[LogLine], text: str) -> int:
    for line in lines:
        if line.text == text:
            return line.number
    return lines[-1].number if lines else 0
