"""Hear people: a label or a command, who gave it, and what follows.

Add the label `autogen` (or the one in `.github/greenlit.yml`) to an issue, or write a comment with
a line that starts with a command: `/generate [what]`, `/retry`, `/approve`, `/stop`, `/status`,
`/help`; on an issue `/refactor`, `/document` and `/test` too, on a pull request `/fix`, `/explain`
and `/update`. Only people with write access are heard. A misspelt command or a mention of the bot
gets a suggestion.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from bot.refactor import BadCommandError, parse_refactoring
from bot.run import Run
from bot.steps.admit import (
    acknowledge,
    find_obstacle,
    is_authorized,
    is_mentioned,
    read_label,
)
from bot.steps.answer import refuse, reply
from bot.stories.approve_command import approve
from bot.stories.command_acts import answer_command, start_run, tell_status
from bot.stories.pull_commands import find_target_subject, obey_on_pull
from bot.stories.solve_issue import solve_issue
from bot.stories.stop_parts import stop_on_issue
from bot.values import Outcome, Request
from bot.values.request import NAMING, ON_DEMAND
from bot.views.command_answers import (
    NOT_YOURS,
    guess_command_word,
    render_help,
    render_label_answer,
    render_only_on_issues,
    render_only_on_pulls,
    render_suggestion,
    render_what_is_meant,
)

COMMANDS = (
    "generate",
    "retry",
    "fix",
    "explain",
    "update",
    "refactor",
    "document",
    "test",
    "approve",
    "stop",
    "status",
    "help",
)
SIMILARITY = 0.8  # of 1; `/stats` is near to `/status`, `/step` and `/merge` are near to nothing


async def handle_command(run: Run, request: Request) -> Outcome:
    """Admit whoever asks, or say no politely; then start, stop or answer."""
    if request.label:
        reading = await run(read_label, request.repo)
        if request.label != reading.label:  # other labels come by all day
            return Outcome("ignored", f"the label {request.label} is not mine")
        request = replace(request, config=reading.config)
    if request.command.startswith("@") and not await run(is_mentioned, request):
        return Outcome("ignored", f"{request.command} is somebody else")
    if request.command == "approve":
        return await _approve(run, request)
    if not await run(is_authorized, request):
        return await _refuse(run, request)
    await run(acknowledge, request)
    if request.on_pull:
        return await _obey_on_pull(run, request)
    return await _obey(run, request)


async def _obey(run: Run, request: Request) -> Outcome:
    match request.command:
        case "help":
            reading = await run(read_label, request.repo)
            return await answer_command(run, request, render_help(reading.label))
        case "stop":
            return await stop_on_issue(run, request)
        case "status":
            return await tell_status(run, request, request.subject)
        case "fix" | "explain" | "update":
            return await answer_command(run, request, render_only_on_pulls(request))
        case "generate" | "retry" | "refactor" | "document" | "test":
            return await _generate(run, request)
        case _:
            return await answer_command(run, request, render_suggestion(request, _guess(request)))


def find_nearest_command(word: str) -> str:
    """Find the command that a word is a misspelling of; empty when it is none."""
    for command in COMMANDS:
        if sorted(word) == sorted(command):  # two letters in the wrong order
            return command
    return next(iter(get_close_matches(word, COMMANDS, 1, SIMILARITY)), "")


async def _refuse(run: Run, request: Request) -> Outcome:
    """Refuse a command; what only comes near to one is nothing to refuse."""
    if request.command not in COMMANDS:
        return Outcome("ignored", "no command, and from somebody who may give none")
    await run(refuse, request)
    return Outcome("refused", NOT_YOURS)


async def _obey_on_pull(run: Run, request: Request) -> Outcome:
    """Obey a command; what only comes near to one gets a suggestion."""
    if request.label:
        return await answer_command(run, request, render_label_answer())
    if request.command in ON_DEMAND:
        return await answer_command(run, request, render_only_on_issues(request))
    if request.command in COMMANDS:
        return await obey_on_pull(run, request)
    return await answer_command(run, request, render_suggestion(request, _guess(request)))


async def _generate(run: Run, request: Request) -> Outcome:
    """Start a run."""
    if mistake := _find_mistake(request):
        return await answer_command(run, request, mistake)
    feasibility = await run(find_obstacle, request)
    if feasibility.obstacle:
        await run(reply, request, feasibility.obstacle)
        return Outcome("refused", feasibility.obstacle)
    may_resume = request.command not in ON_DEMAND
    value = replace(request, may_resume=may_resume, default_branch=feasibility.default_branch)
    return await start_run(run, value, solve_issue, request.subject)


def _find_mistake(request: Request) -> str:
    """Say what is wrong with the words behind a command; empty when nothing is."""
    if request.command in NAMING and not request.words:
        return render_what_is_meant(request)
    try:
        if request.command == "refactor":
            parse_refactoring(request.words)
    except BadCommandError as wrong:
        return str(wrong)
    return ""


async def _approve(run: Run, request: Request) -> Outcome:
    """Pass an approval on to the run that it is for."""
    subject = await find_target_subject(run, request) if request.on_pull else request.subject
    return await approve(run, request, subject)


def _guess(request: Request) -> str:
    """Guess which command was meant: by the misspelt word, or by the first one behind a mention."""
    word = request.command
    if word.startswith("@"):
        word = guess_command_word(request.words)
    return find_nearest_command(word) or "generate"
