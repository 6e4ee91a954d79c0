"""List the commits that led to a tree: those of a cached ancestor, and those since."""

from __future__ import annotations

from heapq import merge
from itertools import islice

from bot.ports import Ports
from bot.steps.repo_index_cache import RepoIndexCache
from bot.values import Sha, Tree

MAX_COMMITS = 6_000
NEAR_ANCESTORS = 200  # among which one with a list is looked for
NEW_COMMITS = 100  # after so many since that list, another is cached


def list_history(ports: Ports, tree: Tree, cache: RepoIndexCache) -> tuple[Sha, ...]:
    """List the newest commits that led to the tree, newest first, merges left out.

    Git takes 56 ms of CPU for 6,000 of them, and 3 ms for those since the last commit.
    """
    ancestors = [commit.sha for commit in ports.mirrors.list_commits(tree, None, NEAR_ANCESTORS)]
    base, known = cache.load_history(ancestors)
    new = ports.mirrors.log(tree, MAX_COMMITS, base)
    # As git does, but where a commit is dated before its parent.
    newest = merge(new.items(), known.items(), key=lambda commit: -commit[1])
    times = dict(islice(newest, MAX_COMMITS))
    if base is None or len(new) > NEW_COMMITS:
        cache.store_history(tree.sha, times)
    return tuple(times)
