"""See what the state of a pull request asks for, and whether it can be worked on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.steps.admit import find_day_obstacle
from bot.steps.snapshot_issue import find_writers
from bot.values import Checks, PullDetails, Request, ReviewThread


@dataclass(frozen=True, slots=True)
class PullSurvey:
    """What CI says of the pull request's newest commit, and how many open threads name the bot."""

    checks: Checks
    mentions: int = 0


@step("find_pull_obstacle")
def find_pull_obstacle(ports: Ports, request: Request, target: PullDetails) -> str:
    """Say why the pull request cannot be worked on now; empty when it can."""
    if ports.repositories.fetch_info(request.repo).archived:
        return "This repository is archived, so nothing can be pushed to it."
    if target.is_merged:
        return "This pull request was merged. Ask on an issue for what comes next."
    if not target.is_open:
        return "This pull request is closed. Reopen it, then ask again."
    if target.is_locked:
        return "This conversation is locked. Unlock it, then ask again."
    return find_day_obstacle(ports, request.repo)


@step("survey_pull")
def survey_pull(ports: Ports, request: Request, target: PullDetails) -> PullSurvey:
    """Ask how CI stands, and count the open threads where a writer's last word names the bot."""
    checks = ports.ci.fetch_checks(request.repo, target.head_sha)
    slug = re.escape(ports.credentials.fetch_login().removesuffix("[bot]"))
    name = re.compile(rf"(?<![\w/])@{slug}(?![\w-])", re.IGNORECASE)
    threads = [
        thread
        for thread in ports.reviews.list_threads(request.repo, target.number)
        if not thread.is_resolved and _names_last(thread, name)
    ]
    authors = {thread.comments[-1].author for thread in threads}
    writers = find_writers(ports, request, authors)
    mentions = sum(thread.comments[-1].author in writers for thread in threads)
    return PullSurvey(checks, mentions)


def _names_last(thread: ReviewThread, name: re.Pattern[str]) -> bool:
    newest = thread.comments[-1]
    return not newest.bot and name.search(newest.body) is not None
