"""Ask the parsers what a failed step says."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from bot.logs.clean_log import LogLine, strip_tags, unindent_blocks
from bot.logs.job_steps import StepLog
from bot.logs.line_search import find_markers, read_texts
from bot.logs.parsed_failure import FAILURES, ParsedFailure
from bot.logs.parsers.fallback import find_places, mentions_failed_tests
from bot.logs.parsers.unknown_tools import parse_unknown_tests
from bot.logs.registry import PARSERS, UNKNOWN_TESTS, Kind, ParserSpec
from bot.logs.repo_paths import RepoPaths
from bot.values import Frame

_BLOCK_LINES = 60


class AttributedFailure(NamedTuple):
    """A failure and the parser that found it."""

    parser: ParserSpec
    failure: ParsedFailure

    @property
    def tool(self) -> str:
        """The tool that told of the failure."""
        return self.failure.tool or self.parser.tool


@dataclass(frozen=True, slots=True)
class StepFailures:
    """What the parsers found in a step, by how far they are believed."""

    lines: Sequence[LogLine]
    by_kind: dict[Kind, list[AttributedFailure]] = field(
        default_factory=lambda: {"tests": [], "diagnostics": [], "crashes": []}
    )


def parse_step(
    step: StepLog, repo_files: Collection[str], *, is_indented: bool = False
) -> StepFailures:
    """Ask each parser whose markers stand in the step; what two of them read is told by the first.

    Frames name files of the repository. Where the step `is_indented`, a tool shows what another
    one printed.
    """
    lines = _unwrap_lines(step.lines) if is_indented else step.lines
    paths = RepoPaths(repo_files, chain(step.command, lines))
    failures = StepFailures(lines)
    markers = find_markers(lines, chain.from_iterable(parser.markers for parser in PARSERS))
    for parser in PARSERS:
        if not markers.isdisjoint(parser.markers):
            for failure in parser.parse(lines)[:FAILURES]:
                _add_failure(failures, parser, _resolve(parser, failure, lines, paths))
    if repo_files and _has_unknown_tests(failures):
        parsed = [resolve_frames(failure, paths) for failure in parse_unknown_tests(lines)]
        own = [failure for failure in parsed if failure.frames]
        failures.by_kind["tests"] += [AttributedFailure(UNKNOWN_TESTS, each) for each in own]
    return failures


def _resolve(
    parser: ParserSpec, failure: ParsedFailure, lines: Sequence[LogLine], paths: RepoPaths
) -> ParsedFailure:
    resolved = resolve_frames(failure, paths)
    if resolved.frames or parser.kind != "tests" or not paths.are_known:
        return resolved
    return _find_frames(resolved, lines, paths)


def _unwrap_lines(lines: Sequence[LogLine]) -> Sequence[LogLine]:
    untagged = strip_tags(lines)
    return list(unindent_blocks(lines)) if untagged is lines else untagged


def _has_unknown_tests(step: StepFailures) -> bool:
    """Tell whether a runner that no parser knows shows crashes as those of tests."""
    is_code = any(each.failure.frames for each in step.by_kind["diagnostics"])
    known = step.by_kind["tests"] or is_code
    return bool(step.by_kind["crashes"]) and not known and mentions_failed_tests(step.lines)


def _find_frames(
    failure: ParsedFailure, lines: Sequence[LogLine], paths: RepoPaths
) -> ParsedFailure:
    """Find the places that the lines of a failed test name in some way that its parser ignores."""
    begin = bisect_left(lines, failure.first_line, key=attrgetter("number"))
    end = begin + min(failure.last_line - failure.first_line + 1, _BLOCK_LINES)
    places = find_places(read_texts(lines[begin:end]))
    return resolve_frames(replace(failure, frames=tuple(places)), paths)


def _add_failure(failures: StepFailures, parser: ParserSpec, failure: ParsedFailure) -> None:
    """Add a failure unless a parser that is believed more has read its lines.

    What a failed test printed is no further failure.
    """
    for earlier in chain.from_iterable(failures.by_kind.values()):
        if earlier.parser is not parser and _is_same(earlier.failure, failure):
            return
    failures.by_kind[parser.kind].append(AttributedFailure(parser, failure))


def _is_same(earlier: ParsedFailure, later: ParsedFailure) -> bool:
    return (
        earlier.first_line <= later.first_line <= earlier.last_line
        or (later.first_line <= earlier.first_line and earlier.last_line <= later.last_line)
        or _is_told_twice(earlier, later)
    )


def _is_told_twice(earlier: ParsedFailure, later: ParsedFailure) -> bool:
    """Tell whether two reporters speak of one failure: of the same place, in the same words."""
    if not later.frames or later.frames[-1:] != earlier.frames[-1:]:
        return False
    first, second = later.message.split("\n")[0], earlier.message.split("\n")[0]
    return bool(first) and (first in second or second in first)


def resolve_frames(failure: ParsedFailure, paths: RepoPaths) -> ParsedFailure:
    """Give the frames the repository's paths, and drop those that are not of the repository.

    The path in a test's name is resolved too.
    """
    frames = _keep_own(failure.frames, paths) or _keep_own(failure.cause_frames, paths)
    test = _resolve_test(failure.test, frames, paths)
    return replace(failure, frames=tuple(frames), test=test)


def _keep_own(frames: Sequence[Frame], paths: RepoPaths) -> list[Frame]:
    own_frames: list[Frame] = []
    for frame in frames:
        file = paths.resolve(frame.file)
        if file:
            own_frames.append(Frame(file, frame.line, frame.function))
    return own_frames


def _resolve_test(test: str, frames: Sequence[Frame], paths: RepoPaths) -> str:
    path, colons, name = test.partition("::")
    if not colons or not path.startswith("/"):
        return test
    file = paths.resolve(path) or (frames[0].file if frames else "")
    return f"{file}::{name}" if file else name
