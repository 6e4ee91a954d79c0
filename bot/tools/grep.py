"""Tool `grep`: find the lines that match a regular expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from pydantic import Field

from bot.text.amounts import count_noun
from bot.text.code_line import shorten_code_line
from bot.tools.grep_pattern import translate_pattern
from bot.tools.line_ranges import show_invisible
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import GrepMatch

MAX_SHOWN = 120
MAX_WHOLE = 160  # so many come whole, for the sake of the last few
MAX_MATCHES = 10_000  # that are counted
MAX_COUNTS = 60  # files or folders that are named with their counts
MAX_LINE_CHARS = 300


class GrepInput(ToolInput):
    """Find the lines of the repository, with your edits, that match an extended regular expression;
    upper and lower case matter. Each comes as path:line: text. When more than 160 lines
    match, the answer counts them by file or folder and shows 120 lines spread over these.
    """

    pattern: str = Field(
        min_length=1, max_length=500, description="The expression. A line must hold a match of it."
    )
    under: str = Field(
        "",
        max_length=1000,
        description="Search only this file or folder, or what a glob such as `*.py` or "
        "`src/**/*.ts` matches. Empty searches everything.",
    )


def run(session: ToolSession, arguments: GrepInput) -> str:
    """Search the edited tree."""
    reader = session.read_tree()
    try:
        matches = reader.ports.mirrors.grep(
            reader.tree, translate_pattern(arguments.pattern), arguments.under, MAX_MATCHES
        )
    except ValueError as error:
        raise ToolRefusal(
            f"The pattern does not work: {error}. It is extended, so there is no lookaround; put a "
            "backslash before a sign that is meant as it is."
        ) from None
    if not matches:
        return "No line matches."
    if len(matches) <= MAX_WHOLE:
        return "\n".join(show_invisible(list(map(_render_match, matches))))
    return "\n".join(show_invisible(list(_render_many(matches))))


def _render_many(matches: Sequence[GrepMatch]) -> Iterator[str]:
    """Count the matches by file, then show some, shared out fairly among the files."""
    by_path: dict[str, list[GrepMatch]] = {}
    for match in matches:
        by_path.setdefault(match.path, []).append(match)
    counts = {path: len(group) for path, group in by_path.items()}
    lines = count_noun(len(matches), "line")
    least = "At least " if len(matches) == MAX_MATCHES else ""
    yield f"{least}{lines} of {count_noun(len(by_path), 'file')} match:"
    yield from _render_counts(counts)
    yield f"{MAX_SHOWN} of the lines, spread over the files; give `under` to see more of one:"
    for path, share in _share_out(counts).items():
        yield from map(_render_match, by_path[path][:share])


def _render_counts(counts: Mapping[str, int]) -> Iterator[str]:
    """Count by file; where there are too many files, by folders as deep as there is room for."""
    if len(counts) <= MAX_COUNTS:
        yield from (f"{path}: {count:,}" for path, count in counts.items())
        return
    folders: dict[str, list[int]] = {}
    for depth in (3, 2, 1):
        folders = _group_by_folder(counts, depth)
        if len(folders) <= MAX_COUNTS:
            break
    for folder, grouped in islice(folders.items(), MAX_COUNTS):
        yield f"{folder}: {sum(grouped):,} in {count_noun(len(grouped), 'file')}"
    if len(folders) > MAX_COUNTS:
        yield f"(and {count_noun(len(folders) - MAX_COUNTS, 'more folder')})"


def _group_by_folder(counts: Mapping[str, int], depth: int) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for path, count in counts.items():
        folder = "/".join(path.split("/")[:-1][:depth])
        groups.setdefault(f"{folder}/", []).append(count)
    return groups


def _share_out(counts: Mapping[str, int]) -> dict[str, int]:
    """Share the lines that are shown out among the files: one of each before two of any.

    Of too many files, some are chosen in even steps, so that the last are not lost.
    """
    paths = list(counts)
    if len(paths) > MAX_SHOWN:
        paths = [paths[index * len(paths) // MAX_SHOWN] for index in range(MAX_SHOWN)]
    shares = dict.fromkeys(paths, 0)
    room = MAX_SHOWN
    while room:
        for path in paths:
            if room and shares[path] < counts[path]:
                shares[path] += 1
                room -= 1
    return shares


def _render_match(match: GrepMatch) -> str:
    return f"{match.path}:{match.line}: {shorten_code_line(match.text, MAX_LINE_CHARS)}"


GREP = Tool("grep", GrepInput, run)
