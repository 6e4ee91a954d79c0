"""Here lives Scala: ScalaTest, MUnit and JUnit as sbt prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.readers import jvm
from bot.values import Frame

_SBT = re.compile(r"^\[(?:info|error)\] ?")
_FAILED = re.compile(
    r"^\s*(?:- (?P<test>.+?) \*\*\* FAILED \*\*\*(?: \(.*\))?|==> X (?P<munit>\S.+?)\s+[\d.]+s?.*"
    r"|Test (?P<junit>\S+) failed: .*)$"
)
_PLACE = re.compile(r"\((?P<file>[\w$-]+\.scala):(?P<line>\d+)\)$")


def scalatest(lines: Sequence[Line]) -> list[Found]:
    """`- a name *** FAILED ***`, then what it says with its place, or a throwable."""
    plain = [Line(line.number, _SBT.sub("", line.text), line.mark) for line in lines]
    found = []
    for at, line in enumerate(plain[:-1]):
        named = _FAILED.match(line.text)
        if named:
            found.append(_failure(plain, at, named["test"] or named["munit"] or named["junit"]))
    return found


def _failure(lines: Sequence[Line], at: int, test: str) -> Found:
    said = lines[at + 1].text.strip()
    place = _PLACE.search(said)
    if place:
        here = (Frame(place["file"], int(place["line"])),)
        return Found(
            "test-failure", "", cut(said), lines[at].number, lines[at + 1].number, test, here
        )
    kind, message, frames, root, end = jvm.stack(lines, at + 1)
    return Found(
        "test-failure",
        kind,
        message,
        lines[at].number,
        lines[max(end - 1, at)].number,
        test,
        frames,
        root,
    )
