"""Here lives the hearing of people: a label or a command, who gave it, and what follows.

Add the label `autogen` (or the one in `.github/greenlit.yml`) to an issue, or write a comment with a line that starts
with a command: `/generate [what]`, `/retry`, `/stop`, `/status`, `/help`. Only people with write access are heard.
"""

from __future__ import annotations

from dataclasses import replace

from bot.web.webhook import CommentCreated, Event, IssueLabeled
from bot.run import Ignore, Intent, Run, Start, Tell
from bot.steps.admit import acknowledge, decline, may_ask, obstacle, reply, rules
from bot.text import commands
from bot.values import Asking, Note, Outcome
from bot.ports import Refusal
from handlers.solve_issue import solve_issue

COMMANDS = ("generate", "retry", "stop", "status", "help")
NOT_YOURS = "sorry: only people with write access to this repository can ask me for that."
LOOK_CHARS = 8_000  # for commands: reading hostile Markdown takes time by its square, and anybody may comment
HELP = (
    "add my label, or comment `/generate` (what you write behind it goes into the request) and I open a pull request "
    "once CI is green. `/stop` ends my work on this issue, `/retry` starts it again, `/status` says how it stands."
)


def decide(event: Event) -> Intent:
    """A label that was added, or a comment with a command for us, starts a hearing, once per delivery."""
    match event:
        case IssueLabeled() | CommentCreated() if event.sender_bot:
            return Ignore(f"{event.sender} is a bot")
        case IssueLabeled():
            return _hear(replace(_asking(event), label=event.label))
        case CommentCreated():
            wanted = [command for command in commands(event.text[:LOOK_CHARS]) if command[0] in COMMANDS]
            if not wanted:
                return Ignore("no command for me")
            word, rest = wanted[0]
            return _hear(replace(_asking(event), command=word, words=rest, comment=event.comment))
        case _:
            return Ignore("")


async def hear_asking(run: Run, asking: Asking) -> Outcome:
    """Admit whoever asks, or say no politely; then start, stop or tell."""
    if asking.label and not await _is_ours(run, asking):
        return Outcome("ignored", f"the label {asking.label} is not mine")
    if not await run(may_ask, asking):
        await run(decline, asking, NOT_YOURS)
        return Outcome("refused", NOT_YOURS)
    await run(acknowledge, asking)
    match asking.command:
        case "help":
            return await _answered(run, asking, "done", HELP)
        case "stop":
            return await _stop(run, asking)
        case "status":
            return await _status(run, asking)
        case _:
            return await _generate(run, asking)


def _asking(event: IssueLabeled | CommentCreated) -> Asking:
    return Asking(
        event.repo,
        event.number,
        event.sender,
        event.at,
        event.delivery,
        on_pull=event.on_pull,
        title=event.title,
        body=event.body,
        asker_id=event.sender_id,
    )


def _hear(asking: Asking) -> Intent:
    return Start(hear_asking, asking, key=f"asking/{asking.delivery}")


async def _is_ours(run: Run, asking: Asking) -> bool:
    """Other labels come by all day: they are nobody's asking. A broken configuration is told to whoever may ask."""
    try:
        config = await run(rules, asking.repo)
    except Refusal:
        return asking.label == "autogen"
    return asking.label == config.label


async def _generate(run: Run, asking: Asking) -> Outcome:
    why_not = await run(obstacle, asking)
    if why_not:
        return await _answered(run, asking, "refused", why_not)
    key, new = await run.begin(Start(solve_issue, asking, subject=asking.subject))
    if new:
        return Outcome("done", f"started {key}")
    return await _answered(run, asking, "done", "I am on it already: see my comment above. `/stop` ends that work.")


async def _stop(run: Run, asking: Asking) -> Outcome:
    note = Note("stop", f"@{asking.asker} said `/stop`", asking.asker)
    if await run.tell(Tell(asking.subject, note, key=asking.delivery)):
        return Outcome("done", "told the run to stop")
    return await _answered(run, asking, "done", "nothing is under way here.")


async def _status(run: Run, asking: Asking) -> Outcome:
    if await run.tell(Tell(asking.subject, Note("checks", "somebody asked"), key=asking.delivery)):
        return await _answered(run, asking, "done", "I am at work: my comment above shows how it stands.")
    return await _answered(run, asking, "done", "nothing is under way here.")


async def _answered(run: Run, asking: Asking, state: str, text: str) -> Outcome:
    await run(reply, asking, text)
    return Outcome("refused" if state == "refused" else "done", text)
