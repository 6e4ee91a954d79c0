"""Read the conflicts that git leaves in a file, and write back those that stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.text.git_lines import split_keeping_ends
from bot.values.merges import MARKER_SIZE

GIT_SIZE = 7
START, MIDDLE, DIVIDER, END = "<|=>"

Lines = tuple[str, ...]  # each with its end
SolveLine = Callable[[str, str, str], str | None]  # given the base's line, ours and theirs


@dataclass(frozen=True, slots=True)
class Conflict:
    """What stands at one place in each of the three texts."""

    ours: Lines
    base: Lines
    theirs: Lines


def split_conflicts(marked: str) -> Iterator[Lines | Conflict]:
    """Split what `git merge-file --diff3 --marker-size=61` wrote into plain lines and conflicts."""
    sides: dict[str, list[str]] = {}
    plain: list[str] = []
    current = plain
    for line in split_keeping_ends(marked):
        sign = _read_marker(line)
        match sign:
            case "<":
                yield tuple(plain)
                plain = []
                current = sides["ours"] = []
            case "|":
                current = sides["base"] = []
            case "=":
                current = sides["theirs"] = []
            case ">":
                yield _make_conflict(sides)
                current = plain
            case _:
                current.append(line)
    yield tuple(plain)


def solve_each_line(conflict: Conflict, solve_line: SolveLine) -> Lines | None:
    """Solve the contested lines one by one; None when one of them is not solved.

    None also when a side has more lines than another: then nobody knows which belong together.
    """
    if not len(conflict.base) == len(conflict.ours) == len(conflict.theirs):
        return None
    solution = []
    for base, ours, theirs in zip(conflict.base, conflict.ours, conflict.theirs, strict=True):
        line: str | None = theirs if ours == base else ours
        if is_contested(base, ours, theirs):
            line = solve_line(base, ours, theirs)
        if line is None:
            return None
        solution.append(line)
    return tuple(solution)


def is_contested(base: str, ours: str, theirs: str) -> bool:
    """Tell whether both sides changed a line, each in another way."""
    return ours != theirs and base not in (ours, theirs)


def render_conflict(conflict: Conflict) -> Iterator[str]:
    """Write a conflict as git does by default: both sides between markers."""
    yield f"{START * GIT_SIZE} ours\n"
    yield from close_lines(conflict.ours)
    yield f"{DIVIDER * GIT_SIZE}\n"
    yield from close_lines(conflict.theirs)
    yield f"{END * GIT_SIZE} theirs\n"


def render_with_base(conflict: Conflict) -> Iterator[str]:
    """Write a conflict with all three sides; a base that is a conflict itself tells nobody more."""
    yield f"{START * GIT_SIZE} ours\n"
    yield from close_lines(conflict.ours)
    if not has_nested_base(conflict):
        yield f"{MIDDLE * GIT_SIZE} base\n"
        yield from close_lines(conflict.base)
    yield f"{DIVIDER * GIT_SIZE}\n"
    yield from close_lines(conflict.theirs)
    yield f"{END * GIT_SIZE} theirs\n"


def has_nested_base(conflict: Conflict) -> bool:
    """Tell whether the base is a conflict itself: of two merge bases, which git merged first."""
    return any(map(_is_nested_marker, conflict.base))


def close_lines(lines: Iterable[str]) -> Iterator[str]:
    """Give every line an end: the last one of a file may have none, and a marker follows."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"


def _read_marker(line: str) -> str:
    for sign in (START, MIDDLE, DIVIDER, END):
        # A longer one belongs to a conflict in the base.
        if line.startswith(sign * MARKER_SIZE) and line[MARKER_SIZE : MARKER_SIZE + 1] != sign:
            return sign
    return ""


def _is_nested_marker(line: str) -> bool:
    return line.startswith((START * (MARKER_SIZE + 1), END * (MARKER_SIZE + 1)))


def _make_conflict(sides: dict[str, list[str]]) -> Conflict:
    """Git ends the last line of every side; where a side's file has no last line end, so be it."""
    ours, base, theirs = (tuple(sides.get(name, ())) for name in ("ours", "base", "theirs"))
    return Conflict(ours, base, theirs)
