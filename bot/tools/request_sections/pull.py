"""Render a pull request: what is asked of it, why its CI is red, its threads and its diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.logs import render_reading
from bot.ports import Mirrors
from bot.text import as_code_span, extract_visible
from bot.text.amounts import count_noun
from bot.tools.request_sections.request_text import BODY_CHARS, render_command, render_comments
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.session import AgentContext
from bot.values import ReviewThread, Verdict

# Together they leave room for the code around it: an answer is cut at 48,000 characters.
READING_CHARS = 8_000
THREADS_CHARS = 10_000
THREAD_CHARS = 3_000
HUNK_LINES = 12  # the last ones of what a thread stands under
DIFF_CHARS = 16_000
FILE_CHARS = 6_000
LIST_CHARS = 4_000
FILE_START = "diff --git "


def render_pull(context: AgentContext, mirrors: Mirrors) -> Iterator[str]:
    """Render the pull request, what is asked first; each part has its limit, and tells its cuts."""
    target, issue = context.target, context.issue
    if target is None:
        return
    yield f"The request is about pull request #{target.number}."
    branches = [f"opened by @{target.author}", f"from {target.head}", f"into {target.base}"]
    yield render_section("It was", branches, BODY_CHARS)
    yield from render_command(context)
    if context.earlier_verdict is not None:
        yield _render_red(context.earlier_verdict, is_asked=not context.command_words)
    if issue.title or issue.body:
        yield render_section("Title of the pull request", [issue.title], BODY_CHARS)
        yield render_section("Text of the pull request", issue.body.split("\n"), BODY_CHARS)
    else:
        yield "(Its title and text are not shown: who opened it may not write to this repository.)"
    yield from render_comments(issue.comments)
    asked = {thread.id for thread in context.open_threads}
    yield from _render_threads([thread for thread in context.threads if thread.id not in asked])
    if context.merge_base is not None:
        diff = mirrors.compare(context.merge_base, context.tree.sha)
        yield from _render_diff(diff)


def _render_red(verdict: Verdict, *, is_asked: bool) -> str:
    jobs = [f"{name} (job {job})" if job else name for name, job in verdict.jobs.items()]
    reading = render_reading(verdict.reading, READING_CHARS)
    title = f"CI of the newest commit is red in {join_lines(', '.join(jobs))}"
    if is_asked:
        title += ", and to repair that is the request"
    return render_section(title, reading.split("\n"), READING_CHARS)


def _render_threads(threads: Sequence[ReviewThread]) -> Iterator[str]:
    """Render the open threads, oldest first, and say how many are left out."""
    opened = [thread for thread in threads if not thread.is_resolved]
    room = THREADS_CHARS
    for number, thread in enumerate(opened):
        section = _render_thread(thread)
        room -= len(section)
        if room < 0:
            yield f"(cut: {count_noun(len(opened) - number, 'more open thread')})"
            break
        yield section
    if resolved := len(threads) - len(opened):
        yield f"(not shown: {count_noun(resolved, 'thread')} that people resolved)"


def _render_thread(thread: ReviewThread) -> str:
    lines = thread.diff_hunk.split("\n")[-HUNK_LINES:] if thread.diff_hunk else []
    for comment in thread.comments:
        lines += [f"@{comment.author}, {comment.at}:", *extract_visible(comment.body).split("\n")]
    return render_section(f"Thread on {_name_place(thread)}", lines, THREAD_CHARS)


def _name_place(thread: ReviewThread) -> str:
    """Name the lines of a thread, on which side of the diff, and whether they are still there."""
    path = as_code_span(join_lines(thread.path))
    if thread.is_on_file:
        return f"the file {path}"
    line = thread.line or thread.original_line
    start = thread.start_line if thread.line else thread.original_start_line
    place = f"{path}:{start}-{line}" if start and start != line else f"{path}:{line or '?'}"
    if thread.side == "left":
        place += ", lines that the pull request takes away"
    return f"{place}, outdated: the lines changed since" if thread.is_outdated else place


def _render_diff(diff: str) -> Iterator[str]:
    """Render the diff file by file, as many whole ones as fit, and name the others."""
    files = [f"{FILE_START}{part}" for part in f"\n{diff}".split(f"\n{FILE_START}")[1:]]
    names = [_read_name(file) for file in files]
    count = count_noun(len(files), "file")
    title = f"The pull request changes {count}"
    yield render_section(title, names, LIST_CHARS, "list_dir shows what there is")
    room = DIFF_CHARS
    left_out = 0
    for number, file in enumerate(files, 1):
        lines = _drop_binary(file.split("\n"))
        title = f"Its change of file {number} of {len(files)}"
        section = render_section(title, lines, FILE_CHARS, "read_file shows the file as it is now")
        if len(section) > room:
            left_out += 1
            continue
        room -= len(section)
        yield section
    if left_out:
        yield (
            f"(cut: the changes of {count_noun(left_out, 'more file')} are not shown, as they are "
            "too long; read_file shows the files as they are now)"
        )


def _read_name(file: str) -> str:
    names = file.partition("\n")[0].removeprefix(FILE_START)
    return join_lines(names[: len(names) // 2].strip('"').removeprefix("a/"))


def _drop_binary(lines: Sequence[str]) -> list[str]:
    """Drop the bytes of a binary file: they say nothing to a reader."""
    for number, line in enumerate(lines):
        if line.startswith("GIT binary patch"):
            return [*lines[:number], "(a binary file)"]
    return list(lines)
