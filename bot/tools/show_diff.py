"""Tool `show_diff`: show what was changed so far."""

from __future__ import annotations

import json
import re

from pydantic import Field

from bot.text.amounts import count_noun
from bot.tools.line_ranges import MAX_CHARS, shorten_line
from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal, is_below
from bot.values import Patch

MAX_LINES = 800
OBJECT_NAMES = re.compile(r"index [0-9a-f]{40}\.\.[0-9a-f]{40}(?: \d+)?")


class ShowDiffInput(ToolInput):
    """Show all that this job changed so far, as a unified diff against the beginning. At most 800
    lines come at once, and the answer ends with the call that shows the rest.
    """

    path: str = Field(
        "", max_length=1000, description="Show only this file or folder. Empty shows everything."
    )
    start: LineNumber = Field(1, description="The first line of the diff to show.")


def run(session: ToolSession, arguments: ShowDiffInput) -> str:
    """Render the diff of the patch, or of a part of it."""
    changed = session.patch.files
    if not changed:
        return "Nothing is changed so far."
    path = arguments.path.strip("/")
    files = {
        name: text
        for name, text in changed.items()
        if path in ("", ".", name) or is_below(name, path)
    }
    if not files:
        raise ToolRefusal(f"{path} is unchanged. Changed so far: {', '.join(sorted(changed))}.")
    diff = session.ports.mirrors.diff(session.context.tree, Patch(files))
    lines = [line for line in diff.split("\n")[:-1] if not OBJECT_NAMES.fullmatch(line)]
    return _render_part(lines, arguments)


def _render_part(lines: list[str], arguments: ShowDiffInput) -> str:
    start, total = arguments.start, count_noun(len(lines), "line")
    if start > len(lines):
        raise ToolRefusal(f"The diff has {total}, so there is no line {start}.")
    shown: list[str] = []
    room = MAX_CHARS
    for line in map(shorten_line, lines[start - 1 : start - 1 + MAX_LINES]):
        room -= len(line) + 1
        if shown and room < 0:
            break
        shown.append(line)
    end = start - 1 + len(shown)
    if end < len(lines):
        call = json.dumps({"path": arguments.path, "start": end + 1}, ensure_ascii=False)
        shown.append(
            f"(These are lines {start} to {end} of the {total}. The rest: show_diff {call}.)"
        )
    return "\n".join(shown)


SHOW_DIFF = Tool("show_diff", ShowDiffInput, run)
