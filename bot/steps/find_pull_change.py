"""Find what became of a pull request that a run works on."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.text import as_code_span
from bot.values import PullDetails, Request


@step("find_pull_change")
def find_pull_change(ports: Ports, request: Request, target: PullDetails) -> str:
    """Say why the work on a pull request cannot go on: a clause; empty when it can.

    A webhook only hints at this.
    """
    pull = ports.reviews.fetch_pull(request.repo, target.number)
    if pull is None:
        return "the pull request is gone"
    return _find_end(pull) or _find_move(target, pull)


def _find_end(pull: PullDetails) -> str:
    if pull.is_merged:
        return "the pull request was merged"
    if not pull.is_open:
        return "the pull request was closed"
    if pull.is_locked:
        return "the conversation of the pull request was locked"
    return ""


def _find_move(target: PullDetails, pull: PullDetails) -> str:
    if pull.base != target.base:
        old, new = as_code_span(target.base), as_code_span(pull.base)
        return f"the base of the pull request was changed from {old} to {new}"
    if pull.head != target.head:
        return f"the branch of the pull request is {as_code_span(pull.head)} now"
    return ""
