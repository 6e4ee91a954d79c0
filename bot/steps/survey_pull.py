"""See what the state of a pull request asks for, and whether it can be worked on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.steps.admit import find_day_obstacle, find_repo_obstacle
from bot.steps.find_open_threads import find_open_threads
from bot.values import Checks, PullDetails, Request, ReviewThread


@dataclass(frozen=True, slots=True)
class PullSurvey:
    """What CI says of the pull request's newest commit, and how many threads wait for the bot."""

    checks: Checks
    waiting: int = 0


@step("find_pull_obstacle")
def find_pull_obstacle(ports: Ports, request: Request, target: PullDetails) -> str:
    """Say why the pull request cannot be worked on now; empty when it can."""
    if why := find_repo_obstacle(ports.repositories.fetch_info(request.repo)):
        return why
    if target.is_merged:
        return "This pull request was merged. Ask on an issue for what comes next."
    if not target.is_open:
        return "This pull request is closed. Reopen it, then ask again."
    if target.is_locked:
        return "This conversation is locked. Unlock it, then ask again."
    return find_day_obstacle(ports, request.repo)


@step("survey_pull")
def survey_pull(ports: Ports, request: Request, target: PullDetails) -> PullSurvey:
    """Ask how CI stands, and count the threads that wait for the bot's answer."""
    checks = ports.ci.fetch_checks(request.repo, target.head_sha)
    return PullSurvey(checks, len(_list_waiting(ports, request, target)))


@step("waits_in_thread")
def waits_in_thread(ports: Ports, request: Request, target: PullDetails) -> bool:
    """Tell whether the comment that asks stands in a thread that still waits for an answer."""
    return any(
        comment.id == request.comment
        for thread in _list_waiting(ports, request, target)
        for comment in thread.comments
    )


def _list_waiting(ports: Ports, request: Request, target: PullDetails) -> tuple[ReviewThread, ...]:
    return find_open_threads(ports, request.repo, target.number, is_ours=target.is_ours)
