"""Render the family that the request asks for another member of, as the pattern to follow."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text.code_line import shorten_code_line
from bot.text.family_words import describe_family, describe_place
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import number_lines, show_invisible
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.request_sections.similar import list_commit_lines
from bot.tools.tree_files import TreeFiles
from bot.values import CodeFamily, SearchHit

CODE_LINES = 30  # of each example
AROUND = 2  # lines before and after one that is a single line
KIND_CHARS = 200
CODE_CHARS = 3_000  # of all examples
COMMIT_CHARS = 3_500
PLACES_CHARS = 900


def render_family(family: CodeFamily | None, files: TreeFiles) -> Iterator[str]:
    """Render the examples with their lines, the commit that last added one, and what goes along."""
    if family is None:
        return
    kind = shorten_code_line(join_lines(describe_family(family)), KIND_CHARS)
    title = f"The request may ask for another of the {kind}. The most similar"
    lines = [line for hit in family.examples for line in _list_lines(hit, files)]
    yield render_section(title, lines, CODE_CHARS, "read_file shows them")
    if family.addition:
        title = f"The commit that last added one of them, {family.addition.sha[:12]}"
        yield render_section(title, list_commit_lines(family.addition), COMMIT_CHARS)
    places = [join_lines(describe_place(place, family.additions)) for place in family.places]
    title = "What the last commits that added one changed beside it; * stands for the new name"
    yield render_section(title, places, PLACES_CHARS)


def _list_lines(hit: SearchHit, files: TreeFiles) -> list[str]:
    """List the beginning of an example, numbered."""
    text = files.read([hit.path]).get(hit.path, b"").decode("utf-8", "replace")
    lines = split_lines(text)
    around = AROUND if hit.kind in ("call", "entry") else 0
    first, last = max(1, hit.line - around), min(len(lines), (hit.end_line or len(lines)) + around)
    end = min(last, first + CODE_LINES - 1)
    name = f" {hit.kind} {hit.name}" if hit.name else ""
    numbered = show_invisible(number_lines(lines, first, end))
    more = [f"      (read_file {hit.path} from {end + 1} shows the rest)"] if end < last else []
    return [f"{hit.path}:{first}-{last}{name}", *numbered, *more]
