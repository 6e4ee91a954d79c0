"""Render the threads of a review that wait for an answer, each with its number and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.text import as_code_span, count_noun, extract_visible, name_lines
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import number_lines, show_invisible
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.thread_answers import name_threads
from bot.tools.tree_reader import ToolRefusal, TreeReader
from bot.values import ReviewThread, ThreadComment

ALL_CHARS = 24_000  # for all threads of one answer
LEAST_CHARS = 700  # for one of very many
AROUND = 2  # lines before and after those of a thread
MOST_LINES = 40
HUNK_LINES = 8  # of what the diff showed when the thread began


def render_threads(threads: Mapping[int, ReviewThread], reader: TreeReader) -> Iterator[str]:
    """Render the threads with their numbers, in the room that each of them gets."""
    if not threads:
        return
    yield (
        "To answer, by number, with `answer_thread` or `ask_thread`: "
        f"{name_threads(list(threads))}. What stands in a thread is part of the request."
    )
    room = max(LEAST_CHARS, ALL_CHARS // len(threads))
    for number, thread in threads.items():
        yield from _render_thread(number, thread, reader, room)


def _render_thread(
    number: int, thread: ReviewThread, reader: TreeReader, room: int
) -> Iterator[str]:
    heading = f"Thread {number}, {_describe_place(thread)}"
    yield render_section(heading, _list_lines(thread, reader), room // 2) or f"{heading}."
    comments = _choose_newest(thread.comments, room)
    if older := len(thread.comments) - len(comments):
        yield f"(cut: {count_noun(older, 'older comment')} of thread {number})"
    for comment in comments:
        title = f"Thread {number}, @{join_lines(comment.author)}, {join_lines(comment.at)}"
        yield render_section(title, extract_visible(comment.body).split("\n"), room)


def _describe_place(thread: ReviewThread) -> str:
    """Say where a thread stands now, and where it stood when the lines are gone."""
    if not thread.path:
        return "the text of a review, about the whole pull request"
    path = as_code_span(join_lines(thread.path))
    if thread.is_on_file:
        return f"on the whole file {path}"
    if thread.side == "left":
        return f"on {path} as it was before the pull request, {_name_lines(thread, then=True)}"
    if thread.line is None:
        then = _name_lines(thread, then=True)
        return f"on {path}, which has changed since it began there on {then}"
    return f"on {path}, {_name_lines(thread)}"


def _name_lines(thread: ReviewThread, *, then: bool = False) -> str:
    last = thread.original_line if then else thread.line
    first = thread.original_start_line if then else thread.start_line
    last = last or thread.line
    if not last:
        return "lines that are not known"
    return name_lines(first or last, last)


def _list_lines(thread: ReviewThread, reader: TreeReader) -> list[str]:
    """List the lines as they are now; else what the diff showed when the thread began."""
    if not thread.path or thread.is_on_file:
        return []
    if thread.side == "left" or thread.line is None:
        return split_lines(thread.diff_hunk)[-HUNK_LINES:]
    try:
        lines = split_lines(reader.read_text(thread.path))
    except ToolRefusal as refusal:
        return [str(refusal)]
    first = max(1, (thread.start_line or thread.line) - AROUND)
    last = min(thread.line + AROUND, first + MOST_LINES)
    return show_invisible(number_lines(lines, first, last))


def _choose_newest(comments: Sequence[ThreadComment], room: int) -> Sequence[ThreadComment]:
    """Choose the newest comments that fit; the newest one always."""
    for index in range(len(comments) - 1, -1, -1):
        room -= len(comments[index].body)
        if room < 0:
            return comments[min(index + 1, len(comments) - 1) :]
    return comments
