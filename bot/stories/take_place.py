"""Find out of which request an issue is a part, and what the work on it builds on."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.stories.solve_parts import look_at
from bot.text.part_marker import read_part_marker
from bot.values import RunState, Split, Subject
from bot.values.part_progress import EarlierPart, PartsStanding, PartStanding, PlaceInSplit


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
    if split is None or not _is_part(split, number, request.number):
        return state
    look = await look_at(run, request.repo, parent, split)
    place = make_place(look, look.find(number), may_stack=state.config.split == "stack")
    return run.keep(replace(state, place=replace(place, parent=parent)))


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


def _is_part(split: Split, number: int, issue: int) -> bool:
    return any((part.number, part.issue) == (number, issue) for part in split.parts)


def _describe(need: PartStanding) -> EarlierPart:
    pull = need.pull
    return EarlierPart(
        need.part.issue,
        need.part.title,
        need.state == "done",
        pull.number if pull else 0,
        pull.title if pull else "",
    )
