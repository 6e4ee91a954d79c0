"""Make edits with the faults that models make: a file, a real edit of it, and one fault in how
it is written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from textwrap import dedent

WORDS = (
    "alpha",
    "count",
    "items",
    "load",
    "merge",
    "node",
    "parse",
    "path",
    "render",
    "sum",
    "token",
    "user",
)
SHAPES = (
    ("pkg/code.py", "    ", "def {}(first, second):", ""),
    ("src/code.ts", "  ", "export function {}(first: string) {{", "}"),
    ("cmd/code.go", "\t", "func {}(first string) error {{", "}"),
)
BLOCK = re.compile(r"<<<<<<< SEARCH\n(.*?)\n=======\n(.*?)\n>>>>>>> REPLACE", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """A file before and after an edit, and how the edit is written."""

    path: str
    before: str
    after: str
    edit: str


class Maker:
    """One case after the other from a source of chance."""

    def __init__(self, chance: Random, *, alike: bool = True) -> None:
        self.chance = chance
        self.alike = alike  # whether lines may be there twice
        self.numbers = count(100)

    def name(self) -> str:
        """A name that may be there already."""
        number = self.chance.randrange(9) if self.alike else next(self.numbers)
        return f"{self.chance.choice(WORDS)}_{self.chance.choice(WORDS)}{number}"

    def case(self) -> Case:
        """A file of functions, some lines of it common to all, and a small edit."""
        path, unit, opens, closes = self.chance.choice(SHAPES)
        lines: list[str] = []
        for _ in range(self.chance.randint(2, 5)):
            lines.append(opens.format(self.name()))
            lines += [self.statement(unit) for _ in range(self.chance.randint(2, 7))]
            lines += [closes, ""] if closes else ["", ""]
        after = list(lines)
        for _ in range(self.chance.randint(1, 2)):
            at = self.chance.randrange(1, len(after))
            come = [
                f"{unit}{self.name()}.changed({self.chance.randrange(1000)})"
                for _ in range(self.chance.randint(0, 3))
            ]
            come[1:1] = [""] if len(come) > 1 and self.chance.random() < 0.5 else []
            after[at : at + self.chance.randint(0 if come else 1, 2)] = come
        lines, after = [*lines, closes or "LAST = 1"], [*after, closes or "LAST = 1"]
        return Case(path, "\n".join(lines) + "\n", "\n".join(after) + "\n", "")

    def statement(self, unit: str) -> str:
        """A line of a body."""
        kind = self.chance.random()
        if kind < 0.15:
            return ""
        deep = unit * self.chance.randint(1, 2)
        own = f"{deep}{self.name()} = {self.name()}('{self.name()}', {self.chance.randrange(100)})"
        return own if kind < 0.8 or not self.alike else f"{deep}return None"


def diff_of(case: Case, context: int = 3) -> Case:
    """The edit as a unified diff with git's prefixes."""
    sides = case.before.split("\n")[:-1], case.after.split("\n")[:-1]
    lines = difflib.unified_diff(*sides, f"a/{case.path}", f"b/{case.path}", lineterm="", n=context)
    return replace(case, edit="\n".join(lines) + "\n")


def block_of(case: Case, context: int = 3) -> Case:
    """The edit as SEARCH/REPLACE blocks, each with lines around its change."""
    old, new = case.before.split("\n")[:-1], case.after.split("\n")[:-1]
    parts = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(
        context
    ):
        halves = old[group[0][1] : group[-1][2]], new[group[0][3] : group[-1][4]]
        parts.append(written(case.path, *map("\n".join, halves)))
    return replace(case, edit="\n".join(parts))


def written(path: str, old: str, new: str) -> str:
    """One block."""
    return f"{path}\n```\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


def halves(case: Case, change: Callable[[str, str], tuple[str, str]]) -> Case:
    """The case with both halves of every block changed."""

    def changed(found: re.Match[str]) -> str:
        old, new = change(found[1], found[2])
        return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"

    return replace(case, edit=BLOCK.sub(changed, case.edit))


