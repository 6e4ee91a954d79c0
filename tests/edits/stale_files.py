"""Make edits of files that changed after the model had read them, with all results that are right.

Every line keeps its number of the file that was read, so that the place which an edit means is
known however the file has changed since.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random

WORD = re.compile(r"[A-Za-z_]\w{2,}")
NEW = -1  # the number of a line that was not in the file when it was read


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and its number in the file that was read."""

    text: str
    number: int = NEW
    origin: int = NEW  # of a copy
    is_changed: bool = False  # in its words


@dataclass(frozen=True, slots=True)
class Change:
    """New lines in place of those from `start` to `stop`."""

    start: int
    stop: int
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaleEdit:
    """An edit of some lines that was made for the file as it was read."""

    read: tuple[str, ...]
    changes: tuple[Change, ...]
    context: int

    @property
    def hunk(self) -> range:
        """The lines that the edit quotes."""
        first = max(self.changes[0].start - self.context, 0)
        return range(first, min(self.changes[-1].stop + self.context, len(self.read)))

    @property
    def old(self) -> tuple[str, ...]:
        """The lines that the edit quotes, as they were read."""
        return self.read[self.hunk.start : self.hunk.stop]

    @property
    def new(self) -> tuple[str, ...]:
        """What the edit puts in their stead."""
        lines = [Line(text, number) for number, text in enumerate(self.read)]
        made = make_changes(lines, self.changes, [change.start for change in self.changes])
        tail = len(self.read) - self.hunk.stop
        return tuple(line.text for line in made[self.hunk.start : len(made) - tail])

    @property
    def goes(self) -> frozenset[int]:
        """The numbers of the lines that go."""
        return frozenset(n for change in self.changes for n in range(change.start, change.stop))

    def render_diff(self) -> str:
        """Write the edit as a unified diff."""
        body = difflib.unified_diff(self.old, self.new, "a/f", "b/f", lineterm="", n=99)
        text = "\n".join(body)
        first = self.hunk.start + 1
        return re.sub(r"@@ -\d+(\S*) \+\d+", rf"@@ -{first}\1 +{first}", text, count=1) + "\n"

    def render_block(self) -> str:
        """Write the edit as a SEARCH/REPLACE block."""
        parts = ("f", "<<<<<<< SEARCH", *self.old, "=======", *self.new, ">>>>>>> REPLACE", "")
        return "\n".join(parts)


def make_changes(
    lines: Sequence[Line], changes: Sequence[Change], places: Sequence[int]
) -> list[Line]:
    """Make the changes in a file, each new text at its place."""
    goes = {number for change in changes for number in range(change.start, change.stop)}
    made: list[Line] = []
    for index in range(len(lines) + 1):
        for change, place in zip(changes, places, strict=True):
            if place == index:
                made += map(Line, change.new)
        if index < len(lines) and (lines[index].number not in goes or lines[index].is_changed):
            made.append(lines[index])
    return made


def list_right_results(lines: Sequence[Line], edit: StaleEdit) -> list[list[str]]:
    """List what the edit may make of the stale file; nothing when it must be refused.

    Every line that goes must be there as it was read, but for blanks. New lines stand where those
    go, else beside the nearest line that the edit quotes.
    """
    index_of = {line.number: index for index, line in enumerate(lines) if line.number != NEW}
    for number in edit.goes:
        is_there = number in index_of and not lines[index_of[number]].is_changed
        if edit.read[number].strip() and not is_there:
            return []
    places = [_list_places(index_of, edit, change) for change in edit.changes]
    return [
        [line.text for line in make_changes(lines, edit.changes, chosen)]
        for chosen in product(*places)
    ]


