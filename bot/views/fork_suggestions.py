"""Write a change as suggestions on the lines that a pull request shows."""

from __future__ import annotations

from collections.abc import Collection

from bot.edits import Suggestion, apply_suggestions
from bot.gates import Change
from bot.gates.change import Block
from bot.text.git_lines import split_lines
from bot.values import SuggestedChange


def suggest_changes(
    path: str, before: bytes, after: str | None, shown: Collection[int]
) -> tuple[SuggestedChange, ...]:
    """Write the change of a file as suggestions; nothing where they cannot say all of it exactly.

    `shown` are the numbers of the file's lines that the pull request's diff shows: GitHub takes
    suggestions for these alone.
    """
    if after is None:
        return ()
    try:
        text = before.decode()
    except UnicodeDecodeError:
        return ()
    lines = split_lines(text)
    changes = []
    for block in Change({path: text}, {path: after}).replaced_blocks[path]:
        change = _suggest(path, block, lines, shown)
        if change is None:
            return ()
        changes.append(change)
    if not _make_exactly(path, before, after, changes):
        return ()
    return tuple(changes)


def _suggest(
    path: str, block: Block, lines: list[str], shown: Collection[int]
) -> SuggestedChange | None:
    """Suggest a block; new lines come with the line before them, or else behind them."""
    first, last = block.old_start, block.old_start + len(block.old) - 1
    new = block.new
    if not block.old and first - 1 in shown:
        first = last = block.old_start - 1
        new = (lines[first - 1], *new)
    elif not block.old:
        last = first
        new = (*new, *lines[first - 1 : first])
    if not all(number in shown for number in range(first, last + 1)):
        return None
    return SuggestedChange(path, first, last, "\n".join(new) if new else None)


def _make_exactly(
    path: str, before: bytes, after: str, changes: Collection[SuggestedChange]
) -> bool:
    """Tell whether the suggestions, taken together, are the change to the byte."""
    suggestions = [
        Suggestion(
            "",
            "",
            path,
            change.start_line,
            change.line,
            "" if change.text is None else f"{change.text}\n",
        )
        for change in changes
    ]
    result = apply_suggestions(before, suggestions)
    return result.data == after.encode() and not result.refused
