"""Commit the change in the mirror, and push it to the run's own branch and nowhere else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from urllib.parse import quote

from rich.text import Text

from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.steps.admit import LOST_ACCESS, is_authorized
from bot.steps.redact import redact
from bot.steps.verified_commit import create_verified_commit
from bot.text.git_lines import cut_at_line
from bot.text.git_messages import drop_skip_marks
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    Patch,
    PushResult,
    Request,
    RunState,
    Sha,
    Subject,
    Tree,
)

SLUG_CHARS = 40
DIFF_CHARS = 200_000


@step("commit")
def commit_patch(ports: Ports, tree: Tree, patch: Patch, parent: Sha, message: str) -> Sha:
    """Commit the tree with the patch as the bot, on `parent`. Another step pushes it.

    Returns `parent` where that is an earlier commit of ours, and holds the same files already.
    """
    ours = Tree(tree.repo, parent, tree.branch)
    after = ports.mirrors.overlay(tree, patch)
    if parent != tree.sha and ports.mirrors.overlay(ours, Patch()).sha == after.sha:
        return parent
    details = make_commit_details(ports, message)
    return ports.mirrors.commit(tree, patch.files, (parent,), details)


def make_commit_details(ports: Ports, message: str) -> CommitDetails:
    """Make what a commit of the bot says: the message without secrets, the bot, and now."""
    author = make_bot_author(ports.credentials.fetch_login())
    committed_at = ports.clock.now().isoformat(timespec="seconds")
    # Where secrets were taken out, what stood around them may be a mark.
    return CommitDetails(drop_skip_marks(redact(ports, message)), author, committed_at)


def _summarize_push(result: PushResult) -> Summary:
    if result.obstacle:
        return "push", Text(f"not done: {result.obstacle}", "red")
    if not result.is_ours:
        return "push", Text("refused: the branch moved", "red")
    return "push", Text(f"{result.sha[:7]} to its own branch")


@step("push", _summarize_push)
def push_change(ports: Ports, state: RunState, sha: Sha) -> PushResult:
    """Push a commit to the run's branch, while whoever asked for it may still write there."""
    if not is_authorized(ports, state.request):
        return PushResult(sha, obstacle=LOST_ACCESS)
    head = state.pushed.head if state.pushed else None
    return push_branch(ports, state.base, sha, state.own_branch, head)


def push_branch(
    ports: Ports, tree: Tree, sha: Sha, branch: Branch, expect: Sha | None
) -> PushResult:
    """Move the branch from `expect` to the commit. Whoever else moved it keeps what they pushed.

    The result has the commit that the branch has now: one that GitHub made has a sha of its own.
    """
    diff = ports.mirrors.compare(tree, sha)
    _refuse_own_secrets(ports, branch, diff)
    remote = ports.credentials.fetch_remote(tree.repo)
    result = create_verified_commit(ports, tree, sha, branch, expect)
    if result is None:
        result = ports.mirrors.push(tree.repo, remote, sha, branch, expect)
    if not result.is_ours:
        return result
    url = f"{remote.url.removesuffix('.git')}/tree/{quote(branch)}"
    return replace(result, diff=cut_at_line(redact(ports, diff), DIFF_CHARS), url=url)


def _refuse_own_secrets(ports: Ports, branch: Branch, diff: str) -> None:
    """Raise Refusal when a push would tell a secret of this process, whoever put it there."""
    new = [line[1:] for line in diff.split("\n") if not line.startswith(("-", " "))]
    if ports.own_secrets.find("\n".join([branch, *new])):
        raise Refusal("I did not push, because what I was about to push holds a secret of mine.")


@step("branch_moved")
def branch_moved(ports: Ports, tree: Tree, branch: Branch, ours: Sha) -> bool:
    """Ask whether somebody else moved the branch, or took it away."""
    remote = ports.credentials.fetch_remote(tree.repo)
    return ports.mirrors.head(tree.repo, remote, branch) != ours


def name_branch(prefix: str, request: Request, number: int) -> Branch:
    """Name a run's branch: greenlit/7-slow-report, and greenlit/7-slow-report-2 for the second."""
    plain = unicodedata.normalize("NFKD", request.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > SLUG_CHARS:
        slug = slug[: SLUG_CHARS + 1].rpartition("-")[0] or slug[:SLUG_CHARS]
    again = f"-{number}" if number > 1 else ""
    return Branch(f"{prefix}{request.number}-{slug or 'change'}{again}")


def is_named_after(branch: Branch, subject: Subject) -> bool:
    """Tell whether a branch is named as those of the issue's runs are, whatever the prefix.

    A run on a pull request follows its branch too, and people use a branch for the next one again.
    """
    number = subject.rpartition("#")[2]
    return re.search(rf"(?<!\d){number}-", branch) is not None


def make_bot_author(login: str) -> Author:
    """Make the bot's author line from its login."""
    return Author(login, f"{login}@users.noreply.github.com")
