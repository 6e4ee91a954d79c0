"""Fetch a pull request's branch, and the commit where it left its base."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.text import as_code_span
from bot.text.terminal_text import strip_control
from bot.values import PullDetails, Remote, Repo, Sha, Tree


@dataclass(frozen=True, slots=True)
class PullCheckout:
    """The newest commit of the branch, where it left its base, and where the base stands."""

    tree: Tree
    merge_base: Tree
    base_sha: Sha


def _summarize_checkout(pull: PullCheckout) -> Summary:
    text = f"{pull.tree.branch} at {pull.tree.sha[:7]}, from {pull.merge_base.branch}"
    return "check out", Text(strip_control(f"{text} at {pull.merge_base.sha[:7]}"))


@step("checkout_pull", _summarize_checkout)
def checkout_pull(ports: Ports, repo: Repo, target: PullDetails) -> PullCheckout:
    """Fetch both branches as they are now; of a fork, the commit that GitHub named.

    Raises Refusal when a branch is gone.
    """
    remote = ports.credentials.fetch_remote(repo)
    tree = _fetch_head(ports, repo, remote, target)
    base = ports.mirrors.fetch(repo, remote, target.base)
    merge_base = ports.mirrors.merge_base(tree, remote, base)
    if merge_base is None:
        names = f"{as_code_span(target.head)} and {as_code_span(target.base)}"
        raise Refusal(f"{names} have no commit in common, so I cannot tell what changed.")
    return PullCheckout(tree, merge_base, base.sha)


def _fetch_head(ports: Ports, repo: Repo, remote: Remote, target: PullDetails) -> Tree:
    if target.is_fork:
        return ports.mirrors.fetch_commit(repo, remote, target.head_sha, target.head)
    return ports.mirrors.fetch(repo, remote, target.head)
