"""Parse what compilers, type checkers and linters print by the table of their patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.diagnostic_patterns import (
    DIAGNOSTIC_PATTERNS,
    LINE_COLUMN,
    PATH,
    DiagnosticPattern,
)
from bot.logs.line_search import find_markers, match_first, read_texts
from bot.logs.parsed_failure import FAILURES, ParsedFailure, parse_place, shorten_message
from bot.values import Frame

_ARROW = re.compile(rf"\s*(?:-->|╭─\[|::|,-\[|❯|at(?= )) ?(?:file://)?{PATH}{LINE_COLUMN}\]?$")
_BEGINS_WITH_PLACE = re.compile(rf"{PATH}:\d")
_CPP_STEP = re.compile(
    r"^(?:In file included from |\s+from )?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?"
    r"(?:[:,]$|:\s+(?:(?:recursively )?required (?:from|by)|in .constexpr. expansion"
    r"|in instantiation))"
)
_INCLUDED = re.compile(r"In file|\s+from")
_CPP_NOTE = re.compile(r"^\S+: (?:In |At )|^\s+(?:required|from)")
_NPM = re.compile(r"^npm (?:ERR!|error)")
_WORD = re.compile(r"\w")


def parse_diagnostics(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each line that one of the patterns fits; the first that fits is believed."""
    markers = find_markers(lines, {pattern.marker for pattern in DIAGNOSTIC_PATTERNS})
    patterns = [pattern for pattern in DIAGNOSTIC_PATTERNS if pattern.marker in markers]
    free = [pattern for pattern in patterns if not pattern.begins_with_place]
    failures = []
    for index, (_, text, _) in enumerate(lines):
        for pattern in patterns if _BEGINS_WITH_PLACE.match(text) else free:
            match = pattern.expression.match(text) if pattern.marker in text else None
            if match and (failure := _parse(pattern, match, lines, index)):
                failures.append(failure)
                break
        if len(failures) >= FAILURES:
            break
    return failures


def _parse(
    pattern: DiagnosticPattern, match: re.Match[str], lines: Sequence[LogLine], index: int
) -> ParsedFailure | None:
    has_below = pattern.below or not match["text"]
    below = read_texts(lines[index + 1 : index + 7]) if has_below else []
    place = match_first(below, _ARROW) if pattern.below else match
    if place is None:  # without an arrow it is no diagnostic
        return None
    if pattern.suffix and not place["path"].endswith(pattern.suffix):
        return None
    groups, number = match.groupdict(), lines[index].number
    chain = _parse_cpp_chain(lines, index) if pattern.tool == "compiler" else []
    own_frames = [parse_place(place)] if place.groupdict().get("path") else []
    return ParsedFailure(
        pattern.category,
        error=groups.get("code") or "",
        message=shorten_message(match["text"] or _find_words(below)),
        first_line=number,
        last_line=number,
        frames=(*chain, *own_frames),
        column=groups.get("col") or "",
        tool=pattern.tool,
    )


def _find_words(texts: Sequence[str]) -> str:
    """Find the first text that says anything: a message that stands below its place."""
    for text in texts:
        words = _NPM.sub("", text).strip(" ×>│|")
        if _WORD.search(words):
            return words
    return ""


def _parse_cpp_chain(lines: Sequence[LogLine], index: int) -> list[Frame]:
    """Parse how a C++ compiler came to the place: what stands above it, innermost first.

    Includes count only where there are no instantiations.
    """
    includes: list[Frame] = []
    instantiations: list[Frame] = []
    for line in reversed(lines[max(index - 30, 0) : index]):
        step = _CPP_STEP.match(line.text)
        if step:
            steps = includes if _INCLUDED.match(line.text) else instantiations
            steps.append(parse_place(step))
        elif not _CPP_NOTE.match(line.text):
            break
    return instantiations or includes
