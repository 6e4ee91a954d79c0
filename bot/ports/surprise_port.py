"""Which lines of a change are little like the rest of its repository."""

from __future__ import annotations

from typing import Protocol

from bot.values import Patch, Tree
from bot.values.surprise import SurprisingLine


class LineSurprise(Protocol):
    """A model of each repository's own code, which is learnt when it is asked."""

    def find_surprising_lines(self, tree: Tree, patch: Patch) -> tuple[SurprisingLine, ...]:
        """Find the new lines that are least like the code of the tree, the most surprising first:
        a few, and none where the change is too small for a choice.
        """
