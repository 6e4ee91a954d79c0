"""The commits that led to a tree: what is known of an ancestor is not listed again, nor lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sqlite_cache import SqliteCache
from bot.ports import NullCache, Ports
from bot.steps.commit_history import list_history
from bot.steps.repo_index_cache import RepoIndexCache
from tests.git_served import git

# Each commit with its minute and its parents: two branches side by side, merged into the first.
COMMITS = {
    "one": (1, ()),
    "two": (2, ("one",)),
    "side": (3, ("two",)),
    "three": (4, ("two",)),
    "longer side": (5, ("side",)),
    "four": (6, ("three",)),
    "merge": (7, ("four", "longer side")),
    "five": (8, ("merge",)),
    "rewritten": (9, ("three",)),
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with these commits, each under a tag of its name."""
    repo = tmp_path_factory.mktemp("history")
    git(repo, "init", "--quiet", "--initial-branch=main")
    marks = {name: number for number, name in enumerate(COMMITS, 1)}
    lines = []
    for name, (minute, parents) in COMMITS.items():
        tag = name.replace(" ", "-")
        lines += [f"commit refs/tags/{tag}", f"mark :{marks[name]}"]
        lines += [f"committer Ada <ada@example.org> {1_700_000_000 + 60 * minute} +0000"]
        lines += [f"data {len(name)}", name]
        words = ("from", "merge")
        lines += [f"{words[rank]} :{marks[parent]}" for rank, parent in enumerate(parents)]
    git(repo, "fast-import", "--quiet", given="\n".join([*lines, ""]).encode())
    return repo


def list_names(ports: Ports, home: Path, repo: Path, tag: str) -> list[str]:
    """List the commits that led to a tag by their messages."""
    tree = borrow(home, repo, tag)
    shas = list_history(ports, tree, RepoIndexCache(ports.cache, tree.repo.name))
    return [git(repo, "log", "-1", "--format=%s", sha) for sha in shas]


@pytest.mark.parametrize("known", ["one", "two", "four", "merge"])
def test_a_list_goes_on_from_that_of_an_ancestor(tmp_path: Path, history: Path, known: str):
    """It is the same as one that git lists whole, also where a branch of older commits came in."""
    unused: Any = None
    mirrors = GitMirrors(tmp_path, ())
    fresh = Ports(mirrors, unused, unused, cache=NullCache())
    cached = Ports(mirrors, unused, unused, cache=SqliteCache(tmp_path / "cache", "1"))
    list_names(cached, tmp_path, history, known)
    names = list_names(cached, tmp_path, history, "five")

    assert ["five", "four", "longer side", "three", "side", "two", "one"] == names
    assert names == list_names(fresh, tmp_path, history, "five")


def test_what_was_rewritten_is_not_in_the_list(tmp_path: Path, history: Path):
    """A head that another one does not come from says nothing of it."""
    unused: Any = None
    cache = SqliteCache(tmp_path / "cache", "1")
    ports = Ports(GitMirrors(tmp_path, ()), unused, unused, cache=cache)
    list_names(ports, tmp_path, history, "five")

    assert ["rewritten", "three", "two", "one"] == list_names(ports, tmp_path, history, "rewritten")
