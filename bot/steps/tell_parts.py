"""Tell people how the parts of a request stand, and what they must hear of."""

from __future__ import annotations

from contextlib import suppress

from bot.ports import Ports, Refusal
from bot.run import step
from bot.steps.redact import redact
from bot.values import RunState
from bot.values.part_progress import ENDED, PartsStanding, PartStanding
from bot.views.parts_comment import (
    make_parts_marker,
    make_ready_marker,
    make_stuck_marker,
    render_all_ended,
    render_parts,
    render_stuck,
)


@step("tell_parts")
def tell_parts(ports: Ports, state: RunState, look: PartsStanding) -> None:
    """Edit the list; once for each, tell in a new comment what keeps others from beginning, and
    that all have ended. In an issue that was locked nobody is told.
    """
    subject, asker = state.request.subject, state.request.asker
    with suppress(Refusal):
        _put_comment(ports, state, make_parts_marker(subject), render_parts(state, look))
        for culprit in _list_culprits(look):
            text = render_stuck(look, culprit, asker)
            _put_comment(ports, state, make_stuck_marker(subject, culprit), text)
        if all(standing.state in ENDED for standing in look.parts):
            _put_comment(ports, state, make_ready_marker(subject), render_all_ended(look, state))


def _list_culprits(look: PartsStanding) -> list[PartStanding]:
    """List the parts without which others that have not begun never will."""
    culprits = [
        look.find_culprit(standing) for standing in look.parts if standing.state == "waiting"
    ]
    return [standing for standing in look.parts if standing in culprits]


def _put_comment(ports: Ports, state: RunState, marker: str, text: str) -> None:
    request = state.request
    ports.comments.put_comment(request.repo, request.number, marker, redact(ports, text))
