"""Render the conflicts of a merge that are left to solve: all three sides, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.text import count_noun
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import number_lines
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import MergeDraft, OpenConflict, PullDetails

CONTEXT_LINES = 6
CONFLICT_CHARS = 6_000
ALL_CHARS = 40_000
MESSAGE_CHARS = 1_200
KINDS = {
    "both added": "both sides added this file",
    "modify/delete": "one side deleted this file and the other changed it: keep or delete it",
    "content": "both sides changed the same lines",
}


def render_merge(
    draft: MergeDraft | None, pull: PullDetails | None, files: TreeFiles
) -> Iterator[str]:
    """Render each open conflict with its lines; what does not fit is read with `read_file`."""
    if draft is None or pull is None or not draft.left:
        return
    ours, theirs = join_lines(pull.head), join_lines(pull.base)
    yield (
        f"This job merges the branch {theirs} (theirs) into the pull request's branch {ours} "
        f"(ours): {count_noun(draft.behind, 'commit')}. What could be merged is merged in the "
        f"files that you see. Conflicts are left in {count_noun(len(draft.left), 'file')}: between "
        "markers stand the lines of ours, of their common base, and of theirs."
    )
    texts = decode_texts(files.read([conflict.path for conflict in draft.left]))
    room = ALL_CHARS
    for conflict in draft.left:
        title = f"Conflict in {join_lines(conflict.path)} ({KINDS[conflict.kind]})"
        lines = _render_lines(conflict, split_lines(texts.get(conflict.path)))
        limit = min(CONFLICT_CHARS, room)
        section = render_section(title, lines, limit, "read_file shows them")
        room = max(0, room - len(section))
        yield section
        yield from _render_messages("ours", conflict.path, conflict.ours)
        yield from _render_messages("theirs", conflict.path, conflict.theirs)


def _render_lines(conflict: OpenConflict, lines: Sequence[str]) -> Iterator[str]:
    """Render each conflict with the lines around it, numbered."""
    for first in conflict.lines:
        last = next(
            (number for number in range(first, len(lines)) if lines[number].startswith(">>>>>>>")),
            len(lines) - 1,
        )
        start, end = max(1, first - CONTEXT_LINES), min(len(lines), last + 1 + CONTEXT_LINES)
        yield from number_lines(lines, start, end)
        yield ""


def _render_messages(side: str, path: str, messages: Sequence[str]) -> Iterator[str]:
    title = f"Commits of {side} that touched {join_lines(path)}, newest first"
    yield render_section(title, "\n\n".join(messages).split("\n"), MESSAGE_CHARS)
