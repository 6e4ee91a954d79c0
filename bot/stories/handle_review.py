"""Hear a review: all its threads are answered by one run, with whatever else waits there.

Only in pull requests that the bot wrote, and only for people with write access; for bots, where
`.github/greenlit.yml` names them under `reviewers:`. An approval starts nothing, nor does a review
that only thanks: that is decided by a list of words (`bot.text.thanks`), and no model is asked.
"""

from __future__ import annotations

from bot.run import Run, StartRun
from bot.steps.push_branch import is_named_after
from bot.steps.read_review import find_silence
from bot.steps.snapshot_pull import fetch_pull
from bot.stories.live_run import outlast_live_run
from bot.stories.pull_commands import find_pull_subject
from bot.stories.work_on_pull import work_on_pull
from bot.values import Outcome, Request


async def handle_review(run: Run, request: Request) -> Outcome:
    """Start a run that answers the review, or tell the one under way; in silence where neither is
    due.
    """
    while True:
        target = await run(fetch_pull, request.repo, request.number)
        if target is None:
            return Outcome("ignored", "the pull request is gone")
        subject = await find_pull_subject(run, request.repo, target)
        is_recorded = is_named_after(target.head, subject)
        silence = await run(find_silence, request, target, is_recorded=is_recorded)
        if silence:
            return Outcome("ignored", silence)
        key, is_new = await run.start(StartRun(work_on_pull, request, subject=subject))
        if is_new:
            return Outcome("done", f"started {key}")
        if not await outlast_live_run(run, request, subject):
            return Outcome("ignored", f"{key} ended, and said why")
