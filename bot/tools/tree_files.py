"""Read the files of a tree that lies in a mirror, with or without a patch applied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.ports import Mirrors, Ports
from bot.values import Patch, Sha, Tree


@dataclass(frozen=True, slots=True)
class TreeFiles:
    """The regular files of a tree, in the shape that bot.search reads; `only` narrows them."""

    mirrors: Mirrors
    tree: Tree
    only: tuple[str, ...] | None = None

    def paths(self) -> Sequence[str]:
        """List the paths of all regular files, in git's order."""
        if self.only is not None:
            return self.only
        entries = self.mirrors.entries(self.tree)
        return [entry.path for entry in entries if entry.mode.startswith("100")]

    def read(self, paths: Collection[str]) -> Mapping[str, bytes]:
        """Read these files; what is no regular file is left out."""
        return self.mirrors.read(self.tree, paths)


def apply_patch(ports: Ports, tree: Tree, patch: Patch) -> Tree:
    """Make the tree with the patch applied; the tree itself when the patch is empty."""
    return ports.mirrors.overlay(tree, patch) if patch.files else tree


def index_files(ports: Ports, tree: Tree) -> dict[str, Sha]:
    """Map the paths of all files of a tree, links too, to what they hold."""
    return {entry.path: entry.sha for entry in ports.mirrors.entries(tree)}