def old_halves(case: Case) -> list[str]:
    """The old half of every block."""
    return [old for old, _ in BLOCK.findall(case.edit)]


def body(case: Case, change: Callable[[str], str]) -> Case:
    """The case with every line of a diff's hunks changed."""
    lines = case.edit.split("\n")
    return replace(
        case,
        edit="\n".join(
            line if line.startswith(("---", "+++", "@@")) else change(line) for line in lines
        ),
    )


def wrong_numbers(case: Case) -> Case:
    return replace(
        case, edit=re.sub(r"@@ -\d+,(\d+) \+\d+,(\d+) @@", r"@@ -900,\1 +7,\2 @@", case.edit)
    )


def wrong_counts(case: Case) -> Case:
    return replace(
        case, edit=re.sub(r"@@ -(\d+)\S* \+(\d+)\S* @@", r"@@ -\1,2 +\2,90 @@", case.edit)
    )


def no_numbers(case: Case) -> Case:
    return replace(case, edit=re.sub(r"@@.*@@", "@@ ... @@", case.edit))


def in_prose(case: Case) -> Case:
    return replace(
        case, edit=f"This mends it:\n\n```diff\n{case.edit}```\n\nThe rest - as you see - stays.\n"
    )


def no_prefixes(case: Case) -> Case:
    return replace(case, edit=case.edit.replace("--- a/", "--- ").replace("+++ b/", "+++ "))


def bare_blanks(case: Case) -> Case:
    return body(case, lambda line: line.strip() and line)


def stripped(case: Case) -> Case:
    return body(case, str.rstrip)


def blanks_after(case: Case) -> Case:
    return body(case, lambda line: line + ("  " if line.startswith(" ") else ""))


def crlf(case: Case) -> Case:
    return replace(
        case, before=case.before.replace("\n", "\r\n"), after=case.after.replace("\n", "\r\n")
    )


def no_end(case: Case) -> Case:
    return replace(case, before=case.before.removesuffix("\n"), after=case.after.removesuffix("\n"))


def dedented(case: Case) -> Case:
    """Both halves without the margin that they share."""

    def cut(old: str, new: str) -> tuple[str, str]:
        both = dedent(f"{old}\n{new}").split("\n")
        return "\n".join(both[: old.count("\n") + 1]), "\n".join(both[old.count("\n") + 1 :])

    return halves(case, cut)


def search_dedented(case: Case) -> Case:
    return halves(case, lambda old, new: (dedent(old), new))


def tabs_spelled(case: Case) -> Case:
    return halves(case, lambda old, new: (old.replace("\t", "    "), new.replace("\t", "    ")))


def numbered(case: Case) -> Case:
    return halves(
        case,
        lambda old, new: (
            "\n".join(f"{n:>5}| {line}" for n, line in enumerate(old.split("\n"), 41)),
            new,
        ),
    )


def stale(case: Case, chance: Random) -> Case:
    """A line that the edit may quote, and that stays, has changed since."""
    before, after = case.before.split("\n"), case.after.split("\n")
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    pairs = [(a + n, b + n) for a, b, size in blocks for n in range(size) if before[a + n].strip()]
    old, new = chance.choice(pairs)
    before[old] = after[new] = f"{before[old]}s"
    return replace(case, before="\n".join(before), after="\n".join(after))


def dropped(case: Case, chance: Random) -> Case:
    """A line of a diff that stays was left out."""
    lines = case.edit.split("\n")
    stay = [n for n, line in enumerate(lines) if line.startswith(" ") and line.strip()]
    gone = chance.choice(stay) if stay else -1
    return replace(case, edit="\n".join(line for n, line in enumerate(lines) if n != gone))


DIFFS = (
    *(
        lambda case: case,
        wrong_numbers,
        wrong_counts,
        no_numbers,
        in_prose,
        no_prefixes,
        bare_blanks,
    ),
    *(stripped, blanks_after, crlf, no_end),
)
BLOCKS = (lambda case: case, crlf, no_end, tabs_spelled, numbered, dedented, search_dedented)
