"""Here lives .NET: `dotnet test` with xUnit, NUnit and MSTest, and uncaught exceptions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.logs.sections import sections
from bot.values import Frame

_FAILED = re.compile(
    r"^\s*(?:X|Failed|failed) (?P<test>[A-Za-z_].*?) ?(?:\[(?:< )?[\d.,]+ ?(?:m?s|m|h)(?: [\d.]+ ?m?s)?\]"
    r"|\([\d.,]+ ?m?s\))$"
)
_XUNIT = re.compile(r"^(?:\[xUnit\.net [\d:.]+\])?\s+(?P<test>[A-Za-z_]\S.*?) \[FAIL\]$")
_AT = re.compile(
    r"^\s*(?:\[xUnit\.net [\d:.]+\]\s+)?at (?P<name>.+?) in (?P<path>.+?):line (?P<line>\d+)$"
)
_AT_PLAIN = re.compile(
    r"^\s*(?:\[xUnit\.net [\d:.]+\]\s+)?(?P<path>\S.*?\.(?:cs|fs|vb))\((?P<line>\d+),\d+\): at (?P<name>.+)$"
)
_LABEL = re.compile(
    r"^\s*(?:Error Message:|Stack Trace:|Expected and actual values|Standard Output Messages:)\s*$"
)
_TYPE = re.compile(r"^(?P<type>(?:[\w.]+\.)?[A-Z]\w*Exception)\s?: (?P<text>.*)$", re.DOTALL)
_UNHANDLED = re.compile(
    r"^Unhandled exception\. (?P<rest>.+)$|^Unhandled Exception: (?P<rest2>.+)$"
)


def dotnet_tests(lines: Sequence[Line]) -> list[Found]:
    """Each `Failed Test [3 ms]` with its message and stack; xUnit's own lines only where there are
    no others.
    """
    return _blocks(lines, _FAILED) or _blocks(lines, _XUNIT)


def _blocks(lines: Sequence[Line], head: re.Pattern[str]) -> list[Found]:
    found = [
        _failure(block[0], named["test"], block[1:]) for named, block in sections(lines, head, 120)
    ]
    return [one for one in found if one.message or one.frames]


def _failure(line: Line, test: str, block: Sequence[Line]) -> Found:
    said: list[str] = []
    frames: list[Frame] = []
    last = line.number
    for each in block:
        text = re.sub(r"^\[xUnit\.net [\d:.]+\]\s*", "", each.text)
        place = _AT.match(text) or _AT_PLAIN.match(text)
        if place:
            frames.append(
                Frame(
                    place["path"],
                    int(place["line"]),
                    place["name"].partition("(")[0].rpartition(".")[2],
                )
            )
        elif _stops(text, frames=bool(frames)):
            break
        last = each.number
        if (
            not place
            and not frames
            and not _LABEL.match(text)
            and not text.lstrip().startswith(("at ", "--- End"))
        ):
            said.append(text.strip())
    kind = _TYPE.match("\n".join(said).strip())
    message = kind["text"] if kind else "\n".join(said)
    return Found(
        "test-failure",
        kind["type"] if kind else "",
        cut(message.strip()),
        line.number,
        last,
        test,
        shortened(frames[::-1]),
    )


def _stops(text: str, *, frames: bool) -> bool:
    return bool(
        re.match(
            r"^\s*(?:Passed|Skipped|Standard Output|Test Run|Failed!|Passed!|Total tests)\b", text
        )
    ) or (frames and not text.lstrip().startswith(("at ", "---")) and bool(text.strip()))


def dotnet_crash(lines: Sequence[Line]) -> list[Found]:
    """An exception that nothing caught."""
    for at, line in enumerate(lines):
        head = _UNHANDLED.match(line.text)
        if head:
            rest = head["rest"] or head["rest2"]
            told = _failure(line, "", [Line(line.number, rest), *lines[at + 1 : at + 100]])
            return [
                Found(
                    "crash",
                    told.error,
                    told.message.removeprefix(f"{told.error}: "),
                    line.number,
                    told.last,
                    "",
                    told.frames,
                )
            ]
    return []
