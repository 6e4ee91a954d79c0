"""A base has moved: the bot's pull requests that conflict with it now are brought up to date."""

from __future__ import annotations

from bot.run import Run, StartRun
from bot.steps.admit import read_label
from bot.steps.find_own_pulls import fetch_tip, find_own_pulls
from bot.steps.snapshot_pull import fetch_pull
from bot.stories.pull_commands import find_pull_subject
from bot.stories.update_branch import update_branch
from bot.text import as_code_span
from bot.values import MovedBase, Outcome, PullDetails, Request, RunState

# GitHub tests a merge once somebody asks, and says so late when it has much to do.
PAUSES_S = (1, 2, 5, 15, 60)
BUSY_PAUSES_S = (5, 60, 600, 3600)  # while another run on the pull request comes to its end


async def follow_base(run: Run, moved: MovedBase) -> Outcome:
    """Start one update for each of our pull requests that cannot be merged any more.

    One on which a run is at work is looked at again once the others have theirs.
    """
    pulls = await run(find_own_pulls, moved)
    numbers = pulls.numbers
    started: list[str] = []
    for pause_s in (*BUSY_PAUSES_S, 0):
        keys = {number: await _update(run, moved, number, pulls.at) for number in numbers}
        started += filter(None, keys.values())
        numbers = tuple(number for number, key in keys.items() if key is None)
        if not numbers:
            break
        await run.wait(pause_s)
    if not started:
        return Outcome("ignored", "no pull request of mine stopped being mergeable")
    return Outcome("done", f"started {', '.join(started)}")


async def _update(run: Run, moved: MovedBase, number: int, asked_at: str) -> str | None:
    """Start the update of one pull request; empty where it needs none, or where one was made, and
    None where another run is at work on it.
    """
    target = await _settle(run, moved, number)
    if target is None or not _is_in_conflict(target):
        return ""
    # A configuration with a mistake is told to whoever asks for something here.
    reading = await run(read_label, moved.repo)
    if reading.config is None or not reading.config.update:
        return ""
    subject = await find_pull_subject(run, moved.repo, target)
    last = await run.find_last_state(subject)
    if not _may_start(moved, last) or await _was_tried(run, moved, target, last):
        return ""
    request = _make_request(moved, target, last, asked_at)
    key, is_new = await run.start(StartRun(update_branch, request, subject=subject))
    return key if is_new else None


async def _settle(run: Run, moved: MovedBase, number: int) -> PullDetails | None:
    """Ask until GitHub knows whether the pull request can be merged."""
    target = await run(fetch_pull, moved.repo, number)
    for pause_s in PAUSES_S:
        if target is None or not target.is_open or target.is_mergeable is not None:
            break
        await run.wait(pause_s)
        target = await run(fetch_pull, moved.repo, number)
    return target


def _is_in_conflict(target: PullDetails) -> bool:
    """Tell whether it is ours, open, and GitHub cannot merge it."""
    is_ours = target.is_ours and not target.is_fork
    return is_ours and target.is_open and target.is_mergeable is False


def _may_start(moved: MovedBase, last: RunState | None) -> bool:
    """Tell whether somebody can be told, and nobody stopped the newest run there."""
    if last is None:
        return not moved.is_by_bot
    return last.outcome is None or last.outcome.state != "stopped"


async def _was_tried(
    run: Run, moved: MovedBase, target: PullDetails, last: RunState | None
) -> bool:
    """Tell whether the newest run there was an update to what the base is now.

    GitHub's own word for the base of a pull request may be older: it is that of the last push.
    """
    if last is None or last.merge is None:
        return False
    return last.merge.base == await run(fetch_tip, moved.repo, target.base)


def _make_request(
    moved: MovedBase, target: PullDetails, last: RunState | None, asked_at: str
) -> Request:
    """Make the request of an update, in the name of whoever asked for the pull request."""
    cause = f"{as_code_span(target.base)} moved and conflicts with this pull request"
    return Request(
        moved.repo,
        target.number,
        last.request.asker if last else moved.by,
        asked_at,
        moved.delivery,
        command="update",
        on_pull=True,
        title=target.title,
        body=target.body,
        asker_id=last.request.asker_id if last else 0,
        cause=cause,
    )
