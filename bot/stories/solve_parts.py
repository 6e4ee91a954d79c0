"""Solve a request in the parts that people approved: each has an issue and a run of its own.

The run of the whole request ends once the issues are there. What begins when is decided by
`bot.stories.follow_parts`, each time something happened to one of them.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.answer import reply
from bot.steps.look_at_parts import look_at_parts
from bot.steps.open_part import OpenedPart, open_part
from bot.stories.stops import Stopped
from bot.stories.watching import obey_signal
from bot.values import Outcome, Part, Repo, RunState, Split, Subject
from bot.values.part_progress import PartsStanding
from bot.views.parts_comment import explain_halt, explain_split, render_going_on


async def solve_parts(run: Run, state: RunState) -> Outcome:
    """Open an issue for each part of an approved split; they begin once this run has ended."""
    if state.approved_split.is_made:  # somebody asked again
        await run(reply, state.request, render_going_on(state.request))
    for part in state.approved_split.parts:
        await _hear_people(run)
        if not part.issue:
            opened = await run(open_part, state, part)
            state = run.keep(replace(state, split=_note(state.approved_split, part, opened)))
    # Nobody goes on in it, and each look at the parts reads this state.
    state = run.keep(replace(state, conversation=()))
    await _hear_people(run)
    return explain_split(state)


async def _hear_people(run: Run) -> None:
    """Hear what came behind the approval: words get an answer, and `/stop` is kept in the split.

    Raises Stopped when people do not want the work any more.
    """
    while (signal := await run.wait(0)) is not None:
        if signal.kind == "otherwise" and signal.request is not None:
            await run(reply, signal.request, render_going_on(signal.request))
        elif signal.kind == "stop":
            split = replace(run.state.approved_split, stopped_by=signal.by)
            run.keep(replace(run.state, split=split))
            raise Stopped(explain_halt(split))
        else:
            await obey_signal(run, signal)


async def look_at(run: Run, repo: Repo, parent: int, split: Split) -> PartsStanding:
    """See how the parts stand, by the record and on GitHub."""
    runs = [await run.find_last_run(Subject(f"{repo.name}#{part.issue}")) for part in split.parts]
    return await run(look_at_parts, repo, parent, split.parts, tuple(runs))


def _note(split: Split, part: Part, opened: OpenedPart) -> Split:
    """Note the issue of a part."""
    noted = replace(part, issue=opened.number, url=opened.url)
    parts = tuple(noted if each.number == part.number else each for each in split.parts)
    has_sub_issues = split.has_sub_issues and opened.is_sub_issue
    return replace(split, parts=parts, has_sub_issues=has_sub_issues)
