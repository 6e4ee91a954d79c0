"""Hear people: a label or a command, who gave it, and what follows.

Add the label `autogen` (or the one in `.github/greenlit.yml`) to an issue, or write a comment with
a line that starts with a command: `/generate [what]`, `/retry`, `/stop`, `/status`, `/help`. Only
people with write access are heard.
"""

from __future__ import annotations

from bot.run import LastRun, Run, SignalRun, StartRun
from bot.steps.admit import (
    acknowledge,
    decline,
    find_obstacle,
    is_authorized,
    read_label,
    reply,
)
from bot.stories.solve_issue import solve_issue
from bot.values import Outcome, Request, Signal

COMMANDS = ("generate", "retry", "stop", "status", "help")
NOT_YOURS = "sorry: only people with write access to this repository can ask me for that."
IDLE = "nothing is under way here."
HELP = (
    "add my label, or comment `/generate` (what you write behind it goes into the request) and I "
    "open a pull request once CI is green. `/stop` ends my work on this issue, `/retry` starts it "
    "again, `/status` says how it stands."
)


async def handle_command(run: Run, request: Request) -> Outcome:
    """Admit whoever asks, or say no politely; then start, stop or answer."""
    if request.label and request.label != await run(read_label, request.repo):
        # Other labels come by all day: they are nobody's request.
        return Outcome("ignored", f"the label {request.label} is not mine")
    if not await run(is_authorized, request):
        await run(decline, request, NOT_YOURS)
        return Outcome("refused", NOT_YOURS)
    await run(acknowledge, request)
    match request.command:
        case "help":
            return await _answer(run, request, HELP)
        case "stop":
            return await _stop(run, request)
        case "status":
            last = await run.find_last_run(request.subject)
            return await _answer(run, request, _describe_status(last))
        case _:
            return await _generate(run, request)


async def _generate(run: Run, request: Request) -> Outcome:
    """Start a run. A retry begins anew: only the issue, as it stands now, goes into it."""
    if why_not := await run(find_obstacle, request):
        await run(reply, request, why_not)
        return Outcome("refused", why_not)
    key, is_new = await run.start(StartRun(solve_issue, request, subject=request.subject))
    if is_new:
        return Outcome("done", f"started {key}")
    text = "I am on it already: see my comment above. `/stop` ends that work."
    return await _answer(run, request, text)


async def _stop(run: Run, request: Request) -> Outcome:
    signal = Signal("stop", f"@{request.asker} said `/stop`", request.asker)
    if await run.signal(SignalRun(request.subject, signal, key=request.delivery)):
        return Outcome("done", "told the run to stop")
    return await _answer(run, request, IDLE)


async def _answer(run: Run, request: Request, text: str) -> Outcome:
    await run(reply, request, text)
    return Outcome("done", text)


def _describe_status(last: LastRun | None) -> str:
    """Say how the issue's newest run stands, from what people were told of it last."""
    if last is None:
        return IDLE
    if last.is_live and last.report is None:
        return "I am about to begin."
    if last.is_live and last.report is not None:
        link = f"[My comment](#issuecomment-{last.report.comment})"
        return f"I am at work. {last.report.line} {link} shows more."
    ended = f" {last.report.line}" if last.report else ""
    pull = f" It is #{last.outcome.pull}." if last.outcome and last.outcome.pull else ""
    return f"{IDLE}{ended}{pull}"
