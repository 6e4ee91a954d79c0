"""Render of which request an issue is a part, and what came before it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.tools.request_sections.section import join_lines, render_section
from bot.values.part_progress import EarlierPart, PlaceInSplit

CHARS = 4_000


def render_place(place: PlaceInSplit | None) -> Iterator[str]:
    """Render the place of a part, and the titles of the parts that it builds on."""
    if place is None:
        return
    number = f"part {place.number} of {place.count} of #{place.parent}"
    yield f"This issue is {number}: solve it alone, the other parts are issues of their own."
    lines = [_describe(earlier, place) for earlier in place.earlier]
    yield render_section("What this part builds on", lines, CHARS)
    if place.base is not None:
        yield (
            f"The tree that you see is that of pull request #{place.base_pull}, which is not "
            "merged yet: use what it adds, and change it only where this part needs that."
        )


def _describe(earlier: EarlierPart, place: PlaceInSplit) -> str:
    is_here = earlier.is_done or place.base is not None
    state = "in the tree that you see" if is_here else "not in the tree that you see"
    title = join_lines(earlier.title)
    if not earlier.pull:
        return f"#{earlier.issue} {title} ({state})"
    pull_title = join_lines(earlier.pull_title)
    return f"#{earlier.issue} {title} ({state}): pull request #{earlier.pull}, {pull_title}"
