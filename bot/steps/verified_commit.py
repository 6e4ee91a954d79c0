"""Let GitHub make the bot's commit, so that it is shown as verified."""

from __future__ import annotations

import logging

from bot.ports import Ports, Refusal
from bot.values import Branch, CommitContent, PushResult, Repo, Sha, Tree

log = logging.getLogger(__name__)


def create_verified_commit(
    ports: Ports, tree: Tree, sha: Sha, branch: Branch, expect: Sha | None
) -> PushResult | None:
    """Have a commit of the mirror made by GitHub, and fetch the new one: it has another sha.

    None where it must be pushed: by the settings, or because GitHub does not take it. Done again
    after a crash, the branch's head is ours where it holds and says the same.
    """
    content = ports.mirrors.read_commit(tree.repo, sha)
    if ports.commits is None or content is None or expect not in (None, content.parent):
        return None
    try:
        commit = ports.commits.create_commit(tree.repo, branch, expect, content)
    except Refusal as refused:
        log.info("GitHub does not make the commit, so it is pushed: %s", refused)
        return None
    remote = ports.credentials.fetch_remote(tree.repo)
    head = commit or ports.mirrors.head(tree.repo, remote, branch)
    if head is None:
        return PushResult(Sha(""), is_ours=False)
    ports.mirrors.fetch_commit(tree.repo, remote, head, branch)
    return PushResult(head, head in (commit, sha) or _is_same(ports, tree.repo, head, content))


def _is_same(ports: Ports, repo: Repo, head: Sha, content: CommitContent) -> bool:
    """Tell whether a commit has the same parent, files and message."""
    commit = ports.mirrors.read_commit(repo, head)
    return commit is not None and commit.identity == content.identity
