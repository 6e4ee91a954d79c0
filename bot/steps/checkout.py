"""Here lives the checkout: the files of the base commit in the mirror. No work tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from bot.ports import Mirrors, Ports
from bot.run import Summary, step
from bot.text.terminal_text import strip_control
from bot.values import Patch, Repo, Tree


def _summarize_tree(tree: Tree) -> Summary:
    return "check out", Text(strip_control(f"{tree.branch} at {tree.sha[:7]}, into a bare mirror"))


@step("checkout", _summarize_tree)
def checkout(ports: Ports, repo: Repo) -> Tree:
    """The default branch as it is now."""
    branch = ports.repositories.fetch_info(repo).default_branch
    return ports.mirrors.fetch(repo, ports.credentials.fetch_remote(repo), branch)


@dataclass(frozen=True, slots=True)
class Files:
    """The regular files of a tree, as bot.search wants to be handed them."""

    mirrors: Mirrors
    tree: Tree
    only: tuple[str, ...] | None = None

    def paths(self) -> Sequence[str]:
        if self.only is not None:
            return self.only
        return [
            entry.path for entry in self.mirrors.entries(self.tree) if entry.mode.startswith("100")
        ]

    def read(self, paths: Collection[str]) -> Mapping[str, bytes]:
        return self.mirrors.read(self.tree, paths)


def laid_over(ports: Ports, tree: Tree, patch: Patch) -> Tree:
    """The tree with the patch, or the tree itself when nothing is changed."""
    return ports.mirrors.overlay(tree, patch) if patch.files else tree