def _list_places(index_of: dict[int, int], edit: StaleEdit, change: Change) -> list[int]:
    if not change.new:
        return [-1]
    goes = range(change.start, change.stop)
    indexes = [index_of[number] for number in goes if number in index_of]
    if indexes:
        return sorted({*indexes, indexes[-1] + 1})
    above = [n for n in range(edit.hunk.start, change.start) if n in index_of]
    below = [n for n in range(change.stop, edit.hunk.stop) if n in index_of]
    filled = [n for n in above if edit.read[n].strip()]
    ends = [index_of[n] + 1 for n in (*above[-1:], *filled[-1:])]
    return sorted({*ends, *(index_of[n] for n in below[:1])})


def make_edit(read: Sequence[str], chance: Random) -> StaleEdit | None:
    """Make an edit whose old text stands once in the file; None when chance finds none."""
    for _ in range(20):
        first = chance.randrange(len(read))
        changes = [_make_change(read, first, chance)]
        if chance.random() < 0.3:
            changes.append(_make_change(read, changes[0].stop + chance.randint(1, 4), chance))
        if changes[-1].stop > len(read):
            continue
        made = StaleEdit(tuple(read), tuple(changes), chance.choice([0, 1, 2, 3, 3, 3]))
        edit = _normalize(made)
        old = edit.old if edit else ()
        if edit and any(map(str.strip, old)) and count_places(read, old) == 1:
            return edit
    return None


def _normalize(edit: StaleEdit) -> StaleEdit | None:
    """Let lines that both sides have stay."""
    changes = []
    matcher = difflib.SequenceMatcher(None, edit.old, edit.new, autojunk=False)
    for kind, start, stop, new_start, new_stop in matcher.get_opcodes():
        if kind != "equal":
            first = edit.hunk.start
            new = edit.new[new_start:new_stop]
            changes.append(Change(first + start, first + stop, new))
    return replace(edit, changes=tuple(changes)) if changes else None


def _make_change(read: Sequence[str], start: int, chance: Random) -> Change:
    count = chance.choice([0, 1, 1, 1, 2, 3])
    old = list(read[start : start + count])
    new = [reword(text, chance) for text in old if chance.random() < 0.8]
    margin = re.match(r"\s*", read[min(start, len(read) - 1)])
    while (not old and not new) or chance.random() < 0.3:
        source = chance.choice([text for text in read if text.strip()])
        new.append((margin[0] if margin else "") + reword(source.strip(), chance))
    return Change(start, start + count, tuple(new))


def reword(text: str, chance: Random) -> str:
    """Put another word for one of the line."""
    words = list(WORD.finditer(text))
    if not words:
        return f"{text} {chance.choice(['x', 'y1', 'z2'])}"
    word = chance.choice(words)
    other = chance.choice([f"{word[0]}2", f"new_{word[0]}", "value", "other_name", word[0][:-1]])
    return text[: word.start()] + other + text[word.end() :]


def count_places(lines: Sequence[str], old: Sequence[str]) -> int:
    """Count where the old lines stand, exactly."""
    size = len(old)
    return sum(tuple(lines[n : n + size]) == tuple(old) for n in range(len(lines) - size + 1))


Staleness = Callable[[list[Line], StaleEdit, Random], list[Line]]


def _find(lines: Sequence[Line], numbers: Sequence[int]) -> list[int]:
    wanted = set(numbers)
    return [index for index, line in enumerate(lines) if line.number in wanted]


def _block(lines: Sequence[Line], edit: StaleEdit, chance: Random) -> range:
    """Choose the lines around the edit that are moved, copied or changed together."""
    quoted = _find(lines, edit.hunk) or [chance.randrange(len(lines))]
    above, below = chance.choice([(0, 0), (1, 1), (2, 0), (0, 2), (8, 8), (3, 20)])
    return range(max(min(quoted) - above, 0), min(max(quoted) + 1 + below, len(lines)))


def _stays(edit: StaleEdit) -> list[int]:
    return [n for n in edit.hunk if n not in edit.goes]


def _change_at(lines: list[Line], indexes: Sequence[int], chance: Random) -> list[Line]:
    for index in indexes:
        text = reword(lines[index].text, chance)
        lines[index] = replace(lines[index], text=text, is_changed=True)
    return lines


