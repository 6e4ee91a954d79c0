"""An issue is closed, deleted, moved, edited, or loses a label: its run asks GitHub whether it is
still wanted.
"""

from __future__ import annotations

from bot.run import Ignore, Intent, SignalRun
from bot.values import Signal, Subject
from bot.values.events import (
    Event,
    IssueClosed,
    IssueDeleted,
    IssueEdited,
    IssueTransferred,
    IssueUnlabeled,
)


def decide(event: Event) -> Intent:
    """Signal the live run of the issue."""
    match event:
        case IssueClosed() | IssueDeleted() | IssueTransferred() | IssueUnlabeled():
            subject = Subject(f"{event.repo.name}#{event.number}")
            signal = Signal("issue", _describe_end(event), event.sender)
            return SignalRun(subject, signal, key=event.delivery)
        case IssueEdited():  # the request was frozen at the trigger; an approval is void by it
            subject = Subject(f"{event.repo.name}#{event.number}")
            return SignalRun(subject, Signal("edited", by=event.sender), key=event.delivery)
        case _:
            return Ignore("")


def _describe_end(event: Event) -> str:
    """Say what became of an issue that GitHub shows no more; empty where it still tells it."""
    match event:
        case IssueClosed():
            return "closed"
        case IssueDeleted():
            return "deleted"
        case IssueTransferred(moved_to=place) if place:
            return f"transferred to {place}"
        case _:
            return ""
