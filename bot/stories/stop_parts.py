"""Hear `/stop` on an issue that is solved in parts: what has not begun does not begin."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run, SignalRun, StartRun
from bot.steps.answer import reply
from bot.stories.command_acts import answer_command
from bot.stories.solve_parts import look_at
from bot.values import Outcome, Request, Signal, Usage
from bot.views.command_answers import IDLE
from bot.views.parts_comment import explain_halt, render_stop_answer


async def stop_on_issue(run: Run, request: Request) -> Outcome:
    """Tell the run under way to stop; where there is none, keep the parts from beginning."""
    signal = Signal("stop", f"@{request.asker} said `/stop`", request.asker)
    if await run.signal(SignalRun(request.subject, signal, key=request.delivery)):
        return Outcome("done", "told the run to stop")
    state = await run.find_last_state(request.subject)
    if state is None or state.split is None or not state.split.is_made:
        return await answer_command(run, request, IDLE)
    key, _ = await run.start(StartRun(stop_parts, request, subject=request.subject))
    return Outcome("done", f"started {key}")


async def stop_parts(run: Run, request: Request) -> Outcome:
    """Keep in the record that no more parts begin, and say what becomes of those under way."""
    earlier = await run.find_last_state(request.subject)
    if earlier is None or earlier.split is None:
        return Outcome("ignored", "nothing is split here")
    split = replace(earlier.split, stopped_by=request.asker)
    run.keep(replace(earlier, key=run.key, split=split, usage=Usage(), conversation=()))
    look = await look_at(run, request.repo, request.number, split)
    await run(reply, request, render_stop_answer(look))
    return explain_halt(split)
