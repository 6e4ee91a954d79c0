"""Here live Elixir's ExUnit and R's testthat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean import Line
from bot.logs.found import Found, cut, shortened
from bot.values import Frame

_EXUNIT = re.compile(r"^\s+\d+\) (?P<test>(?:test|property|doctest) .+ \([\w.]+\))$")
_EXUNIT_AT = re.compile(r"^\s+(?P<path>\S+\.exs?):(?P<line>\d+)$")
_EXUNIT_STACK = re.compile(r"^\s+(?:\([\w.]+ [\w.-]+\) )?(?P<path>\S+\.exs?):(?P<line>\d+): (?P<name>.+)$")
_RAISED = re.compile(r"^\s+\*\* \((?P<kind>[\w.]+)\) (?P<text>.*)$")
_TESTTHAT = re.compile(
    r"^── (?:\d+\. )?(?:Failure|Error)[: ]+(?:\('?(?P<path>[^':)]+):(?P<line>\d+)(?::\d+)?'?\): )?"
    r"(?P<test>.*?)[ ─]*$"
)
_OLD_PLACE = re.compile(r"\(@(?P<path>[^#)]+)#(?P<line>\d+)\)")


def exunit(lines: Sequence[Line]) -> list[Found]:
    """Each numbered test: its place, what it says, a stack with the innermost call first."""
    found = []
    heads = [n for n, line in enumerate(lines) if _EXUNIT.match(line.text)]
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        named = _EXUNIT.match(lines[at].text)
        texts = _until(lines[at + 1 : after], r"^Finished in |^\d+ (?:tests|doctests)")
        stack = [place for text in texts if (place := _EXUNIT_STACK.match(text))]
        own = [_EXUNIT_AT.match(text) for text in texts[:1]]
        frames = [Frame(place["path"], int(place["line"]), place["name"]) for place in stack[::-1]]
        frames = frames or [Frame(place["path"], int(place["line"])) for place in own if place]
        raised = next(filter(None, (_RAISED.match(text) for text in texts)), None)
        said = "\n".join(text.strip() for text in texts if not _EXUNIT_AT.match(text) and not _EXUNIT_STACK.match(text))
        kind, message = (raised["kind"], raised["text"]) if raised else ("", said)
        last = lines[at + len(texts)].number
        if named:
            test = named["test"]
            found.append(Found("test-failure", kind, cut(message), lines[at].number, last, test, shortened(frames)))
    return found


def testthat(lines: Sequence[Line]) -> list[Found]:
    """Each headline with a place in the tests, then what it says."""
    found = []
    heads = [n for n, line in enumerate(lines) if _TESTTHAT.match(line.text)]
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        head = _TESTTHAT.match(lines[at].text)
        place = head if head and head["path"] else _OLD_PLACE.search(lines[at].text)
        texts = _until(lines[at + 1 : after], r"^(?:Backtrace:|══|── |\[ FAIL|$)")
        frames = (Frame(place["path"], int(place["line"])),) if place else ()
        last = lines[at + len(texts)].number
        if head:
            test = _OLD_PLACE.sub("", head["test"]).strip()
            found.append(Found("test-failure", "", cut("\n".join(texts)), lines[at].number, last, test, frames))
    return found


def _until(lines: Sequence[Line], end: str) -> list[str]:
    stop = next((n for n, line in enumerate(lines) if re.match(end, line.text)), len(lines))
    return [line.text for line in lines[: min(stop, 100)]]
