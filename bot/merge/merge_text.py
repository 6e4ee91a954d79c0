"""Merge a file: solve each conflict by the first rule that leaves no doubt, and leave the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.gates.syntax import check_syntax
from bot.merge.additions import keep_both, take_longer_addition
from bot.merge.conflict import (
    Conflict,
    Lines,
    close_lines,
    has_nested_base,
    render_conflict,
    split_conflicts,
)
from bot.merge.edits_apart import merge_lines, merge_words, take_larger_change
from bot.merge.versions import take_greater_version

Rule = Callable[[Conflict], Lines | None]
Rules = Sequence[tuple[str, Rule]]
RenderConflict = Callable[[Conflict], Iterator[str]]


class ThreeTexts(NamedTuple):
    """A file as it was, and as each side has it."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """How one conflict was solved: where in the merged text, and by which rule."""

    line: int
    rule: str


@dataclass(frozen=True, slots=True)
class MergedText:
    """The merged text; conflicts that were left stand in it between git's markers."""

    text: str
    solved: tuple[Resolution, ...] = ()
    left: tuple[int, ...] = ()  # the lines where they begin


def merge_text(
    path: str, sides: ThreeTexts, marked: str, render: RenderConflict = render_conflict
) -> MergedText:
    """Merge what `git merge-file` left of three texts; `path` tells the language.

    A solution after which the file does not parse, though each side did, is not taken. `render`
    writes the conflicts that are left.
    """
    sections = list(split_conflicts(marked))
    merged = _merge_sections(sections, _list_rules(path), render)
    if merged.left:
        return merged
    text = _end_as_sides(merged.text, sides)
    if merged.solved and _breaks_syntax(path, text, sides):
        return _merge_sections(sections, (), render)
    return MergedText(text, merged.solved, merged.left)


def take_only_change(conflict: Conflict) -> Lines | None:
    """Take the side that changed more than blank space in lines, when the other did not."""
    base, ours, theirs = map(_squeeze, (conflict.base, conflict.ours, conflict.theirs))
    if ours == base:
        return conflict.theirs
    return conflict.ours if theirs in (base, ours) else None


def _list_rules(path: str) -> Rules:
    return (
        ("one side changed only blank space", take_only_change),
        ("the greater version", take_greater_version),
        ("changes of other lines", merge_lines),
        ("changes of other words", merge_words),
        ("one side holds the other's change", take_larger_change),
        ("one side holds the other's addition", take_longer_addition),
        ("both additions", partial(keep_both, path=path)),
    )


def _merge_sections(
    sections: list[Lines | Conflict], rules: Rules, render: RenderConflict
) -> MergedText:
    lines: list[str] = []
    solved, left = [], []
    for section in sections:
        if not isinstance(section, Conflict):
            lines += section
            continue
        number = len(lines) + 1
        rule, solution = _solve(section, rules)
        if solution is None:
            left.append(number)
            lines += render(section)
        else:
            solved.append(Resolution(number, rule))
            lines += close_lines(solution)
    return MergedText("".join(lines), tuple(solved), tuple(left))


def _solve(conflict: Conflict, rules: Rules) -> tuple[str, Lines | None]:
    if has_nested_base(conflict):
        return "", None
    for variant, before, after in _narrow(conflict):
        for name, rule in rules:
            solution = rule(variant)
            if solution is not None:
                return name, before + solution + after
    return "", None


def _narrow(conflict: Conflict) -> Iterator[tuple[Conflict, Lines, Lines]]:
    """Give the conflict as git told it, then without the lines that both sides share."""
    yield conflict, (), ()
    if not conflict.base:
        return
    base, ours, theirs = conflict.base, conflict.ours, conflict.theirs
    first = _count_common(ours, theirs)
    last = _count_common(ours[first:][::-1], theirs[first:][::-1])
    before, after = ours[:first], ours[len(ours) - last :]
    base = base[_count_common(base, before) :]
    base = base[: len(base) - _count_common(base[::-1], after[::-1])]
    if base and (first or last):
        narrow = Conflict(ours[first : len(ours) - last], base, theirs[first : len(theirs) - last])
        yield narrow, before, after


def _count_common(first: Lines, second: Lines) -> int:
    count = 0
    for line, counterpart in zip(first, second, strict=False):
        if line != counterpart:
            break
        count += 1
    return count


def _squeeze(lines: Lines) -> list[str]:
    return ["".join(line.split()) for line in lines]


def _end_as_sides(text: str, sides: ThreeTexts) -> str:
    """End the text with a line feed or without, as whoever changed that did.

    Git writes one behind every line of a conflict.
    """
    ends = [side.endswith("\n") for side in sides]
    wanted = ends[1] if ends[2] == ends[0] else ends[2]
    if wanted or not text.endswith("\n"):
        return text
    return text[:-1]


def _breaks_syntax(path: str, text: str, sides: ThreeTexts) -> bool:
    """Tell whether the file parsed on both sides and does no more."""
    before = (check_syntax(path, side, "") for side in (sides.ours, sides.theirs))
    return not any(before) and bool(check_syntax(path, text, sides.ours))
