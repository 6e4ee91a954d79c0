"""Here lives Elixir's ExUnit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.logs.sections import sections, texts_until
from bot.values import Frame

_EXUNIT = re.compile(r"^\s+\d+\) (?P<test>(?:test|property|doctest) .+ \([\w.]+\))$")
_EXUNIT_AT = re.compile(r"^\s+(?P<path>\S+\.exs?):(?P<line>\d+)$")
_EXUNIT_STACK = re.compile(
    r"^\s+(?:\([\w.]+ [\w.-]+\) )?(?P<path>\S+\.exs?):(?P<line>\d+): (?P<name>.+)$"
)
_RAISED = re.compile(r"^\s+\*\* \((?P<kind>[\w.]+)\) (?P<text>.*)$")
_EXUNIT_END = re.compile(r"^Finished in |^\d+ (?:tests|doctests)")


def exunit(lines: Sequence[Line]) -> list[Found]:
    """Each numbered test: its place, what it says, a stack with the innermost call first."""
    found = []
    for named, block in sections(lines, _EXUNIT):
        texts = texts_until(block[1:], _EXUNIT_END)
        stack = [place for text in texts if (place := _EXUNIT_STACK.match(text))]
        own = [_EXUNIT_AT.match(text) for text in texts[:1]]
        frames = [Frame(place["path"], int(place["line"]), place["name"]) for place in stack[::-1]]
        frames = frames or [Frame(place["path"], int(place["line"])) for place in own if place]
        raised = next(filter(None, (_RAISED.match(text) for text in texts)), None)
        said = "\n".join(
            text.strip()
            for text in texts
            if not _EXUNIT_AT.match(text) and not _EXUNIT_STACK.match(text)
        )
        kind, message = (raised["kind"], raised["text"]) if raised else ("", said)
        first, last = block[0].number, block[len(texts)].number
        found.append(
            Found("test-failure", kind, cut(message), first, last, named["test"], shortened(frames))
        )
    return found
