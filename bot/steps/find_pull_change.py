"""Find what became of a pull request that a run works on."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.text import as_code_span
from bot.values import PullDetails, Request

GONE = "the pull request is gone"
MERGED = "the pull request was merged"
CLOSED = "the pull request was closed"
LOCKED = "the conversation of the pull request was locked"


@step("find_pull_change")
def find_pull_change(ports: Ports, request: Request, target: PullDetails) -> str:
    """Say why the work on a pull request cannot go on: a clause; empty when it can.

    A webhook only hints at this.
    """
    pull = ports.reviews.fetch_pull(request.repo, target.number)
    if pull is None:
        return GONE
    return _find_end(pull) or _find_move(target, pull)


def _find_end(pull: PullDetails) -> str:
    if pull.is_merged:
        return MERGED
    if not pull.is_open:
        return CLOSED
    if pull.is_locked:
        return LOCKED
    return ""


def _find_move(target: PullDetails, pull: PullDetails) -> str:
    if pull.base != target.base:
        old, new = as_code_span(target.base), as_code_span(pull.base)
        return f"the base of the pull request was changed from {old} to {new}"
    if pull.head != target.head:
        return f"the branch of the pull request was renamed to {as_code_span(pull.head)}"
    return ""
