"""Here lives the first question to every asking: may this person ask, and can it be done at all?"""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.ports import Caps, Ports, Refusal
from bot.run import Summary, step
from bot.steps.repo_config import PATH, Config, read_config
from bot.values import Issue, Repo, RepoInfo, Request

WRITERS = ("admin", "maintain", "write")


@step("load_repo_config")
def rules(ports: Ports, repo: Repo) -> Config:
    """The repository's own configuration, from its default branch. Raises Refusal with the line of
    a mistake.
    """
    return read_config(ports.repositories.fetch_file(repo, PATH))


def _summarize_asker(may_write: bool) -> Summary:  # noqa: FBT001 - the step's result
    return "who asks?", Text("may write here, so may ask" if may_write else "may not ask")


@step("is_authorized", _summarize_asker)
def may_ask(ports: Ports, request: Request) -> bool:
    """Whether the asker may write to the repository, asked of GitHub now.

    Triage may add labels and anybody may comment, so neither the label nor the comment proves
    anything.
    """
    return ports.repositories.fetch_permission(request.repo, request.asker) in WRITERS


@step("find_obstacle")
def obstacle(ports: Ports, request: Request) -> str:
    """Why this issue cannot be worked on, in words for the asker; empty when nothing stands in the
    way.
    """
    return _obstacle(
        ports.repositories.fetch_info(request.repo),
        ports.issues.fetch_issue(request.repo, request.number),
    )


@step("find_stop_reason")
def still_wanted(ports: Ports, request: Request) -> str:
    """Why the work is not wanted any more; empty when it is. A webhook only hints at this."""
    issue = ports.issues.fetch_issue(request.repo, request.number)
    if issue is None:
        return "the issue was deleted"
    if not issue.open:
        return "the issue was closed"
    if request.label and request.label not in issue.labels:
        return f"the label `{request.label}` was removed"
    return ""


@step("acknowledge")
def acknowledge(ports: Ports, request: Request) -> None:
    """Show within a second that the asking was heard."""
    try:
        ports.comments.add_reaction(request.repo, request.number, request.comment)
    except Refusal:  # locked or deleted in the meantime: the reaction is a courtesy
        return


@step("reply")
def reply(ports: Ports, request: Request, text: str) -> None:
    """One short answer to this asking, written once however often it is tried."""
    _put(ports, request, request.delivery, text)


@step("decline")
def decline(ports: Ports, request: Request, text: str) -> None:
    """One polite answer to whoever may not ask, and no second one in this issue however often they
    ask.
    """
    _put(ports, request, f"{request.asker} may not", text)


def _put(ports: Ports, request: Request, name: str, text: str) -> None:
    ports.comments.put_comment(
        request.repo, request.number, f"greenlit:answer:{name}", f"@{request.asker} {text}"
    )


def _obstacle(repository: RepoInfo, issue: Issue | None) -> str:
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


@step("limits")
def limits(ports: Ports, config: Config) -> Caps:
    """What this run may use: the operator's caps, or less where the repository asks for less."""
    caps = ports.caps
    return replace(
        caps,
        usd=min(caps.usd, config.budget_usd or caps.usd),
        minutes=min(caps.minutes, config.minutes or caps.minutes),
        attempts=min(caps.attempts, config.attempts or caps.attempts),
    )
