"""Explain CI: `/explain` on a pull request, of a fork too, has its checks read and told.

No model is asked, and nothing is edited. There is one comment for each commit that was explained.
"""

from __future__ import annotations

from bot.run import Run
from bot.steps.explain_pull import put_explanation
from bot.steps.fetch_checks import fetch_checks
from bot.steps.judge_pull import judge_pull
from bot.steps.snapshot_pull import fetch_pull
from bot.values import Outcome, Request


async def explain_checks(run: Run, request: Request) -> Outcome:
    """Read the checks of the pull request's newest commit, and tell what they say."""
    pull = await run(fetch_pull, request.repo, request.pull_number)
    if pull is None:
        return Outcome("refused", "the pull request is gone")
    snapshot = await run(fetch_checks, request.repo, pull.head_sha)
    verdict = None
    if snapshot.checks.failed:
        verdict = await run(judge_pull, request.repo, pull, snapshot.checks)
    text = await run(put_explanation, request, pull, snapshot, verdict)
    return Outcome("done", text)
