"""Keep a pull request that builds on another where it belongs."""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.values import Branch, Repo


def _summarize(is_moved: bool) -> Summary:  # noqa: FBT001 - the step's result
    return "the base", Text("changed" if is_moved else "stays: GitHub refused", "")


@step("move_pull", _summarize)
def move_pull(ports: Ports, repo: Repo, number: int, base: Branch | None) -> bool:
    """Have a pull request merged into this branch; None: the default branch."""
    if base is None:
        base = ports.repositories.fetch_info(repo).default_branch
    return ports.pulls.change_base(repo, number, base)


@step("is_behind")
def is_behind(ports: Ports, repo: Repo, number: int, lower: int) -> bool:
    """Tell whether a pull request lacks the commit that merged another into the same branch."""
    pull, merged = ports.reviews.fetch_pull(repo, number), ports.reviews.fetch_pull(repo, lower)
    if pull is None or not pull.is_open or merged is None or merged.merge_sha is None:
        return False
    if pull.base != merged.base:
        return False
    remote = ports.credentials.fetch_remote(repo)
    try:
        ports.mirrors.fetch(repo, remote, pull.base)
        head = ports.mirrors.fetch_commit(repo, remote, pull.head_sha, pull.head)
        merge = ports.mirrors.fetch_commit(repo, remote, merged.merge_sha, merged.base)
    except Refusal:  # a branch is gone
        return False
    return ports.mirrors.count_missing(head, merge) > 0
