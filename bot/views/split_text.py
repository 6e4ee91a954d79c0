"""Render the parts of a request that is too big: what, in which order, and what waits for what."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.text.durations import render_duration
from bot.values import ApprovalRequest, Brief, Part, RunState, Split
from bot.views.bill import render_cost
from bot.views.markdown_parts import fold, join_names, join_parts, render_list

TITLE_CHARS = 200
TEXT_CHARS = 40_000  # all of it is shown, for people approve it
LINE_CHARS = 1_000
MOST_LINES = 100
# When a part begins that waits for others, by how the repository has parts solved.
BEGINS = {
    "wait": "A part that waits for others begins once their pull requests are merged",
    "stack": "A part that waits for others is made on top of their branches",
}


def render_split(split: Split, brief: Brief | None) -> str:
    """Render all of the parts: the list in its order, and below it what each is about."""
    return join_parts(
        render_part_list(split.parts),
        *(_render_part(part, brief) for part in split.parts),
    )


def render_part_list(parts: Sequence[Part]) -> str:
    """Render the titles in the order of the work, with what each waits for."""
    return "\n".join(f"{part.number}. {_render_line(part, parts)}" for part in parts)


def render_choices(state: RunState, asked: ApprovalRequest) -> str:
    """Say what people can comment, and what follows."""
    begins = f"{BEGINS.get(state.config.split, BEGINS['wait'])} (`split: {state.config.split}`)."
    who = ", by somebody with write access who is not you" if asked.asker else ""
    approval = (
        f"`/approve`{who}, or `/approve {asked.short_hash}` to say what: I open an issue for each "
        "part, below this one, and solve them in this order, each in a pull request of its own. "
        f"{begins} When a part fails, I do not begin what waits for it."
    )
    otherwise = (
        "`/generate` with what to change, there or in comments before it: I divide it otherwise, "
        "and ask again."
    )
    whole = "`/generate whole`: I do all of it in one change."
    stop = "`/stop`: it ends here, and nothing is made."
    choices = [approval, otherwise, whole, stop]
    return f"What you can comment:\n\n{render_list(choices, MOST_LINES)}"


def render_bounds(state: RunState) -> str:
    """Say what it has cost so far, and how long the run waits."""
    cost = f"So far this has cost {render_cost(state)}. " if state.usage.usd else ""
    patience = render_duration(state.caps.approval_patience_s)
    return (
        f"{cost}Each part has limits of its own. I wait for {patience}; an edit of the issue ends "
        "the wait too."
    )


def _render_line(part: Part, parts: Sequence[Part]) -> str:
    title = f"**{defuse_inline(part.title, TITLE_CHARS)}**"
    if part.needs:
        numbers = [str(number) for number in part.needs]
        noun = "part" if len(numbers) == 1 else "parts"
        return f"{title}: waits for {noun} {join_names(numbers, len(numbers))}"
    others = [each for each in parts if each != part]
    if all(part.number in each.needs for each in others):
        return f"{title}: comes first, all others need it"
    return f"{title}: waits for nothing"


def _render_part(part: Part, brief: Brief | None) -> str:
    title = f"Part {part.number}: {defuse_inline(part.title, TITLE_CHARS)}"
    text = defuse_markdown(part.text, TEXT_CHARS).strip("\n")
    criteria = brief.criteria if brief else ()
    points = [defuse_inline(criteria[place].text, LINE_CHARS) for place in part.criteria]
    done = f"Done when:\n\n{render_list(points, MOST_LINES)}" if points else ""
    files = f"Files: {', '.join(map(as_code_span, part.files))}" if part.files else ""
    return fold(title, join_parts(text, done, files))
