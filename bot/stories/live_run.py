"""Leave what came in a thread to the run that is at work on the pull request already."""

from __future__ import annotations

from bot.run import Run, SignalRun
from bot.values import Request, RunState, Signal, Subject

FIRST_LOOK_S = 2.0  # until it is looked whether the run has ended; then twice as long
LONGEST_LOOK_S = 600.0
ANSWERING = ("opened", "changed", "unchanged")  # how a run ends that answered what it read
SILENCING = ("stopped", "failed", "refused")  # and one after which another would be no better


async def outlast_live_run(run: Run, request: Request, subject: Subject) -> bool:
    """Tell the live run of a subject that a thread waits for an answer, and wait for its end.

    It reads all that waits before it ends, but for what came at its very end. Returns whether
    another run may answer that: not when people stopped the last one or it failed, nor when it read
    what is asked and came to no good end.
    """
    signal = Signal("review", "a thread waits for an answer", request.asker)
    await run.signal(SignalRun(subject, signal))
    look_s = FIRST_LOOK_S
    while (last := await run.find_last_run(subject)) and last.is_live:
        await run.wait(look_s)
        look_s = min(2 * look_s, LONGEST_LOOK_S)
    if last is None or last.outcome is None or last.outcome.state in SILENCING:
        return False
    if last.outcome.state in ANSWERING:
        return True
    return not _has_read(await run.find_last_state(subject), request)


def _has_read(state: RunState | None, request: Request) -> bool:
    """Tell whether a run took up what a comment, or a review with all that came in it, asks for."""
    threads = state.open_threads if state else ()
    return any(
        comment.id in (request.comment, request.review)
        or (comment.review == request.review and not request.in_thread)
        for thread in threads
        for comment in thread.comments
    )
