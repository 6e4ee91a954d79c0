"""Admit a request: may this person ask, and can it be done at all?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType

from rich.text import Text

from bot.ports import Ports, Refusal, Unreachable
from bot.run import Summary, step
from bot.steps.repo_config import PATH, guess_label, read_config
from bot.text import as_code_span
from bot.text.bot_logins import BOT_SUFFIX, is_bot_login
from bot.values import Branch, Caps, Issue, Reaction, Repo, RepoConfig, RepoInfo, Request
from bot.views.day_limit import render_day_advice, render_day_limit

LOST_ACCESS = "the asker may not write here any more"
GONE = "the issue was deleted or moved out of my sight"
CLOSED_AS = MappingProxyType({"not_planned": " as not planned", "duplicate": " as a duplicate"})
WRITERS = ("admin", "maintain", "write")


@dataclass(frozen=True, slots=True)
class LabelReading:
    """The label that asks here; the whole configuration too, where it has no mistake."""

    label: str
    config: RepoConfig | None = None


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Whether an issue can be worked on: `obstacle` tells the asker why not, and is empty when it
    can.
    """

    obstacle: str = ""
    default_branch: Branch | None = None


@step("load_repo_config")
def load_repo_config(ports: Ports, request: Request) -> RepoConfig:
    """Read the repository's own configuration from its default branch, unless that was done when
    the request was admitted.

    Raises Refusal with the line of each mistake.
    """
    return request.config or read_config(ports.repositories.fetch_file(request.repo, PATH))


@step("read_label")
def read_label(ports: Ports, repo: Repo) -> LabelReading:
    """Read which label asks here, even from a configuration that is broken elsewhere.

    So whoever asks with the repository's own label is told of the mistake.
    """
    text = ports.repositories.fetch_file(repo, PATH)
    try:
        config = read_config(text)
    except Refusal:
        return LabelReading(guess_label(text or ""))
    return LabelReading(config.label, config)


def _summarize_asker(may_write: bool) -> Summary:  # noqa: FBT001 - the step's result
    return "who asks?", Text("may write here, so may ask" if may_write else "may not ask")


@step("is_authorized", _summarize_asker)
def is_authorized(ports: Ports, request: Request) -> bool:
    """Ask GitHub now whether the asker may write to the repository.

    Triage may add labels and anybody may comment, so neither the label nor the comment proves
    anything.
    """
    if is_bot_login(request.asker):  # one whose review is answered; no command of a bot is heard
        return request.asker in list_reviewers(ports, request.repo)
    return ports.repositories.fetch_permission(request.repo, request.asker) in WRITERS


def list_reviewers(ports: Ports, repo: Repo) -> tuple[str, ...]:
    """List the bots that the repository lets review; none where its configuration has a mistake,
    which a person is told who asks for a run.
    """
    try:
        return read_config(ports.repositories.fetch_file(repo, PATH)).reviewers
    except Refusal:
        return ()


@step("is_mentioned")
def is_mentioned(ports: Ports, request: Request) -> bool:
    """Tell whether the name that a comment begins with is our own, such as "@greenlit"."""
    slug = ports.credentials.fetch_login().removesuffix(BOT_SUFFIX)
    return request.command == f"@{slug}".lower()


@step("find_obstacle")
def find_obstacle(ports: Ports, request: Request) -> Feasibility:
    """Find out whether this issue can be worked on."""
    info = ports.repositories.fetch_info(request.repo)
    if why := find_repo_obstacle(info):
        return Feasibility(why)
    if why := _find_issue_obstacle(ports.issues.fetch_issue(request.repo, request.number)):
        return Feasibility(why)
    asks_model = request.command != "refactor"
    if asks_model and (why := find_day_obstacle(ports, request.repo)):
        return Feasibility(why)
    return Feasibility(default_branch=info.default_branch)


def find_repo_obstacle(info: RepoInfo) -> str:
    """Say why nothing can be pushed to a repository; empty when something can."""
    if info.archived:
        return "This repository is archived, so nothing can be pushed to it."
    if info.disabled:
        return "GitHub has disabled this repository, so nothing can be pushed to it."
    return ""


def find_day_obstacle(ports: Ports, repo: Repo) -> str:
    """Say that a day's dollars are used up; empty when they are not."""
    day = ports.spending.find_limit(repo)
    if day is None or not day.is_used_up:
        return ""
    return f"{render_day_limit(day)} {render_day_advice(day)}"


def _find_issue_obstacle(issue: Issue | None) -> str:
    if issue is None:
        return "This issue is gone."
    if issue.moved_to:
        return f"This issue was transferred to {issue.moved_to}. Ask there."
    if issue.pull:
        return "On a pull request I cannot act yet. Ask on the issue that it solves."
    if issue.locked:
        return "This issue is locked. Unlock it, then ask again."
    if not issue.open:
        return "This issue is closed. Reopen it, then ask again."
    return ""


@step("find_stop_reason")
def find_stop_reason(ports: Ports, request: Request, *, check_access: bool = False) -> str:
    """Say why the work is not wanted any more; empty when it is. A webhook only hints at this.

    No webhook tells that a person lost write access: whoever is about to act asks for that too.
    """
    why = _find_issue_end(ports, request)
    if not why and check_access and not is_authorized(ports, request):
        return LOST_ACCESS
    return why


def _find_issue_end(ports: Ports, request: Request) -> str:
    issue = ports.issues.fetch_issue(request.repo, request.number)
    if issue is None:
        return GONE
    if issue.moved_to:
        return f"the issue was transferred to {issue.moved_to}"
    if not issue.open:
        return _describe_closing(issue)
    if request.label and request.label not in issue.labels:
        return f"the label {as_code_span(request.label)} was removed"
    return ""


def _describe_closing(issue: Issue) -> str:
    """Say how the issue was closed. One that becomes a discussion is locked besides."""
    lock = " and locked" if issue.locked else ""
    return f"the issue was closed{CLOSED_AS.get(issue.closed_as, '')}{lock}"


@step("acknowledge")
def acknowledge(ports: Ports, request: Request) -> None:
    """Show within a second that the request was heard."""
    react(ports, request, "eyes")


def react(ports: Ports, request: Request, reaction: Reaction) -> None:
    """React to what asked, where somebody did. It is a courtesy: where that cannot be done, as in
    an issue that was locked, nothing else waits for it.
    """
    if request.cause:
        return
    with suppress(Refusal, Unreachable):
        if request.in_thread and request.comment:
            ports.reviews.add_thread_reaction(request.repo, request.comment, reaction)
        elif not request.review:  # GitHub takes none for a review
            ports.comments.add_reaction(request.repo, request.number, request.comment, reaction)


@step("compute_caps")
def compute_caps(ports: Ports, config: RepoConfig) -> Caps:
    """Lower the operator's caps to what the repository asks for, where that is less.

    The sandbox is the one that this machine has, where the repository lets its code run.
    """
    caps = ports.caps
    return replace(
        caps,
        usd=min(caps.usd, config.budget_usd or caps.usd),
        minutes=min(caps.minutes, config.minutes or caps.minutes),
        attempts=min(caps.attempts, config.attempts or caps.attempts),
        sandbox=ports.sandbox.describe().tier if config.sandbox else "none",
    )
