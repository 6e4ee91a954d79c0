"""Render the issue of a part of a request: what the model wrote, made harmless, and its place."""

from __future__ import annotations

from html import unescape

from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.text.git_messages import clean_message, normalize_subject
from bot.text.part_marker import read_part_marker
from bot.values import Part, Request, RunState
from bot.views.markdown_parts import join_names, join_parts, render_list

TITLE_CHARS = 200
TEXT_CHARS = 20_000
LINE_CHARS = 300
MOST_LINES = 30


def render_part_title(part: Part) -> str:
    """Render the title, on one line and without effects."""
    title = normalize_subject(part.title) or f"Part {part.number}"
    return unescape(defuse_inline(title, TITLE_CHARS))


def render_part_body(state: RunState, part: Part) -> str:
    """Render what is to be done, how it is proved, and what it is a part of.

    It closes nothing and calls nobody, whatever the model wrote.
    """
    return join_parts(
        defuse_markdown(clean_message(part.text), TEXT_CHARS),
        _render_criteria(state, part),
        _render_files(part),
        f"---\n{_render_place(state, part)}",
    )


def name_part(request: Request) -> str:
    """Name the part of a request that the bot began by itself; empty for any other work."""
    marker = read_part_marker(request.body) if request.cause else None
    return f"part {marker[1]} of #{marker[0]}" if marker and not request.on_pull else ""


def _render_criteria(state: RunState, part: Part) -> str:
    criteria = state.brief.criteria if state.brief else ()
    known = [criteria[place].text for place in part.criteria if place < len(criteria)]
    lines = [render_criterion(text) for text in known]
    return f"It is done when:\n\n{render_list(lines, MOST_LINES)}" if lines else ""


def render_criterion(text: str) -> str:
    """Render a criterion as it stands in the issue."""
    return defuse_inline(text, LINE_CHARS)


def _render_files(part: Part) -> str:
    if not part.files:
        return ""
    names = join_names([as_code_span(path) for path in part.files], MOST_LINES)
    return f"Probably in {names}."


def _render_place(state: RunState, part: Part) -> str:
    """Say what the issue is a part of, what it needs, and who wanted it."""
    split, request = state.approved_split, state.request
    place = f"Part {part.number} of {len(split.parts)} of #{request.number}"
    needs = [f"#{split.find_part(number).issue}" for number in part.needs]
    waits = (
        f"It needs {join_names(needs, len(needs))}." if needs else "It needs none of the others."
    )
    by = f"approved by {split.approved_by}" if split.approved_by else f"asked by {request.asker}"
    return (
        f"{place}, which was split because it is too big for one change ({by}). {waits} "
        "Greenlit begins it by itself once it can. Edit this text before that to have something "
        "else done, or close the issue as not planned to have it left out."
    )
