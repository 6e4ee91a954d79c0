"""Render what an edit left in a file: the changed lines with their numbers, and little else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.gates import Change
from bot.gates.change import Block
from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import shorten_line

CONTEXT = 2  # unchanged lines before and after each place
HEAD, TAIL = 8, 4  # of many new lines in a row: the model wrote them, so it knows them
MAX_PLACES = 12


def render_changes(path: str, before: str, after: str) -> str:
    """Say how many places of a file changed, and show each as it reads now.

    A new line has a + behind its number.
    """
    change = Change({path: before}, {path: after})
    blocks = change.replaced_blocks[path]
    lines = split_lines(after)
    size = count_noun(len(lines), "line")
    if not blocks:
        return f"{path} changed in its line ends alone; it has {size}."
    heading = f"{path} changed in {count_noun(len(blocks), 'place')} and has {size} now:"
    rows = [heading, *_render_blocks(blocks[:MAX_PLACES], lines)]
    if len(blocks) > MAX_PLACES:
        first = blocks[MAX_PLACES].new_start
        rest = count_noun(len(blocks) - MAX_PLACES, "more place")
        rows.append(f"({rest} from line {first} on; `read_file` shows them.)")
    return "\n".join(rows)


def _render_blocks(blocks: Sequence[Block], lines: Sequence[str]) -> Iterator[str]:
    shown_to = 0  # the last line that was rendered
    for index, block in enumerate(blocks):
        start = max(block.new_start - CONTEXT, shown_to + 1)
        if shown_to and start > shown_to + 1:
            yield "  ..."
        yield from _render_context(lines, start, block.new_start)
        yield from _render_block(block)
        end = block.new_start + len(block.new)
        next_start = blocks[index + 1].new_start if index + 1 < len(blocks) else len(lines) + 1
        shown_to = min(end + CONTEXT, next_start, len(lines) + 1) - 1
        yield from _render_context(lines, end, shown_to + 1)


def _render_context(lines: Sequence[str], start: int, end: int) -> Iterator[str]:
    """Number the unchanged lines from `start` to before `end`, counted from 1."""
    for number in range(start, end):
        yield f"{number:>5}\t{shorten_line(lines[number - 1])}"


def _render_block(block: Block) -> Iterator[str]:
    """Number the new lines of a place; where none came, say how many went."""
    if not block.new:
        yield f"    -\t({count_noun(len(block.old), 'line')} removed here)"
        return
    rows = [
        f"{number:>5}+\t{shorten_line(line)}"
        for number, line in enumerate(block.new, block.new_start)
    ]
    left_out = len(rows) - HEAD - TAIL
    if left_out <= 1:
        yield from rows
        return
    yield from rows[:HEAD]
    yield f"     \t({left_out} more new lines, as you gave them)"
    yield from rows[-TAIL:]
