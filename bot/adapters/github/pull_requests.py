"""Here live our pull requests: found by their branch, opened once, and brought up to date."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.github.api_client import Wire
from bot.adapters.github.issue_comments import within_limit
from bot.adapters.github.replies import Reply, checked
from bot.adapters.github.shapes import PullShape
from bot.ports import Refusal
from bot.values import Branch, PullRequest, Repo

READY = "mutation Ready($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }"
DRAFT = "mutation Draft($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { clientMutationId } }"

TITLE_CHARS = 256
REFUSED = frozenset({422})


@dataclass(frozen=True, slots=True)
class Words:
    """What a pull request shall say, and whether it is ready."""

    head: Branch
    base: Branch
    title: str
    body: str
    draft: bool


def find_pull(wire: Wire, repo: Repo, branch: Branch) -> PullShape | None:
    """The open pull request of the branch, else the newest closed one.

    A fork may have a branch of that name, and an owner a fork of their own repository: the ids of
    both sides decide.
    """
    owner = repo.name.partition("/")[0]
    data = wire.get(
        repo, f"/repos/{repo.name}/pulls", head=f"{owner}:{branch}", state="all", per_page=100
    )
    pulls = [
        pull
        for pull in map(PullShape.model_validate, data)
        if pull.branch == branch and pull.head == pull.base
    ]
    return max(pulls, key=lambda pull: (pull.state == "open", pull.number), default=None)


def put_pull(wire: Wire, repo: Repo, words: Words) -> PullRequest:
    """The branch's open pull request with these words; opened if there is none."""
    words = Words(
        words.head, words.base, words.title[:TITLE_CHARS], within_limit(words.body), words.draft
    )
    there = _find_open(wire, repo, words.head)
    if there is None:
        there = wire.surely(
            lambda: _open(wire, repo, words), lambda: _find_open(wire, repo, words.head)
        )
    if (there.title, _plain(there.body)) != (words.title, _plain(words.body)):
        change = {"title": words.title, "body": words.body}
        path = f"/repos/{repo.name}/pulls/{there.number}"
        there = wire.surely(
            lambda: PullShape.model_validate(wire.write(repo, "PATCH", path, change).data),
            lambda: None,
        )
    if there.draft != words.draft:
        there = _turn(wire, repo, there, words.draft)
    return value_of(there)


def value_of(pull: PullShape) -> PullRequest:
    return PullRequest(pull.number, pull.html_url, pull.draft, pull.state == "open")


def _find_open(wire: Wire, repo: Repo, branch: Branch) -> PullShape | None:
    found = find_pull(wire, repo, branch)
    return found if found and found.state == "open" else None


def _open(wire: Wire, repo: Repo, words: Words) -> PullShape:
    """Open it. Free plans have no drafts in private repositories: there it is opened ready."""
    reply = _post(wire, repo, words, words.draft)
    if reply.status == 422 and "draft pull requests" in reply.message.lower():
        reply = _post(wire, repo, words, draft=False)
    if (
        reply.status == 422
        and "already exists" in reply.message
        and (there := _find_open(wire, repo, words.head))
    ):
        return there
    return PullShape.model_validate(checked(reply, wire.clock()).data)


def _post(wire: Wire, repo: Repo, words: Words, draft: bool) -> Reply:  # noqa: FBT001 - GitHub's own word
    body = {
        "title": words.title,
        "head": words.head,
        "base": words.base,
        "body": words.body,
        "draft": draft,
    }
    return wire.write(repo, "POST", f"/repos/{repo.name}/pulls", body, REFUSED)


def _turn(wire: Wire, repo: Repo, pull: PullShape, draft: bool) -> PullShape:  # noqa: FBT001 - GitHub's own word
    """Make it a draft, or ready. What cannot become a draft stays as it is; what cannot become
    ready is told.
    """

    def turn() -> PullShape:
        wire.mutate(repo, DRAFT if draft else READY, id=pull.node_id)
        return pull.model_copy(update={"draft": draft})

    def turned() -> PullShape | None:
        there = _find_open(wire, repo, Branch(pull.branch))
        return there if there and there.draft == draft else None

    try:
        return wire.surely(turn, turned)
    except Refusal:
        if not draft:
            raise
        return pull


def _plain(body: str | None) -> str:
    return (body or "").replace("\r\n", "\n").strip()
