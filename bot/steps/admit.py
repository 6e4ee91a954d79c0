"""Here lives the first question to every asking: may this person ask, and can it be done at all?"""

from __future__ import annotations

from dataclasses import replace

from bot.steps.repo_config import PATH, Config, read_config
from bot.values import Asking, Issue, Repo, Repository
from bot.ports import Caps, Refusal, World

WRITERS = ("admin", "maintain", "write")


def rules(world: World, repo: Repo) -> Config:
    """The repository's own configuration, from its default branch. Raises Refusal with the line of a mistake."""
    return read_config(world.github.file(repo, PATH))


def may_ask(world: World, asking: Asking) -> bool:
    """Whether the asker may write to the repository, asked of GitHub now.

    Triage may add labels and anybody may comment, so neither the label nor the comment proves anything.
    """
    return world.github.permission(asking.repo, asking.asker) in WRITERS


def obstacle(world: World, asking: Asking) -> str:
    """Why this issue cannot be worked on, in words for the asker; empty when nothing stands in the way."""
    return _obstacle(world.github.repository(asking.repo), world.github.issue(asking.repo, asking.number))


def still_wanted(world: World, asking: Asking) -> str:
    """Why the work is not wanted any more; empty when it is. A webhook only hints at this."""
    issue = world.github.issue(asking.repo, asking.number)
    if issue is None:
        return "the issue was deleted"
    if not issue.open:
        return "the issue was closed"
    if asking.label and asking.label not in issue.labels:
        return f"the label `{asking.label}` was removed"
    return ""


def acknowledge(world: World, asking: Asking) -> None:
    """Show within a second that the asking was heard."""
    try:
        world.github.react(asking.repo, asking.number, asking.comment, "eyes")
    except Refusal:  # locked or deleted in the meantime: the reaction is a courtesy
        return


def reply(world: World, asking: Asking, text: str) -> None:
    """One short answer to this asking, written once however often it is tried."""
    _put(world, asking, asking.delivery, text)


def decline(world: World, asking: Asking, text: str) -> None:
    """One polite answer to whoever may not ask, and no second one in this issue however often they ask."""
    _put(world, asking, f"{asking.asker} may not", text)


def _put(world: World, asking: Asking, name: str, text: str) -> None:
    world.github.put_comment(asking.repo, asking.number, f"greenlit:answer:{name}", f"@{asking.asker} {text}")


def _obstacle(repository: Repository, issue: Issue | None) -> str:
    if repository.archived:
        return "this repository is archived, so nothing can be pushed to it."
    if issue is None:
        return "this issue is gone."
    if issue.pull:
        return "on a pull request I cannot act yet. Ask on the issue that it solves."
    if issue.locked:
        return "this issue is locked. Unlock it, then ask again."
    if not issue.open:
        return "this issue is closed. Reopen it, then ask again."
    return ""


def limits(world: World, config: Config) -> Caps:
    """What this run may use: the operator's caps, or less where the repository asks for less."""
    caps = world.caps
    return replace(
        caps,
        usd=min(caps.usd, config.budget_usd or caps.usd),
        minutes=min(caps.minutes, config.minutes or caps.minutes),
        attempts=min(caps.attempts, config.attempts or caps.attempts),
    )
