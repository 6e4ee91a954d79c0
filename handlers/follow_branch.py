"""Here lives the following of a run's branch: what CI says of it, and what others do to it or to its pull request."""

from __future__ import annotations

from bot.web.webhook import ChecksMoved, Event, PullClosed, PullSynchronized, Pushed
from bot.run import Ignore, Intent, Tell
from bot.steps.push import issue_of
from bot.values import Note, Subject


def decide(event: Event) -> Intent:
    """A hint for the run whose branch it is: CI said something, or a person pushed or closed."""
    match event:
        case ChecksMoved():
            branches = event.branches
            note = Note("checks", event.kind, sha=event.sha)
        case Pushed() | PullSynchronized():
            if event.sender_bot:
                return Ignore("a push by a bot")
            branches = (event.branch,)
            note = Note("pushed", "somebody pushed to my branch", event.sender, event.after)
        case PullClosed():
            branches = (event.branch,)
            note = Note("closed", "the pull request was closed", event.sender)
        case _:
            return Ignore("")
    for branch in branches:
        if number := issue_of(branch):
            return Tell(Subject(f"{event.repo.name}#{number}"), note, key=event.delivery)
    return Ignore("not a branch of mine")
