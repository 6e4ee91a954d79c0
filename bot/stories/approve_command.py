"""Hear `/approve`: it reaches the run that waits for it, for exactly what was shown."""

from __future__ import annotations

import re

from bot.run import Run, SignalRun
from bot.steps.admit import acknowledge, is_authorized
from bot.steps.answer import refuse
from bot.stories.command_acts import answer_command
from bot.values import ApprovalRequest, Outcome, Request, Signal, Subject
from bot.views.command_answers import (
    NOT_YOURS,
    render_nothing_to_approve,
    render_other_approval,
    render_own_approval,
)

HASH = re.compile(r"[0-9a-f]{7,64}")


async def approve(run: Run, request: Request, subject: Subject) -> Outcome:
    """Pass the approval on, or answer why it approves nothing.

    On a pull request on which nothing waits it may be meant for another bot, so nothing is said.
    """
    last = await run.find_last_run(subject)
    asked = last.approval if last is not None and last.is_live else None
    if asked is None and request.on_pull:
        return Outcome("ignored", "nothing waits for an approval here")
    if not await run(is_authorized, request):
        await run(refuse, request)
        return Outcome("refused", NOT_YOURS)
    await run(acknowledge, request)
    if asked is None:
        return await answer_command(run, request, render_nothing_to_approve())
    return await _pass_on(run, request, subject, asked)


async def _pass_on(run: Run, request: Request, subject: Subject, asked: ApprovalRequest) -> Outcome:
    """Tell the run, where the comment means what it has shown and comes from who may approve it."""
    if asked.asker == request.asker:
        return await answer_command(run, request, render_own_approval(asked))
    if not _means(request, asked):
        return await answer_command(run, request, render_other_approval(asked))
    signal = Signal("approve", asked.hash, request.asker)
    if await run.signal(SignalRun(subject, signal, key=request.delivery)):
        return Outcome("done", f"approved {asked.short_hash}")
    return await answer_command(run, request, render_nothing_to_approve())


def _means(request: Request, asked: ApprovalRequest) -> bool:
    """Tell whether a comment means what is shown now: it names it, or was written behind it.

    Whoever wrote before it was shown has seen something else. The numbers of comments grow with
    time; those of comments on lines and of reviews are counted apart.
    """
    word = request.words.partition(" ")[0].lower()
    if HASH.fullmatch(word):
        return asked.hash.startswith(word)
    if request.in_thread or request.review or request.comment is None:
        return False
    return request.comment > asked.comment
