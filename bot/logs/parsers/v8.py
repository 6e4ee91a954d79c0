"""Parse the stacks of JavaScript engines, which every tool of Node prints, and Node's crashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_last_line, join_texts, match_first, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failure,
    parse_error_type,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.values import Frame

_FILE = r"(?:[a-z-]+://[^:\n]*|[A-Za-z]:[\\/][^:\n]*|[^:\s][^:\n]*)"
_FRAME = re.compile(
    rf"^\s*(?:at|❯|›|⎯) (?:async )?(?:(?P<name>[^(\n]{{1,300}}) \((?P<path>{_FILE}):(?P<line>\d+)"
    rf"(?::\d+)?\)"
    r"|(?:(?P<name2>[^\s(][^(\n]{0,300}) )?(?P<path2>(?:[A-Za-z]:[\\/]|[a-z-]+://)?[^\s:(][^\s:]*):"
    r"(?P<line2>\d+)"
    r"(?::\d+)?)(?: \{)?$"
)
_FOREIGN = re.compile(r"(?:^|/)node_modules/|^node:|^https?://|^internal/|^<anonymous>")
_SCRIPT = re.compile(  # other engines print `at file:line:column`, too
    r"\.(?:[cm]?[jt]sx?|vue|svelte|html?)$|^node:|^internal/|^<anonymous>|^https?:|^file:|^[^.]*$"
)
_CODE_LINE = re.compile(r"^\s{0,8}(?:>\s{0,4})?\d{0,6}\s{0,4}\|")
_NUMBERED_CODE = re.compile(r"^\s*(?:> \s*)?\d+ ?\|")
_ERROR_WITH_CODE = re.compile(r"^(?:Uncaught |\[Error: )?([\w.]*(?:Error|Exception)) \[[A-Z_]+\]:")
_ERROR_LINE = re.compile(
    r"^\s*(?:Uncaught |\[)?[A-Za-z][\w.]*(?:Error|Exception)\b(?: \[\w+\])?(?::|\s*$)"
)
_SYNTAX_ERROR = re.compile(r"^(?P<path>(?:file://)?(?:/|[A-Za-z]:\\)[^:\n]*):(?P<line>\d+)$")


def parse_frame(text: str) -> Frame | None:
    """Parse the place that a line of a stack names; None for any other line."""
    match = _FRAME.match(text) if ":" in text else None
    if match is None:
        return None
    path, line = match["path"] or match["path2"], match["line"] or match["line2"]
    name = (match["name"] or match["name2"] or "").partition(" [as ")[0].strip()
    return Frame(path.partition("?")[0], int(line), name)


def parse_frames(texts: Iterable[str]) -> list[Frame]:
    """Parse each line of a stack, in their order."""
    return list(filter(None, map(parse_frame, texts)))


def keep_own(frames: Iterable[Frame]) -> list[Frame]:
    """Drop what is installed or built in: a project's own code stands in none of these folders."""
    return [frame for frame in frames if not _FOREIGN.search(frame.file)]


def find_stack(texts: Iterable[str]) -> tuple[Frame, ...]:
    """Find the first stack that passes through code of the project, outermost first."""
    stack: list[Frame] = []
    for text in (*texts, ""):
        frame = parse_frame(text)
        if frame:
            stack.append(frame)
        elif stack and not _is_inside_stack(text):
            if keep_own(stack):
                break
            stack = []
    return shorten_stack(keep_own(stack)[::-1])


def _is_inside_stack(text: str) -> bool:
    """Tell whether a line may interrupt a stack: an excerpt of code, a place that has no line."""
    is_code = _CODE_LINE.match(text) or "|" in text[:8]
    return bool(is_code) or text.lstrip().startswith(("at ", "❯ "))


def read_message(texts: Iterable[str]) -> str:
    """Read what stands above the stack and the excerpt of code."""
    message: list[str] = []
    for text in texts:
        if parse_frame(text) or _NUMBERED_CODE.match(text):
            break
        message.append(text.strip())
    return "\n".join(message).strip()


def split_error(text: str) -> tuple[str, str]:
    """Split `TypeError: what it says` into its type and its message.

    A code in brackets belongs to neither.
    """
    first, newline, rest = text.partition("\n")
    first = _ERROR_WITH_CODE.sub(r"\1:", first).removeprefix("Uncaught ")
    error = parse_error_type(first)
    return error, shorten_message(first.removeprefix(f"{error}: ") + newline + rest)


def parse_node_crash(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the last stack of a script that ended it."""
    begin, end = _find_last_stack(lines)
    if begin == end:
        return []
    top = find_last_line(lines, _ERROR_LINE.match, max(begin - 39, 0), begin)
    if top < 0:
        top = begin - 1
    frames = parse_frames(read_texts(lines[begin:end]))
    if top < 0 or not any(_SCRIPT.search(frame.file) for frame in frames):
        return []
    error, message = split_error(join_texts(lines[top:begin]).strip())
    if not error and not message:
        return []
    own_frames = keep_own(frames)
    syntax_error = match_first(read_texts(lines[max(top - 8, 0) : top]), _SYNTAX_ERROR)
    if syntax_error and not own_frames:
        own_frames = keep_own([parse_place(syntax_error)])
    stack = shorten_stack(own_frames[::-1])
    return [make_failure("crash", lines[top:end], error, message, stack)]


def _find_last_stack(lines: Sequence[LogLine]) -> tuple[int, int]:
    """Find begin and end of the last stack, above Node's version if that is printed."""
    version = find_last_line(lines, lambda text: text.startswith("Node.js v"), 0, len(lines))
    end = find_last_line(lines, parse_frame, 0, version if version >= 0 else len(lines)) + 1
    begin = end
    while begin > 0 and _is_stack_line(lines[begin - 1].text):
        begin -= 1
    return begin, end


def _is_stack_line(text: str) -> bool:
    return bool(parse_frame(text)) or text.lstrip().startswith("at ")
