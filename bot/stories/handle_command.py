"""Here lives the hearing of people: a label or a command, who gave it, and what follows.

Add the label `autogen` (or the one in `.github/greenlit.yml`) to an issue, or write a comment with
a line that starts
with a command: `/generate [what]`, `/retry`, `/stop`, `/status`, `/help`. Only people with write
access are heard.
"""

from __future__ import annotations

from bot.ports import Refusal
from bot.run import Run, SignalRun, StartRun
from bot.steps.admit import (
    acknowledge,
    decline,
    find_obstacle,
    is_authorized,
    load_repo_config,
    reply,
)
from bot.stories.solve_issue import solve_issue
from bot.values import Outcome, Request, Signal

COMMANDS = ("generate", "retry", "stop", "status", "help")
NOT_YOURS = "sorry: only people with write access to this repository can ask me for that."
HELP = (
    "add my label, or comment `/generate` (what you write behind it goes into the request) and I open a pull request "
    "once CI is green. `/stop` ends my work on this issue, `/retry` starts it again, `/status` says how it stands."
)


async def handle_command(run: Run, request: Request) -> Outcome:
    """Admit whoever asks, or say no politely; then start, stop or tell."""
    if request.label and not await _is_ours(run, request):
        return Outcome("ignored", f"the label {request.label} is not mine")
    if not await run(is_authorized, request):
        await run(decline, request, NOT_YOURS)
        return Outcome("refused", NOT_YOURS)
    await run(acknowledge, request)
    match request.command:
        case "help":
            return await _answered(run, request, "done", HELP)
        case "stop":
            return await _stop(run, request)
        case "status":
            return await _status(run, request)
        case _:
            return await _generate(run, request)


async def _is_ours(run: Run, request: Request) -> bool:
    """Other labels come by all day: they are nobody's asking. A broken configuration is told to
    whoever may ask.
    """
    try:
        config = await run(load_repo_config, request.repo)
    except Refusal:
        return request.label == "autogen"
    return request.label == config.label


async def _generate(run: Run, request: Request) -> Outcome:
    why_not = await run(find_obstacle, request)
    if why_not:
        return await _answered(run, request, "refused", why_not)
    key, new = await run.start(StartRun(solve_issue, request, subject=request.subject))
    if new:
        return Outcome("done", f"started {key}")
    return await _answered(
        run, request, "done", "I am on it already: see my comment above. `/stop` ends that work."
    )


async def _stop(run: Run, request: Request) -> Outcome:
    note = Signal("stop", f"@{request.asker} said `/stop`", request.asker)
    if await run.signal(SignalRun(request.subject, note, key=request.delivery)):
        return Outcome("done", "told the run to stop")
    return await _answered(run, request, "done", "nothing is under way here.")


async def _status(run: Run, request: Request) -> Outcome:
    if await run.signal(
        SignalRun(request.subject, Signal("checks", "somebody asked"), key=request.delivery)
    ):
        return await _answered(
            run, request, "done", "I am at work: my comment above shows how it stands."
        )
    return await _answered(run, request, "done", "nothing is under way here.")


async def _answered(run: Run, request: Request, state: str, text: str) -> Outcome:
    await run(reply, request, text)
    return Outcome("refused" if state == "refused" else "done", text)
