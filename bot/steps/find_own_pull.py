"""Find the open pull request of the bot that a commit is the head of."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.values import Branch, PullDetails, Repo, Sha

MOST_COMMITS = 250  # GitHub shows no more of a pull request's


@step("find_own_pull")
def find_own_pull(ports: Ports, repo: Repo, branch: Branch, sha: Sha) -> PullDetails | None:
    """Find it; None where the branch has none, or people pushed to it since the bot did.

    What they made red is theirs. Where they only merged the base into it, it is still the bot's.
    """
    opened = ports.pulls.find_pull(repo, branch)
    pull = ports.reviews.fetch_pull(repo, opened.number) if opened and opened.open else None
    if pull is None or not pull.is_ours or pull.is_fork or pull.head_sha != sha:
        return None
    remote = ports.credentials.fetch_remote(repo)
    base = ports.mirrors.fetch(repo, remote, pull.base)
    head = ports.mirrors.fetch_commit(repo, remote, sha, branch)
    commits = ports.mirrors.list_commits(head, base.sha, MOST_COMMITS)
    newest = next((commit for commit in commits if not commit.is_merge), None)
    is_own = newest is not None and newest.author == ports.credentials.fetch_login()
    return pull if is_own else None
