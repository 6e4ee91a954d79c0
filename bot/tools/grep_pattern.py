r"""Translate a regular expression as programs write them into one that git's grep takes.

POSIX has no `\d` and no `(?:`, and in its brackets a backslash is a sign like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

ESCAPES: Mapping[str, str] = MappingProxyType({"d": "[0-9]", "D": "[^0-9]", "t": "\t"})
BRACKET_ESCAPES: Mapping[str, str] = MappingProxyType(
    {"d": "0-9", "w": "[:alnum:]_", "s": "[:space:]", "t": "\t"}
)

SIGNS = re.compile(r"([.^$*+?()\[\]{}|\\])")


def escape_text(text: str) -> str:
    """Write an expression that a text alone matches."""
    return SIGNS.sub(r"\\\1", text)


def translate_pattern(pattern: str) -> str:
    """Translate what POSIX lacks; what it has too, and what is no expression, stays as it is."""
    parts: list[str] = []
    rest = pattern
    while rest:
        part, length = _translate_next(rest)
        parts.append(part)
        rest = rest[length:]
    return "".join(parts)


def _translate_next(rest: str) -> tuple[str, int]:
    """Translate the beginning of a pattern; tell how many characters of it that was."""
    if rest.startswith("(?:"):
        return "(", 3
    if rest[0] == "\\" and len(rest) > 1:
        return ESCAPES.get(rest[1], rest[:2]), 2
    if rest[0] == "[":
        length = _measure_bracket(rest)
        return _translate_bracket(rest[:length]), length
    return rest[0], 1


def _measure_bracket(rest: str) -> int:
    """Count the characters of a bracket expression; all that is left when it has no end."""
    index = 2 if rest.startswith("[^") else 1
    if rest[index : index + 1] == "]":  # the first one stands for itself
        index += 1
    while index < len(rest):
        if rest[index] == "]":
            return index + 1
        if rest[index : index + 2] in ("[:", "[.", "[="):
            end = rest.find(f"{rest[index + 1]}]", index + 2)
            index = end + 2 if end >= 0 else len(rest)
        else:
            index += 2 if rest[index] == "\\" else 1
    return len(rest)


def _translate_bracket(bracket: str) -> str:
    """Translate the escapes in a bracket expression; POSIX wants `]` first in it and `-` last."""
    if "\\" not in bracket or not bracket.endswith("]"):
        return bracket
    begin = "[^" if bracket.startswith("[^") else "["
    body = bracket[len(begin) : -1]
    first, middle, last = "", [], ""
    index = 0
    while index < len(body):
        if body[index] != "\\" or index + 1 == len(body):
            middle.append(body[index])
            index += 1
            continue
        match body[index + 1]:
            case "]":
                first = "]"
            case "-":
                last = "-"
            case char:
                middle.append(BRACKET_ESCAPES.get(char, char))
        index += 2
    return f"{begin}{first}{''.join(middle)}{last}]"
