"""Bring a change to a pull request from a fork: as a review, since nothing can be pushed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from bot.edits import parse_change_diff
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.admit import LOST_ACCESS, is_authorized
from bot.steps.redact import redact
from bot.text import count_noun
from bot.values import Patch, RunState, SuggestedChange
from bot.views.fork_review import render_fork_review
from bot.views.fork_suggestions import suggest_changes

MOST_SUGGESTIONS = 50  # in one review: nobody takes more of them one by one
PATCH_CHARS = 40_000  # GitHub takes 65,536 characters in all
MOVED = "somebody pushed to the fork while I was writing"
TOO_LONG = "the patch is too long for a comment"
SECRET = "it would show what looks like a secret that stands in the files already"  # noqa: S105
NO_TEXT = "the patch holds bytes that are no UTF-8"
REFUSED = "GitHub refuses the review"


@dataclass(frozen=True, slots=True)
class ForkAnswer:
    """What was suggested. `obstacle` is a clause that says why nothing was; else it is empty."""

    suggested: int = 0
    has_patch: bool = False
    obstacle: str = ""


def _summarize_answer(answer: ForkAnswer) -> Summary:
    if answer.obstacle:
        return "review", Text(f"not submitted: {answer.obstacle}", "red")
    patch = " and a patch" if answer.has_patch else ""
    return "review", Text(f"{count_noun(answer.suggested, 'suggestion')}{patch}")


@step("suggest_to_fork", _summarize_answer)
def suggest_to_fork(ports: Ports, state: RunState, marker: str) -> ForkAnswer:
    """Submit one review with the change: as suggestions where they say it exactly, else a patch.

    A file is one or the other, so that the two do not get into each other's way.
    """
    if not is_authorized(ports, state.request):
        return ForkAnswer(obstacle=LOST_ACCESS)
    target = state.pull_details
    pull = ports.reviews.fetch_pull(state.request.repo, target.number)
    if pull is None or pull.head_sha != state.base.sha:
        return ForkAnswer(obstacle=MOVED)
    changes, rest = _divide(ports, state)
    answer = _submit(ports, state, marker, changes, rest)
    if answer.obstacle == REFUSED and changes:  # GitHub shows other lines than git does
        return _submit(ports, state, marker, (), state.patch)
    return answer


def _divide(ports: Ports, state: RunState) -> tuple[tuple[SuggestedChange, ...], Patch]:
    """Divide the change into suggestions and what is left for a patch, by files."""
    diff = parse_change_diff(ports.mirrors.compare(state.origin, state.base.sha))
    before = ports.mirrors.read(state.base, list(state.patch.files))
    changes: list[SuggestedChange] = []
    rest = {}
    for path, after in state.patch.files.items():
        suggested: tuple[SuggestedChange, ...] = ()
        if path in before and path in diff.files:
            suggested = suggest_changes(path, before[path], after, diff.files[path].shown)
        if suggested and len(changes) + len(suggested) <= MOST_SUGGESTIONS:
            changes += suggested
        else:
            rest[path] = after
    return tuple(changes), Patch(rest)


def _submit(
    ports: Ports,
    state: RunState,
    marker: str,
    changes: Sequence[SuggestedChange],
    rest: Patch,
) -> ForkAnswer:
    diff = ports.mirrors.diff(state.base, rest) if rest.files else ""
    if len(diff) > PATCH_CHARS:
        return ForkAnswer(obstacle=TOO_LONG)
    if "\ufffd" in diff:
        return ForkAnswer(obstacle=NO_TEXT)
    written = "\n".join([diff, *(change.text or "" for change in changes)])
    if redact(ports, written) != written:
        return ForkAnswer(obstacle=SECRET)
    request, target = state.request, state.pull_details
    finish = state.finish_call.finish
    body = render_fork_review(target, finish, len(changes), diff)
    text = redact(ports, body)
    reviewed = replace(target, head_sha=state.base.sha)
    if not ports.reviews.submit_review(request.repo, reviewed, marker, text, changes):
        return ForkAnswer(obstacle=REFUSED)
    return ForkAnswer(len(changes), bool(diff))
