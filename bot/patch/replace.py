"""Here lives the edit tool: one text for another, where it stands exactly once."""

from __future__ import annotations

import re

from bot.patch.places import Rejected, absent, join, nearest, splice, split, too_many, unified


def replace(path: str, before: str, old: str, new: str) -> str:
    """The file with `new` in the one place of `old`. Line ends and space before them need not match; the file's stay.

    Raises Rejected when `old` is empty, absent or there more than once, and when nothing would change.
    """
    old, new = unified(old), unified(new)
    if not old:
        raise Rejected(f"{path}: the old text is empty. Quote the line beside which the new text shall stand.")
    if old == new:
        raise Rejected(f"{path}: the old and the new text are the same, so nothing would change.")
    start, end = _only_place(path, before, old, new)
    if old.endswith("\n") and not before[start:end].endswith("\n"):  # the file's last line has no end to match
        old, new = old[:-1], new.removesuffix("\n")
    first = before.count("\n", 0, start)
    head = before[before.rfind("\n", 0, start) + 1 : start]
    rest = before.find("\n", end)
    tail = before[end : rest if rest >= 0 else len(before)].removesuffix("\r")
    after = join(splice(split(before), first, (head + old + tail).split("\n"), (head + new + tail).split("\n")))
    if after == before:
        raise Rejected(f"{path}: nothing would change.")
    return after


def _only_place(path: str, before: str, old: str, new: str) -> tuple[int, int]:
    for pattern in (re.compile(re.escape(old)), _tolerant(old)):
        found = _places(pattern, before)
        if len(found) == 1:
            return found[0]
        if found:
            raise Rejected(f"{path}: {too_many([before.count(chr(10), 0, start) + 1 for start, _ in found])}")
    if new.strip() and len(_places(_tolerant(new), before)) == 1:
        raise Rejected(f"{path}: the old text is not in the file, and the new text is: this edit seems to be made.")
    lines, wanted = split(before), old.strip("\n").split("\n")
    raise Rejected(f"{path}: {absent(lines, wanted)}", nearest(lines, wanted))


def _places(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """All places, those that overlap too: `aa` stands twice in `aaa`."""
    found = []
    at = 0
    while match := pattern.search(text, at):
        found.append(match.span())
        at = match.start() + 1
    return found


def _tolerant(old: str) -> re.Pattern[str]:
    r"""Any line end, any blanks before it. Each run of blanks can match in one way only, so the search stays linear."""
    *lines, last = old.split("\n")
    ends = [f"{re.escape(line.rstrip())}{GAP if line.strip() else BLANK}" for line in lines]
    if lines and not last:
        ends[-1] = ends[-1].removesuffix(r"\n") + r"(?:\n|\Z)"
    return re.compile("".join(ends) + re.escape(last))


GAP = r"[ \t]*\r?\n"
BLANK = r"(?<![ \t])[ \t]*\r?\n"
