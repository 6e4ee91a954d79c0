"""Here live the gates "size" and "content": how much a change holds, and what no change should
hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.text.invisible_chars import is_unseen
from bot.values import Finding, Patch

MOST = 5  # findings of one kind for one file
PROSE = (".md", ".mdx", ".rst", ".adoc", ".txt")  # where people write of "the rest"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a repository allows: globs that lift or add protection, and how large a change may be."""

    allowed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    max_files: int = 60
    max_lines: int = 4_000
    max_bytes: int = 1_000_000
    block: tuple[str, ...] = ()  # gates that only advise and shall keep a change back
    advise: tuple[str, ...] = ()  # gates that keep a change back and shall only advise


def size(patch: Patch, before: Mapping[str, str | None], limits: Rules) -> tuple[Finding, ...]:
    """Whether the change is too large, and what its new lines should not hold."""
    return (*_too_large(patch, before, limits), *_contents(patch, before))


def _too_large(patch: Patch, before: Mapping[str, str | None], limits: Rules) -> Iterator[Finding]:
    changed = sum(_changed(text, before.get(path)) for path, text in patch.files.items())
    written = sum(len((text or "").encode(errors="replace")) for text in patch.files.values())
    for what, much, most in (
        ("files", len(patch.files), limits.max_files),
        ("changed lines", changed, limits.max_lines),
        ("bytes in the changed files", written, limits.max_bytes),
    ):
        if much > most:
            yield Finding(
                "size", "", 0, f"The change has {much} {what}; at most {most} are allowed."
            )


def _changed(after: str | None, before: str | None) -> int:
    """Lines that came or went; a line that only moved counts as neither."""
    new, old = Counter(_lines(after)), Counter(_lines(before))
    return (new - old).total() + (old - new).total()


def _lines(text: str | None) -> list[str]:
    return text.replace("\r\n", "\n").split("\n") if text else []


def added_lines(after: str, before: str | None) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that the text before did not have, or had fewer times."""
    had = Counter(_lines(before))
    for number, line in enumerate(_lines(after), 1):
        if had[line] > 0:
            had[line] -= 1
        else:
            yield number, line


def _contents(patch: Patch, before: Mapping[str, str | None]) -> Iterator[Finding]:
    for path, text in patch.files.items():
        if text is None:
            continue
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            yield Finding("content", path, 0, "This is no text: it holds NUL or half a character.")
            continue
        found = Counter[str]()
        for number, line in added_lines(text, before.get(path)):
            if why := _bad(line, first=number == 1, prose=path.lower().endswith(PROSE)):
                found[why] += 1
                if found[why] <= MOST:
                    yield Finding("content", path, number, why)


def _bad(line: str, *, first: bool, prose: bool) -> str:
    if CONFLICT.match(line):
        return "A conflict or edit marker was left in."
    if hidden := _hidden(line.removeprefix("\ufeff") if first else line):
        return f"A reader does not see U+{ord(hidden):04X}; write it as an escape."
    if not prose and len(line) <= PLACEHOLDER_CHARS and PLACEHOLDER.fullmatch(line.strip()):
        return "A placeholder stands where code should: write the code out."
    return ""


def _hidden(line: str) -> str:
    """The first unseen character. Joiners are seen by what they join, outside ASCII: emoji,
    Persian, Hindi.
    """
    if line.isascii() and line.isprintable():
        return ""
    for at, char in enumerate(line):
        joins = char in "\u200c\u200d" and not (line[at - 1 : at] or "a").isascii()
        if is_unseen(char) and not joins:
            return char
    return ""


CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)")
# Only in comments, or where the line starts with dots and a space: `...rest` is JavaScript.
PLACEHOLDER = re.compile(
    r"(#+|//+|/\*+|--|<!--|;+|%+|\{/\*|\"\"\"|\[)\s*("
    r"(\.{3}|…)\s?[^.…]{0,40}\b(rest|existing|remaining|unchanged|omitted|same as before)\b.*"
    r"|(the )?(rest|remainder) of\b[^.…]{0,40}\b(unchanged|the same|as before|omitted|goes here)\b.{0,20}"
    r"|(existing|previous|remaining) (code|methods?|functions?|imports?|tests?|implementation)\b[^.…]{0,20}"
    r"(\.{3}|…|\bunchanged|\bgoes here).{0,10})"
    r"|(\.{3}|…)\s(the )?(rest of|existing|remaining|unchanged)\b.*",
    re.IGNORECASE,
)
PLACEHOLDER_CHARS = 160
