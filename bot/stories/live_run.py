"""Leave what came in a thread to the run that is at work on the pull request already."""

from __future__ import annotations

from bot.run import Run, SignalRun
from bot.values import Request, Signal, Subject

FIRST_LOOK_S = 2.0  # until it is looked whether the run has ended; then twice as long
LONGEST_LOOK_S = 600.0
ANSWERING = ("opened", "changed", "unchanged")  # how a run ends that answered what it read


async def outlast_live_run(run: Run, request: Request, subject: Subject) -> bool:
    """Tell the live run of a subject that a thread waits for an answer, and wait for its end.

    It reads all that waits before it ends, but for what came at its very end. Returns whether
    another run may answer that: not when people stopped the last one, nor when it failed.
    """
    signal = Signal("review", "a thread waits for an answer", request.asker)
    await run.signal(SignalRun(subject, signal))
    look_s = FIRST_LOOK_S
    while (last := await run.find_last_run(subject)) and last.is_live:
        await run.wait(look_s)
        look_s = min(2 * look_s, LONGEST_LOOK_S)
    return bool(last and last.outcome and last.outcome.state in ANSWERING)