def change_line_that_goes(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Change one line that the edit wants to remove."""
    indexes = _find(lines, sorted(edit.goes))
    return _change_at(lines, chance.sample(indexes, min(1, len(indexes))), chance)


def change_one_context_line(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Change one line that stays."""
    indexes = _find(lines, _stays(edit))
    return _change_at(lines, chance.sample(indexes, min(1, len(indexes))), chance)


def change_context(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Change several lines that stay."""
    indexes = [index for index in _find(lines, _stays(edit)) if chance.random() < 0.5]
    return _change_at(lines, indexes, chance)


def delete_line_that_goes(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Delete one line that the edit wants to remove."""
    indexes = _find(lines, sorted(edit.goes))
    gone = set(chance.sample(indexes, min(1, len(indexes))))
    return [line for index, line in enumerate(lines) if index not in gone]


def delete_lines_that_go(lines: list[Line], edit: StaleEdit, _: Random) -> list[Line]:
    """Delete all lines that the edit wants to remove."""
    return [line for line in lines if line.number not in edit.goes]


def delete_context(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Delete one or two lines that stay."""
    indexes = _find(lines, _stays(edit))
    gone = set(chance.sample(indexes, min(chance.randint(1, 2), len(indexes))))
    return [line for index, line in enumerate(lines) if index not in gone]


def delete_block(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Delete the place of the edit."""
    block = _block(lines, edit, chance)
    return lines[: block.start] + lines[block.stop :]


def delete_half(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Delete the first or the second half of what the edit quotes."""
    middle = edit.hunk[len(edit.hunk) // 2]
    gone = range(edit.hunk.start, middle)
    if chance.random() < 0.5:
        gone = range(middle, edit.hunk.stop)
    return [line for line in lines if line.number not in gone]


def insert_within(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Insert lines within what the edit quotes, new ones or such as stand in the file."""
    index = chance.choice(_find(lines, edit.hunk) or [0])
    for _ in range(chance.choice([1, 1, 2, 4])):
        text = chance.choice(lines).text
        lines.insert(index, Line(text if chance.random() < 0.5 else reword(text, chance)))
    return lines


def repeat_line(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Repeat a line of the edit, beside itself or elsewhere."""
    index = chance.choice(_find(lines, edit.hunk) or [0])
    target = chance.choice([index + 2, index + 3, chance.randrange(len(lines))])
    if target not in (index, index + 1):  # nobody could tell one from the other
        lines.insert(target, Line(lines[index].text))
    return lines


def swap_neighbours(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Swap two neighbours of what the edit quotes."""
    index = chance.choice(_find(lines, edit.hunk) or [0])
    lines[index : index + 2] = lines[index : index + 2][::-1]
    return lines


def indent_block(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Put the lines of the edit, or some of them, at another margin."""
    block = _block(lines, edit, chance)
    margin = chance.choice(["    ", "  ", "\t", ""])
    for index in block:
        text = lines[index].text
        if text.strip():
            shifted = margin + text if margin else text.removeprefix("    ").removeprefix("\t")
            lines[index] = replace(lines[index], text=shifted)
    return lines


def indent_file_with_tabs(lines: list[Line], edit: StaleEdit, _: Random) -> list[Line]:
    """Turn tabs into blanks, or blanks into tabs."""
    shifted = []
    for line in lines:
        text = line.text.lstrip()
        margin = line.text[: len(line.text) - len(text)]
        other = margin.expandtabs(4) if "\t" in margin else margin.replace("    ", "\t")
        shifted.append(replace(line, text=other + text))
    return shifted


def move_block(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Move the place of the edit."""
    block = _block(lines, edit, chance)
    moved, rest = lines[block.start : block.stop], lines[: block.start] + lines[block.stop :]
    index = chance.randint(0, len(rest))
    return rest[:index] + moved + rest[index:]


def move_away_half(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Move half of what the edit quotes."""
    middle = edit.hunk[len(edit.hunk) // 2]
    moved = [line for line in lines if line.number in range(edit.hunk.start, middle)]
    rest = [line for line in lines if line.number not in range(edit.hunk.start, middle)]
    index = chance.randint(0, len(rest))
    return rest[:index] + moved + rest[index:]


def copy_block(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Copy the place of the edit, to the letter or with something changed."""
    block = _block(lines, edit, chance)
    copied = [Line(line.text, origin=line.number) for line in lines[block.start : block.stop]]
    kind = chance.choice(["exact", "renamed", "one line", "half", "indented", "without a line"])
    if kind == "renamed":
        copied = _rename(copied, chance)
    if kind == "one line":
        copied = _change_at(copied, [chance.randrange(len(copied))], chance)
    if kind == "half":
        copied = copied[: len(copied) // 2 + 1]
    if kind == "indented":
        copied = [replace(line, text=f"    {line.text}") for line in copied]
    if kind == "without a line":
        del copied[chance.randrange(len(copied))]
    index = chance.choice([block.start, block.stop, chance.randint(0, len(lines))])
    if index in block:
        index = block.stop
    return lines[:index] + copied + lines[index:]


def _rename(lines: list[Line], chance: Random) -> list[Line]:
    words = [word for line in lines for word in WORD.findall(line.text)]
    if not words:
        return lines
    word = chance.choice(words)
    return _substitute(lines, word)


def _substitute(lines: list[Line], word: str) -> list[Line]:
    pattern = re.compile(rf"\b{word}\b")
    renamed = []
    for line in lines:
        text = pattern.sub(f"{word}2", line.text)
        renamed.append(replace(line, text=text, is_changed=line.is_changed or text != line.text))
    return renamed


def rename_everywhere(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Rename a word of the lines that the edit quotes, in all of the file."""
    quoted = [lines[index] for index in _find(lines, edit.hunk)]
    words = [word for line in quoted for word in WORD.findall(line.text)]
    if not words:
        return lines
    word = chance.choice(words)
    return _substitute(lines, word)


def change_blank_lines(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Add blank lines among those that the edit quotes, or drop them."""
    if chance.random() < 0.5:
        return [line for line in lines if line.text.strip() or line.number not in edit.hunk]
    lines.insert(chance.choice(_find(lines, edit.hunk) or [0]), Line(""))
    return lines


def make_before(lines: list[Line], edit: StaleEdit, chance: Random) -> list[Line]:
    """Make the edit, or one of its changes, before it comes."""
    changes = edit.changes
    if chance.random() < 0.5:
        changes = (chance.choice(changes),)
    starts = _find(lines, [change.start for change in changes])
    if len(starts) < len(changes):
        return lines
    return make_changes(lines, changes, starts)


def keep(lines: list[Line], edit: StaleEdit, _: Random) -> list[Line]:
    """Leave the file as it was read."""
    return lines


WAYS: tuple[Staleness, ...] = (
    keep,
    change_line_that_goes,
    change_one_context_line,
    change_context,
    delete_line_that_goes,
    delete_lines_that_go,
    delete_context,
    delete_block,
    delete_half,
    insert_within,
    repeat_line,
    swap_neighbours,
    indent_block,
    indent_file_with_tabs,
    move_block,
    move_away_half,
    copy_block,
    rename_everywhere,
    change_blank_lines,
    make_before,
)


def make_stale(edit: StaleEdit, ways: Sequence[Staleness], chance: Random) -> list[Line]:
    """Change the file in these ways, one after the other."""
    lines = [Line(text, number) for number, text in enumerate(edit.read)]
    for way in ways:
        if lines:
            lines = way(lines, edit, chance)
    return lines


def choose_one(chance: Random) -> Iterator[Staleness]:
    """Choose one way."""
    yield chance.choice(WAYS)


def choose_ways(chance: Random) -> Iterator[Staleness]:
    """Choose one way or two; a copy often comes before another."""
    if chance.random() < 0.35:
        yield copy_block
    yield chance.choice(WAYS)
    if chance.random() < 0.2:
        yield chance.choice(WAYS)
