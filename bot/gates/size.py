"""Check how much a change holds (gate "size") and what no change should hold (gate "content")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from bot.edits.omitted_code import is_placeholder
from bot.gates.change import Change, find_surplus_lines
from bot.gates.renames import find_renames
from bot.search.lock_files import is_lock_name
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
class ChangeSize:
    """How much changed: files, lines that came or went, and the bytes of those that came."""

    files: int
    lines: int
    size_bytes: int

    def __add__(self, other: ChangeSize) -> ChangeSize:
        """Add up two changes of different files."""
        return ChangeSize(
            self.files + other.files, self.lines + other.lines, self.size_bytes + other.size_bytes
        )


def measure_change(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> ChangeSize:
    """Measure a change of files; a line that only moved, or a file, is no change.

    Lock files do not count: their tools write them, and one package may bring hundreds of lines.
    """
    before = {path: text for path, text in before.items() if not is_lock_name(path)}
    after = {path: text for path, text in after.items() if not is_lock_name(path)}
    old, new = _count_lines(before), _count_lines(after)
    added = new - old
    new_text = "\n".join(added.elements())
    lines = added.total() + (old - new).total()
    files = len(after) - len(find_renames(before, after))
    return ChangeSize(files, lines, len(new_text.encode(errors="replace")))


def _count_lines(files: Mapping[str, str | None]) -> Counter[str]:
    lines: Counter[str] = Counter()
    for text in files.values():
        lines.update(split_lines(text))
    return lines


def find_excess(size: ChangeSize, rules: Rules) -> Iterator[str]:
    """Say in which way a change of this size is too large."""
    for unit, amount, limit in (
        ("files", size.files, rules.max_files),
        ("changed lines", size.lines, rules.max_lines),
        ("bytes of new text", size.size_bytes, rules.max_bytes),
    ):
        if amount > limit:
            yield f"The change has {amount:,} {unit}; at most {limit:,} are allowed."


def _check_amount(change: Change, rules: Rules) -> Iterator[Finding]:
    for sentence in find_excess(measure_change(change.before, change.after), rules):
        yield Finding("size", "", 0, sentence)


def _check_contents(change: Change) -> Iterator[Finding]:
    removed: Counter[str] = Counter()  # and which another file may have got
    for path in change.after:
        removed.update(line for _, line in change.removed_lines(path))
    for path, text in change.after.items():
        if text is None:
            continue
        if _is_no_text(text) and not _is_no_text(change.read_before(path) or ""):
            yield Finding("content", path, 0, "This is no text: it holds NUL or half a character.")
        else:
            yield from _check_new_lines(path, text, change.read_before(path), removed)


def _is_no_text(text: str) -> bool:
    return "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)


def _check_new_lines(
    path: str, text: str, before: str | None, removed: Counter[str]
) -> Iterator[Finding]:
    """Find what the new lines should not hold; those that another file lost only moved."""
    is_prose = path.lower().endswith(PROSE_SUFFIXES)
    counts = Counter[str]()
    unseen = _count_invisible(text) - _count_invisible(before or "")
    for number, line in find_surplus_lines(split_lines(text), split_lines(before)):
        if removed[line] > 0:
            removed[line] -= 1
            continue
        # A byte order mark is no hidden character where it belongs.
        visible = line.removeprefix("\ufeff") if number == 1 else line
        problem = _find_problem(line, visible, unseen, is_prose=is_prose)
        counts[problem] += 1
        if problem and counts[problem] <= MAX_ALIKE:
            yield Finding("content", path, number, problem)


def _count_invisible(text: str) -> Counter[str]:
    return Counter({char: text.count(char) for char in set(text) if is_invisible(char)})


def _find_problem(line: str, visible: str, unseen: Container[str], *, is_prose: bool) -> str:
    if CONFLICT.match(line):
        return "A conflict or edit marker was left in."
    hidden = _find_hidden(visible, unseen)
    if hidden:
        return f"A reader does not see U+{ord(hidden):04X}; write it as an escape."
    if not is_prose and is_placeholder(line):
        return "A placeholder stands where code should: write the code out."
    return ""


def _find_hidden(line: str, unseen: Container[str]) -> str:
    """Find the first character that no reader sees, of those that the file has more of now.

    Joiners are seen by what they join, outside ASCII: emoji, Persian, Hindi.
    """
    if line.isascii() and line.isprintable():
        return ""
    for index, char in enumerate(line):
        joins = char in "\u200c\u200d" and index > 0 and not line[index - 1].isascii()
        if char in unseen and not joins:
            return char
    return ""


CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)")
