"""Find out of which request an issue is a part, and what the work on it builds on."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.snapshot_pull import fetch_pull
from bot.stories.solve_parts import look_at
from bot.text.part_marker import read_part_marker
from bot.values import Brief, Part, RunState, Split, Subject
from bot.values.part_progress import EarlierPart, PartsStanding, PartStanding, PlaceInSplit
from bot.views.part_issue import render_criterion


async def take_place(run: Run, state: RunState) -> RunState:
    """Take the place of a part among the others; any other issue has none.

    What the issue's text says of it is believed only where the record says the same.
    """
    request = state.request
    marker = read_part_marker(request.body)
    if marker is None:
        return state
    parent, number = marker
    whole = await run.find_last_state(Subject(f"{request.repo.name}#{parent}"))
    split = whole.split if whole else None
    if whole is None or split is None or not _is_part(split, number, request.number):
        return state
    look = await look_at(run, request.repo, parent, split)
    standing = look.find(number)
    place = make_place(look, standing, may_stack=whole.config.split == "stack")
    brief = make_brief(whole, standing.part, request.body)
    earlier = [await _add_title(run, state, part) for part in place.earlier]
    place = replace(place, parent=parent, earlier=tuple(earlier))
    return run.keep(replace(state, place=place, brief=brief))


def make_brief(whole: RunState, part: Part, text: str) -> Brief | None:
    """Take from the brief of the whole what is about a part: the criteria that its issue still
    names. None where there are none.
    """
    brief = whole.brief
    known = [
        replace(brief.criteria[place], test="", reading="")
        for place in part.criteria
        if brief is not None and place < len(brief.criteria)
    ]
    criteria = tuple(each for each in known if render_criterion(each.text) in text)
    if brief is None or not criteria:
        return None
    return replace(brief, entities=(), criteria=criteria, ambiguities=(), missing=(), example=None)


def make_place(look: PartsStanding, standing: PartStanding, *, may_stack: bool) -> PlaceInSplit:
    """Say what a part builds on: a branch, where what it needs is in one open pull request."""
    tips = look.list_tips(standing)
    base = tips[0] if may_stack and len(tips) == 1 else None
    return PlaceInSplit(
        0,
        standing.part.number,
        len(look.parts),
        base.head if base else None,
        base.number if base else 0,
        tuple(map(_describe, look.list_needs(standing))),
    )


async def _add_title(run: Run, state: RunState, part: EarlierPart) -> EarlierPart:
    """Add the title of the pull request, where there is one."""
    if not part.pull:
        return part
    pull = await run(fetch_pull, state.request.repo, part.pull)
    return replace(part, pull_title=pull.title) if pull else part


def _is_part(split: Split, number: int, issue: int) -> bool:
    return any((part.number, part.issue) == (number, issue) for part in split.parts)


def _describe(need: PartStanding) -> EarlierPart:
    pull = need.pull
    return EarlierPart(
        need.part.issue,
        need.part.title,
        need.state == "done",
        pull.number if pull else 0,
    )
