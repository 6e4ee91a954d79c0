"""Go on with the parts of a request, each time something happened to one of them.

A run on a part ended; its pull request was merged, closed or made ready; its issue was closed. Such
news are hints: the record and GitHub say how all parts stand. What can begin is begun, pull
requests whose base is merged move on to what that was merged into, and people are told.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bot.ports import Unreachable
from bot.run import Run, StartRun
from bot.steps.admit_part import admit_part
from bot.steps.delete_pull_branch import delete_pull_branch
from bot.steps.move_pull import is_behind, move_pull
from bot.steps.snapshot_pull import fetch_pull
from bot.steps.tell_parts import tell_parts
from bot.stories.follow_base import follow_base
from bot.stories.solve_issue import solve_issue
from bot.stories.solve_parts import look_at
from bot.stories.update_branch import update_branch
from bot.text.part_marker import read_part_marker
from bot.values import MovedBase, Outcome, PullDetails, Request, RunState, Subject
from bot.values.part_progress import PartPull, PartsNews, PartsStanding, PartStanding

PAUSES_S = (0.5, 1, 2, 5, 10, 30, 60)  # until a run that ends has ended
MOST_LOOKS = 5  # what changes later is news of its own
OUTAGE_S = 3600.0  # behind the hours for which a step tries by itself
MOST_OUTAGES = 48


async def follow_parts(run: Run, news: PartsNews) -> Outcome:
    """Look at the parts until nothing is left to begin or to tell.

    Where a service is unreachable for long it is tried again later: no other news may come.
    """
    await _outlast(run, news)
    for _ in range(MOST_OUTAGES):
        with suppress(Unreachable):
            return await _look_until_still(run, news)
        await run.wait(OUTAGE_S)
    return await _look_until_still(run, news)


async def _look_until_still(run: Run, news: PartsNews) -> Outcome:
    shown: PartsStanding | None = None
    for _ in range(MOST_LOOKS):
        # Anew each time: people may have said `/stop` meanwhile.
        state = await run.find_last_state(Subject(f"{news.repo.name}#{news.parent}"))
        if state is None or state.split is None or not state.split.is_made:
            return Outcome("ignored", "no request of mine that was split")
        look = await look_at(run, news.repo, news.parent, state.split)
        if look == shown:
            break
        await _follow_stack(run, news, state, look)
        begun = await _begin_parts(run, state, look)
        await run(tell_parts, state, begun)
        shown = begun.drop_obstacles()
    return Outcome("done", "looked at the parts")


async def follow_end(run: Run) -> None:
    """Go on with the parts of a request, where the run that ends made them or worked on one."""
    news = _read_news(run.key, run.state)
    if news is not None:
        await run.start(StartRun(follow_parts, news, key=f"parts/{run.key}"))


def _read_news(key: str, state: RunState) -> PartsNews | None:
    request = state.request
    if state.split is not None and state.split.is_made:
        return PartsNews(request.repo, request.number, key, after=state.key)
    parent = _find_parent(state)
    subject = key.rpartition("/")[0]
    if parent is None or "#" not in subject:
        return None
    issue = int(subject.rpartition("#")[2])
    return PartsNews(request.repo, parent, key, issue, state.key)


def _find_parent(state: RunState) -> int | None:
    """Find the issue that a run's work is a part of, also where people wrote the text anew."""
    if state.place is not None:
        return state.place.parent
    marker = read_part_marker(state.request.body)
    if marker is None and state.target is not None:
        marker = read_part_marker(state.target.body)
    return marker[0] if marker else None


async def _outlast(run: Run, news: PartsNews) -> None:
    """Wait until the run has ended whose end is the news."""
    if news.after is None:
        return
    subject = Subject(news.after.rpartition("/")[0])
    for pause_s in PAUSES_S:
        last = await run.find_last_run(subject)
        if last is None or not last.is_live or last.key != news.after:
            return
        await run.wait(pause_s)


