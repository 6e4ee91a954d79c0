"""Here lives the reading of lines by the table of linters and compilers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.dialects import AT, LC, TABLE, Row
from bot.logs.parsed_failure import Found, cut
from bot.values import Frame

_ARROW = re.compile(rf"\s*(?:-->|╭─\[|::|,-\[|❯) ?{AT}{LC}\]?$")
_CHAIN = re.compile(
    r"^(?:In file included from |\s+from )?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?"
    r"(?:[:,]$|:\s+(?:(?:recursively )?required (?:from|by)|in .constexpr. expansion|in instantiation))"
)
_TEXT_LIKE = re.compile(r"\w")


def diagnostics(lines: Sequence[Line]) -> list[Found]:
    """What compilers, type checkers and linters say, one line each."""
    whole = "\n".join(line.text for line in lines)
    rows = [row for row in TABLE if row.sign in whole]
    found = []
    for at, line in enumerate(lines):
        for row in rows:
            if row.sign in line.text and (told := _said(row, lines, at)):
                found.append(told)
                break
    return found


def _said(row: Row, lines: Sequence[Line], at: int) -> Found | None:
    said = row.pattern.match(lines[at].text)
    below = lines[at + 1 : at + 7] if said else []
    place = _place(row, said, below) if said else None
    if said is None or place is None:
        return None
    text = said["text"] or next(
        (line.text.strip(" ×>│|") for line in below if _TEXT_LIKE.search(line.text)), ""
    )
    chain = _chain(lines, at) if row.tool == "compiler" else []
    code, number = said.groupdict().get("code") or "", lines[at].number
    return Found(
        row.category,
        code,
        cut(text),
        number,
        number,
        "",
        (*chain, *place),
        column=said.groupdict().get("col") or "",
        tool=row.tool,
    )


def _place(row: Row, said: re.Match[str], below: Sequence[Line]) -> tuple[Frame, ...] | None:
    """Where it is; None when a row whose place stands below has no arrow there, and so is no
    diagnostic.
    """
    if row.below:
        arrow = next(filter(None, (_ARROW.match(line.text) for line in below)), None)
        return (Frame(arrow["path"], int(arrow["line"])),) if arrow else None
    groups = said.groupdict()
    number = groups.get("line") or groups.get("line2")
    return (Frame(groups["path"], int(number) if number else None),) if groups.get("path") else ()


def _chain(lines: Sequence[Line], at: int) -> list[Frame]:
    """How a C++ compiler came to the place: includes and instantiations stand above it, innermost
    first.
    """
    steps: list[tuple[bool, Frame]] = []
    for line in reversed(lines[max(at - 30, 0) : at]):
        place = _CHAIN.match(line.text)
        if place:
            steps.append(
                (
                    bool(re.match(r"In file|\s+from", line.text)),
                    Frame(place["path"], int(place["line"])),
                )
            )
        elif not re.match(r"^\S+: (?:In |At )|^\s+(?:required|from)", line.text):
            break
    made = [frame for included, frame in steps if not included]
    return made or [frame for _, frame in steps]
