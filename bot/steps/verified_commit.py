"""Let GitHub make the bot's commit, so that it is shown as verified."""

from __future__ import annotations

import logging

from bot.ports import Ports, Refusal
from bot.values import Branch, CommitContent, PushResult, Repo, Sha, Tree

log = logging.getLogger(__name__)


def create_verified_commit(
    ports: Ports, tree: Tree, sha: Sha, branch: Branch, expect: Sha | None
) -> PushResult | None:
    """Have a commit of the mirror made by GitHub, and fetch what it made: it has another sha.

    None where it must be pushed: by the settings, or because GitHub does not take it. Done again
    after a crash, the branch's head is ours where it says and holds the same.
    """
    content = ports.mirrors.read_commit(tree.repo, sha)
    if ports.commits is None or content is None or expect not in (None, content.parent):
        return None
    try:
        made = ports.commits.create_commit(tree.repo, branch, expect, content)
    except Refusal as refused:
        log.info("GitHub does not make the commit, so it is pushed: %s", refused)
        return None
    remote = ports.credentials.fetch_remote(tree.repo)
    head = made or ports.mirrors.head(tree.repo, remote, branch)
    if head is None:
        return PushResult(Sha(""), is_ours=False)
    ports.mirrors.fetch_commit(tree.repo, remote, head, branch)
    is_ours = made is not None or head == sha or _says_same(ports, tree.repo, head, content)
    return PushResult(head, is_ours)


def _says_same(ports: Ports, repo: Repo, head: Sha, content: CommitContent) -> bool:
    """Tell whether a commit has the same parent, files and message."""
    other = ports.mirrors.read_commit(repo, head)
    return other is not None and (
        (other.parent, other.tree) == (content.parent, content.tree)
        and (other.headline, other.body) == (content.headline, content.body)
    )
