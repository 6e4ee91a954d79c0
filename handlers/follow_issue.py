"""Here lives the following of an issue: when it is closed, deleted or loses the label, its run hears of it."""

from __future__ import annotations

from bot.web.webhook import Event, IssueClosed, IssueDeleted, IssueEdited, IssueUnlabeled
from bot.run import Ignore, Intent, Tell
from bot.values import Note, Subject


def decide(event: Event) -> Intent:
    """A hint for the run: it asks GitHub itself whether it is still wanted."""
    match event:
        case IssueClosed() | IssueDeleted() | IssueUnlabeled():
            subject = Subject(f"{event.repo.name}#{event.number}")
            return Tell(subject, Note("issue", type(event).__name__, event.sender), key=event.delivery)
        case IssueEdited():
            return Ignore("the request was frozen at the trigger")
        case _:
            return Ignore("")