async def _begin_parts(run: Run, state: RunState, look: PartsStanding) -> PartsStanding:
    """Begin the parts that can begin, and return how all stand then."""
    if not look.is_wanted or state.approved_split.stopped_by:
        return look
    may_stack = state.config.split == "stack"
    parts = [
        await _begin_part(run, state, standing)
        if look.is_ready(standing, may_stack=may_stack)
        else standing
        for standing in look.parts
    ]
    return replace(look, parts=tuple(parts))


async def _begin_part(run: Run, state: RunState, standing: PartStanding) -> PartStanding:
    """Begin a part, once, in the name of whoever asked for the whole; or say why it cannot."""
    admission = await run(admit_part, state.request, standing.part)
    request = admission.request
    if request is None:
        return replace(standing, obstacle=admission.obstacle)
    start = StartRun(solve_issue, request, key=request.delivery, subject=request.subject)
    key, _ = await run.start(start)
    return replace(standing, state="live", run=key)


async def _follow_stack(run: Run, news: PartsNews, state: RunState, look: PartsStanding) -> None:
    """Move pull requests on whose base has ended, and bring to them what changed below them."""
    if state.config.split != "stack":
        return
    for standing, tip in look.list_stranded():
        if standing.state != "live" and standing.pull is not None:
            await run(move_pull, news.repo, standing.pull.number, tip.head if tip else None)
            await _delete_base(run, state, look, standing.pull)
    for standing in look.parts:
        for lower in _list_merged_needs(look, standing):
            await _bring(run, state, standing, lower)
    changed = [each.pull for each in look.parts if each.part.issue == news.issue and each.pull]
    for pull in changed:
        await _follow_change(run, news, state, look, pull)


async def _delete_base(run: Run, state: RunState, look: PartsStanding, upper: PartPull) -> None:
    """Delete the branch that a pull request was moved away from, where the repository wants that:
    at its merge it was still needed.
    """
    if not state.config.delete_branch:
        return
    below = look.find_below(upper)
    pull = await run(fetch_pull, state.request.repo, below.number) if below else None
    if pull is not None and not pull.is_open:
        await run(delete_pull_branch, state.request.repo, pull)


def _list_merged_needs(look: PartsStanding, standing: PartStanding) -> list[PartPull]:
    """List the merged pull requests that one in people's hands builds on."""
    if standing.pull is None or not standing.pull.is_open or standing.state == "live":
        return []
    needs = [need.pull for need in look.list_needs(standing)]
    return [pull for pull in needs if pull is not None and pull.is_merged]


async def _bring(run: Run, state: RunState, standing: PartStanding, lower: PartPull) -> None:
    """Merge the base into a pull request that does not hold the merge of what it builds on, once.

    After a squash its diff would show the change of the other one too.
    """
    if standing.pull is None:
        return
    repo = state.request.repo
    if not await run(is_behind, repo, standing.pull.number, lower.number):
        return
    target = await run(fetch_pull, repo, standing.pull.number)
    if target is None or not target.is_open:
        return
    request = _make_update(state, target, f"#{lower.number}, which this builds on, was merged")
    subject = Subject(f"{repo.name}#{standing.part.issue}")
    key = f"update/{standing.pull.number}/{lower.number}"
    await run.start(StartRun(update_branch, request, key=key, subject=subject))


async def _follow_change(
    run: Run, news: PartsNews, state: RunState, look: PartsStanding, pull: PartPull
) -> None:
    """Have those looked at that are stacked on a pull request to which the bot pushed."""
    upper = [each.pull for each in look.parts if each.pull and each.pull.is_open]
    if not pull.is_open or all(each.base != pull.head for each in upper):
        return
    asker = state.request.asker
    moved = MovedBase(news.repo, news.key, asker, is_by_bot=True, branch=pull.head)
    await run.start(StartRun(follow_base, moved, key=f"base/parts/{news.key}"))


def _make_update(state: RunState, target: PullDetails, cause: str) -> Request:
    asked = state.request
    return Request(
        asked.repo,
        target.number,
        asked.asker,
        asked.at,
        f"update/{target.number}",
        command="update",
        on_pull=True,
        title=target.title,
        body=target.body,
        asker_id=asked.asker_id,
        cause=cause,
    )
