"""Render which lines of the code that is to be tested no test runs."""

from __future__ import annotations

from bot.text.git_lines import split_lines
from bot.tools.line_ranges import number_lines, show_invisible
from bot.tools.request_sections.section import render_section
from bot.tools.tree_files import TreeFiles
from bot.values.proof import NamedLines

CHARS = 8_000


def render_lines_left(named: NamedLines, files: TreeFiles) -> str:
    """Render the lines of the named code that the tests named after it do not run."""
    if named.why or not named.lines:
        return ""
    if not named.left:
        return f"The tests named after it run all {len(named.lines)} lines of the named code."
    text = files.read([named.path]).get(named.path, b"").decode(errors="replace")
    lines = split_lines(text)
    shown = [number_lines(lines, line, line)[0] for line in named.left if line <= len(lines)]
    count = f"{len(named.before)} of {len(named.lines)} lines of the named code"
    title = f"The tests named after it run {count}. They do not run these"
    return render_section(title, show_invisible(shown), CHARS)
