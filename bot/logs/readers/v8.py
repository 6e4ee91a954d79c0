"""Here live the stacks of JavaScript engines, as every tool of Node prints them, and Node's own
last words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, error_type, shortened
from bot.values import Frame

_FILE = r"(?:[a-z-]+://[^:\n]*|[A-Za-z]:[\\/][^:\n]*|[^:\s][^:\n]*)"
AT = re.compile(
    rf"^\s*(?:at|❯|›|⎯) (?:async )?(?:(?P<name>[^(\n]{{1,300}}) \((?P<path>{_FILE}):(?P<line>\d+)(?::\d+)?\)"
    r"|(?:(?P<name2>[^\s(][^(\n]{0,300}) )?(?P<path2>(?:[A-Za-z]:[\\/]|[a-z-]+://)?[^\s:(][^\s:]*):(?P<line2>\d+)"
    r"(?::\d+)?)(?: \{)?$"
)
_INSIDE = re.compile(r"(?:^|/)node_modules/|^node:|^https?://|^internal/|^<anonymous>")
_CODE = re.compile(r"^\s{0,8}(?:>\s{0,4})?\d{0,6}\s{0,4}\|")
_EXIT = re.compile(
    r"^Node\.js v\d|^\s+at (?:node:internal|internal/|Module\._compile|ModuleJob)|triggerUncaughtException"
)
_SYNTAX = re.compile(r"^(?P<path>(?:file://)?(?:/|[A-Za-z]:\\)[^:\n]*):(?P<line>\d+)$")


def frame(text: str) -> Frame | None:
    """The place that a line of a stack names; None for any other line."""
    if ":" not in text:
        return None
    at = AT.match(text)
    if not at:
        return None
    name, path, number = (at[key] or at[f"{key}2"] for key in ("name", "path", "line"))
    return Frame(path.partition("?")[0], int(number), (name or "").partition(" [as ")[0].strip())


def own(frames: Sequence[Frame]) -> list[Frame]:
    """Without what is installed or built in: a project's own code stands in none of these folders."""
    return [each for each in frames if not _INSIDE.search(each.file)]


def first_stack(lines: Sequence[str]) -> tuple[Frame, ...]:
    """The first stack that passes through code of the project, outermost first."""
    stack: list[Frame] = []
    for text in (*lines, ""):
        place = frame(text)
        if place:
            stack.append(place)
        elif stack and not _between(text):
            if own(stack):
                break
            stack = []
    return shortened(own(stack)[::-1])


def _between(text: str) -> bool:
    """What stands in the middle of a stack without ending it: an excerpt of code, a place that has
    no line.
    """
    return bool(_CODE.match(text)) or text.lstrip().startswith(("at ", "❯ ")) or "|" in text[:8]


def message_of(lines: Sequence[str]) -> str:
    """What stands above the stack and the excerpt of code."""
    said: list[str] = []
    for text in lines:
        if frame(text) or re.match(r"^\s*(?:> )?\s*\d+ ?\|", text):
            break
        said.append(text.strip())
    return "\n".join(said).strip()


def kind_and_message(text: str) -> tuple[str, str]:
    """`TypeError` and what it says, of `TypeError: what it says`; a code in brackets belongs to
    neither.
    """
    first, newline, rest = text.partition("\n")
    plain = re.sub(
        r"^(?:Uncaught |\[Error: )?([\w.]*(?:Error|Exception)) \[[A-Z_]+\]:", r"\1:", first
    )
    kind = error_type(plain.removeprefix("Uncaught "))
    return kind, cut(plain.removeprefix("Uncaught ").removeprefix(f"{kind}: ") + newline + rest)


def node_stacks(lines: Sequence[Line]) -> list[Found]:
    """The last stack of a script that ended it."""
    at, end = _last_stack(lines)
    if end == at:
        return []
    top = next(
        (n for n in range(at - 1, max(at - 40, -1), -1) if _names_error(lines[n].text)), at - 1
    )
    frames = [place for line in lines[at:end] if (place := frame(line.text))]
    if top < 0 or not frames:
        return []
    kind, said = kind_and_message("\n".join(line.text for line in lines[top:at]).strip())
    if not kind and not said:
        return []
    syntax = next(
        (found for line in lines[max(top - 8, 0) : top] if (found := _SYNTAX.match(line.text))),
        None,
    )
    if syntax and not own(frames):
        frames = [Frame(syntax["path"], int(syntax["line"]))]
    first, last = lines[max(top, 0)].number, lines[end - 1].number
    return [Found("crash", kind, said, first, last, "", shortened(own(frames)[::-1]))]


def _last_stack(lines: Sequence[Line]) -> tuple[int, int]:
    """Where the stack begins and ends that Node printed before it went: the last one above its
    version, or the last.
    """
    limit = next(
        (n for n in range(len(lines) - 1, -1, -1) if lines[n].text.startswith("Node.js v")),
        len(lines),
    )
    end = next((n + 1 for n in range(limit - 1, -1, -1) if frame(lines[n].text)), 0)
    at = end
    while at > 0 and (frame(lines[at - 1].text) or lines[at - 1].text.lstrip().startswith("at ")):
        at -= 1
    return at, end


def _names_error(text: str) -> bool:
    return bool(
        re.match(
            r"^(?:Uncaught |\[)?[A-Za-z][\w.]*(?:Error|Exception)\b(?: \[\w+\])?(?::|$)",
            text.strip(),
        )
    )
