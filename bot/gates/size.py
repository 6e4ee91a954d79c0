"""Check how much a change holds (gate "size") and what no change should hold (gate "content")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.edits.omitted_code import is_placeholder
from bot.gates.change import Change, find_surplus_lines
from bot.text.git_lines import split_lines
from bot.text.invisible_chars import is_invisible
from bot.values import Finding, RepoConfig

MAX_ALIKE = 5  # findings of one kind for one file
PROSE_SUFFIXES = (".md", ".mdx", ".rst", ".adoc", ".txt")  # where people write of "the rest"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a repository allows: globs that lift or add protection, and a change's size."""

    allowed: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    max_files: int = 60
    max_lines: int = 4_000
    max_bytes: int = 1_000_000
    block: tuple[str, ...] = ()  # gates that only advise and shall keep a change back
    advise: tuple[str, ...] = ()  # gates that keep a change back and shall only advise


def gate_rules(config: RepoConfig) -> Rules:
    """Take what a repository's configuration says to the gates."""
    return Rules(
        allowed=config.allow,
        protected=config.protected,
        max_files=config.max_files,
        max_lines=config.max_lines,
        block=config.block,
        advise=config.advise,
    )


def check_size(change: Change, rules: Rules) -> tuple[Finding, ...]:
    """Find in which way the change is too large, and what its new lines should not hold."""
    return (*_check_amount(change, rules), *_check_contents(change))


@dataclass(frozen=True, slots=True)
class FileSize:
    """How much of one file changed: lines that came or went, and the bytes of those that came."""

    lines: int
    size_bytes: int


def measure_change(before: str | None, after: str | None) -> FileSize:
    """Measure the change of one file; a line that only moved is no change."""
    old, new = Counter(split_lines(before)), Counter(split_lines(after))
    added = new - old
    new_text = "\n".join(added.elements())
    lines = added.total() + (old - new).total()
    return FileSize(lines, len(new_text.encode(errors="replace")))


def find_excess(sizes: Collection[FileSize], rules: Rules) -> Iterator[str]:
    """Say in which way a change of files of these sizes is too large."""
    for unit, amount, limit in (
        ("files", len(sizes), rules.max_files),
        ("changed lines", sum(size.lines for size in sizes), rules.max_lines),
        ("bytes of new text", sum(size.size_bytes for size in sizes), rules.max_bytes),
    ):
        if amount > limit:
            yield f"The change has {amount:,} {unit}; at most {limit:,} are allowed."


def _check_amount(change: Change, rules: Rules) -> Iterator[Finding]:
    sizes = [measure_change(change.before.get(path), text) for path, text in change.after.items()]
    for sentence in find_excess(sizes, rules):
        yield Finding("size", "", 0, sentence)


def _check_contents(change: Change) -> Iterator[Finding]:
    for path, text in change.after.items():
        if text is None:
            continue
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            yield Finding("content", path, 0, "This is no text: it holds NUL or half a character.")
        else:
            yield from _check_new_lines(path, text, change.before.get(path))


def _check_new_lines(path: str, text: str, before: str | None) -> Iterator[Finding]:
    is_prose = path.lower().endswith(PROSE_SUFFIXES)
    counts = Counter[str]()
    for number, line in find_surplus_lines(split_lines(text), split_lines(before)):
        # A byte order mark is no hidden character where it belongs.
        visible = line.removeprefix("\ufeff") if number == 1 else line
        problem = _find_problem(line, visible, is_prose=is_prose)
        counts[problem] += 1
        if problem and counts[problem] <= MAX_ALIKE:
            yield Finding("content", path, number, problem)


def _find_problem(line: str, visible: str, *, is_prose: bool) -> str:
    if CONFLICT.match(line):
        return "A conflict or edit marker was left in."
    hidden = _find_hidden(visible)
    if hidden:
        return f"A reader does not see U+{ord(hidden):04X}; write it as an escape."
    if not is_prose and is_placeholder(line):
        return "A placeholder stands where code should: write the code out."
    return ""


def _find_hidden(line: str) -> str:
    """Find the first character that no reader sees.

    Joiners are seen by what they join, outside ASCII: emoji, Persian, Hindi.
    """
    if line.isascii() and line.isprintable():
        return ""
    for index, char in enumerate(line):
        joins = char in "\u200c\u200d" and index > 0 and not line[index - 1].isascii()
        if is_invisible(char) and not joins:
            return char
    return ""


CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)")
