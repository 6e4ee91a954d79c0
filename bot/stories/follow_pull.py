"""Follow a pull request of the bot past its end.

Merged: what people changed of it is recorded, and its branch deleted where the repository says so.
Closed: the reason is recorded, and the branch deleted after so many days. Later plans are shown
what people changed, and why.
"""

from __future__ import annotations

from bot.run import Run
from bot.steps.admit import read_label
from bot.steps.delete_pull_branch import compute_time_left, delete_pull_branch
from bot.steps.read_pull_end import read_pull_end
from bot.steps.snapshot_pull import fetch_pull
from bot.values import Outcome, PullDetails, PullEnd, RepoConfig
from bot.values.events import PullClosed
from bot.views.end_sentence import describe_end

WORD_S = 600.0  # in which whoever closed it without a word may still say why
LONGEST_WAIT_S = 86_400.0  # whoever opened it again may not have been heard


async def follow_pull(run: Run, closed: PullClosed) -> Outcome:
    """Record how the pull request ended, and tidy up behind it."""
    pull = await run(fetch_pull, closed.repo, closed.number)
    if pull is None or pull.is_open or pull.is_fork or not pull.is_ours:
        return Outcome("ignored", "no pull request of mine that has ended")
    end = await run(read_pull_end, closed.repo, pull, closed.sender)
    reading = await run(read_label, closed.repo)
    config = reading.config or RepoConfig()
    if not pull.is_merged:
        days = config.delete_closed_after_days
        return await _follow_closed(run, closed, pull, end, days)
    if config.delete_branch:
        await run(delete_pull_branch, closed.repo, pull)
    return Outcome("done", describe_end(end))


async def _follow_closed(
    run: Run, closed: PullClosed, pull: PullDetails, end: PullEnd, days: int | None
) -> Outcome:
    """Hear why, wait so many days, then delete the branch; unless it is opened again or merged."""
    if not end.reason:
        if change := await _wait_closed(run, closed, WORD_S):
            return change
        end = await run(read_pull_end, closed.repo, pull, closed.sender)
    while days and (left_s := await run(compute_time_left, pull, days)):
        if change := await _wait_closed(run, closed, min(left_s, LONGEST_WAIT_S)):
            return change
    if days:
        await run(delete_pull_branch, closed.repo, pull)
    return Outcome("done", describe_end(end))


async def _wait_closed(run: Run, closed: PullClosed, wait_s: float) -> Outcome | None:
    """Wait while it stays closed; the outcome, where it does not."""
    await run.wait(wait_s)
    pull = await run(fetch_pull, closed.repo, closed.number)
    if pull is None or pull.is_open:
        return Outcome("done", "it was opened again")
    return await follow_pull(run, closed) if pull.is_merged else None
