"""Here live edits with the faults that models make: a file, a real edit of it, and one fault in how it is written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from textwrap import dedent

WORDS = ("alpha", "count", "items", "load", "merge", "node", "parse", "path", "render", "sum", "token", "user")
SHAPES = (
    ("pkg/code.py", "    ", "def {}(first, second):", ""),
    ("src/code.ts", "  ", "export function {}(first: string) {{", "}"),
    ("cmd/code.go", "\t", "func {}(first string) error {{", "}"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A file before and after an edit, and how the edit is written."""

    path: str
    before: str
    after: str
    edit: str


class Maker:
    """One case after the other from a source of chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def name(self) -> str:
        """A name that may well be there already."""
        return f"{self.chance.choice(WORDS)}_{self.chance.choice(WORDS)}{self.chance.randrange(9)}"

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
            come = [f"{unit}{self.name()}.changed({self.chance.randrange(1000)})" for _ in range(self.chance.randint(0, 3))]
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
        return own if kind < 0.8 else f"{deep}return None"


def diff_of(case: Case, context: int = 3) -> Case:
    """The edit as a unified diff with git's prefixes."""
    sides = case.before.split("\n")[:-1], case.after.split("\n")[:-1]
    lines = difflib.unified_diff(*sides, f"a/{case.path}", f"b/{case.path}", lineterm="", n=context)
    return replace(case, edit="\n".join(lines) + "\n")


def block_of(case: Case, context: int = 3) -> Case:
    """The edit as SEARCH/REPLACE blocks, each with lines around its change."""
    old, new = case.before.split("\n")[:-1], case.after.split("\n")[:-1]
    parts = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
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

    pattern = re.compile(r"<<<<<<< SEARCH\n(.*?)\n=======\n(.*?)\n>>>>>>> REPLACE", re.DOTALL)
    return replace(case, edit=pattern.sub(changed, case.edit))


def body(case: Case, change: Callable[[str], str]) -> Case:
    """The case with every line of a diff's hunks changed."""
    lines = case.edit.split("\n")
    return replace(case, edit="\n".join(line if line.startswith(("---", "+++", "@@")) else change(line) for line in lines))


def wrong_numbers(case: Case) -> Case:
    return replace(case, edit=re.sub(r"@@ -\d+,(\d+) \+\d+,(\d+) @@", r"@@ -900,\1 +7,\2 @@", case.edit))


def wrong_counts(case: Case) -> Case:
    return replace(case, edit=re.sub(r"@@ -(\d+)\S* \+(\d+)\S* @@", r"@@ -\1,2 +\2,90 @@", case.edit))


def no_numbers(case: Case) -> Case:
    return replace(case, edit=re.sub(r"@@.*@@", "@@ ... @@", case.edit))


def in_prose(case: Case) -> Case:
    return replace(case, edit=f"This mends it:\n\n```diff\n{case.edit}```\n\nThe rest - as you see - stays.\n")


def no_prefixes(case: Case) -> Case:
    return replace(case, edit=case.edit.replace("--- a/", "--- ").replace("+++ b/", "+++ "))


def bare_blanks(case: Case) -> Case:
    return body(case, lambda line: line.strip() and line)


def stripped(case: Case) -> Case:
    return body(case, str.rstrip)


def blanks_after(case: Case) -> Case:
    return body(case, lambda line: line + ("  " if line.startswith(" ") else ""))


def crlf(case: Case) -> Case:
    return replace(case, before=case.before.replace("\n", "\r\n"), after=case.after.replace("\n", "\r\n"))


def no_end(case: Case) -> Case:
    return replace(case, before=case.before.removesuffix("\n"), after=case.after.removesuffix("\n"))


def dedented(case: Case) -> Case:
    return halves(case, lambda old, new: (*_dedented(old, new),))


def _dedented(old: str, new: str) -> list[str]:
    cut = dedent(f"{old}\n<middle>".replace("<middle>", "")) if False else dedent(f"{old}\n{new}")
    lines = cut.split("\n")
    count = old.count("\n") + 1
    return ["\n".join(lines[:count]), "\n".join(lines[count:])]


def search_dedented(case: Case) -> Case:
    return halves(case, lambda old, new: (dedent(old), new))


def tabs_spelled(case: Case) -> Case:
    return halves(case, lambda old, new: (old.replace("\t", "    "), new.replace("\t", "    ")))


def numbered(case: Case) -> Case:
    return halves(case, lambda old, new: ("\n".join(f"{n:>5}| {line}" for n, line in enumerate(old.split("\n"), 41)), new))


def leading_blank(case: Case) -> Case:
    return halves(case, lambda old, new: (f"\n{old}", new))


LOSSLESS_DIFFS = (wrong_numbers, wrong_counts, no_numbers, in_prose, no_prefixes, bare_blanks, stripped, blanks_after, crlf, no_end)
LOSSLESS_BLOCKS = (crlf, no_end, dedented, search_dedented, tabs_spelled, numbered, leading_blank)
