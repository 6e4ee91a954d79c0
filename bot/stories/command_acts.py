"""Do what commands do in the same way on an issue and on a pull request."""

from __future__ import annotations

from bot.run import Run, SignalRun, StartRun, Story
from bot.steps.answer import answer_status, reply
from bot.values import Outcome, Request, Signal, Subject
from bot.views.command_answers import IDLE, render_busy


async def answer_command(run: Run, request: Request, text: str) -> Outcome:
    """Answer with words, and do nothing else."""
    await run(reply, request, text)
    return Outcome("done", text)


async def start_run(run: Run, request: Request, story: Story, subject: Subject) -> Outcome:
    """Start a run, or say that there is one already; one that waits with parts of the work is told
    how they are wanted.
    """
    key, is_new = await run.start(StartRun(story, request, subject=subject))
    if is_new:
        return Outcome("done", f"started {key}")
    last = await run.find_last_run(subject)
    asked = last.approval if last is not None and last.is_live else None
    if asked is not None and asked.kind == "split" and request.command == "generate":
        signal = Signal("otherwise", request.words, request.asker, request=request)
        if await run.signal(SignalRun(subject, signal, key=request.delivery)):
            return Outcome("done", "told the run how the parts are wanted")
    return await answer_command(run, request, render_busy(request, last))


async def stop_run(run: Run, request: Request, subject: Subject) -> Outcome:
    """Tell the run under way to stop, or say that there is none."""
    signal = Signal("stop", f"@{request.asker} said `/stop`", request.asker)
    if await run.signal(SignalRun(subject, signal, key=request.delivery)):
        return Outcome("done", "told the run to stop")
    return await answer_command(run, request, IDLE)


async def tell_status(run: Run, request: Request, subject: Subject) -> Outcome:
    """Say how the newest run stands."""
    await run(answer_status, request, await run.find_last_run(subject))
    return Outcome("done", "said how it stands")
