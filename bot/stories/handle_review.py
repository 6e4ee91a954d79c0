"""Hear a review: all its threads are answered by one run, with whatever else waits there.

Only in pull requests that the bot wrote, and only for people with write access; for bots, where
`.github/greenlit.yml` names them under `reviewers:`. An approval starts nothing, nor does a review
that only thanks: that is decided by a list of words (`bot.text.thanks`), and no model is asked.
"""

from __future__ import annotations

from bot.run import Run, SignalRun, StartRun
from bot.steps.read_review import find_silence
from bot.steps.snapshot_pull import fetch_pull
from bot.stories.pull_commands import find_pull_subject
from bot.stories.work_on_pull import work_on_pull
from bot.values import Outcome, Request, RunKey, Signal, Subject

FIRST_LOOK_S = 2.0  # until it is looked whether the run under way has ended; then twice as long
LONGEST_LOOK_S = 600.0


async def handle_review(run: Run, request: Request) -> Outcome:
    """Start a run that answers the review, or tell the one under way; in silence where neither is
    due.
    """
    while True:
        target = await run(fetch_pull, request.repo, request.number)
        if target is None:
            return Outcome("ignored", "the pull request is gone")
        subject = await find_pull_subject(run, request, target)
        is_recorded = subject != request.subject
        silence = await run(find_silence, request, target, is_recorded=is_recorded)
        if silence:
            return Outcome("ignored", silence)
        key = await start_or_signal(run, request, subject)
        if key:
            return Outcome("done", f"started {key}")


async def start_or_signal(run: Run, request: Request, subject: Subject) -> RunKey | None:
    """Start a run on the pull request, and return its key; where one is under way, tell that one,
    and return None once it has ended.

    A run reads all that waits for an answer before it ends. What came when it was at its end
    already is left to whoever looks after it.
    """
    key, is_new = await run.start(StartRun(work_on_pull, request, subject=subject))
    if is_new:
        return key
    signal = Signal("review", "a review was submitted", request.asker)
    await run.signal(SignalRun(subject, signal))
    look_s = FIRST_LOOK_S
    while (last := await run.find_last_run(subject)) and last.is_live:
        await run.wait(look_s)
        look_s = min(2 * look_s, LONGEST_LOOK_S)
    return None
