"""Hold the files as the edits so far left them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from bot.edits.parsed_edit import NOWHERE, FileEdit
from bot.edits.path_names import PathNames

Text = TypeVar("Text")


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit comes to: new texts by path, None for a deleted file.

    Git's modes and the old paths of moved files stand by new path.
    """

    files: dict[str, str | None]
    modes: dict[str, str]
    moves: dict[str, str]


class EditedTree(Generic[Text]):
    """The files, each in the form in which it is edited.

    Where edits are given, their order does not matter, as in git's diffs: two files may change
    their names, so what came to a path is kept apart from what stood there before.
    """

    def __init__(
        self, files: Mapping[str, str], edits: Iterable[FileEdit], load: Callable[[str], Text]
    ) -> None:
        self.files = files
        self.load = load
        self.leaving = {edit.old_path for edit in edits if edit.renames or edit.new_path == NOWHERE}
        self.changed: dict[str, Text] = {}
        self.gone: set[str] = set()
        self.arrived: dict[str, Text] = {}
        self.modes: dict[str, str] = {}
        self.moves: dict[str, str] = {}

    @cached_property
    def names(self) -> PathNames:
        """The paths that are not free for new files."""
        return PathNames(set(self.files) - self.leaving)

    def _stands(self, path: str) -> bool:
        """Tell whether a file of the tree before still stands at its path."""
        return path in self.files and path not in self.gone

    def read(self, path: str) -> Text | None:
        """Read a file; None when there is none."""
        if not self._stands(path):
            return self.arrived.get(path)
        if path not in self.changed:
            return self.load(self.files[path])
        return self.changed[path]

    def write(self, edit: FileEdit, paths: tuple[str, str], text: Text) -> None:
        """Write what the edit makes of the file at its old path to the new one.

        Raises Rejected when something else is there.
        """
        old, new = paths
        moves = old != new and NOWHERE not in paths
        if old == NOWHERE or moves:
            self.arrived[self.names.check_new_path(new)] = text
            self.names.add(new)
        elif self._stands(old):
            self.changed[old] = text
        else:
            self.arrived[old] = text
        if moves:
            self.moves[new] = old if self._stands(old) else self.moves.get(old, old)
        if new == NOWHERE or (moves and not edit.copies):
            self._remove(old)
        if edit.mode and (old != NOWHERE or edit.mode != "100644"):
            self.modes[new] = edit.mode

    def _remove(self, path: str) -> None:
        if self._stands(path):
            self.gone.add(path)
        else:
            del self.arrived[path]
        if path not in self.leaving:
            self.names.remove(path)

    def collect_result(self, render: Callable[[Text], str]) -> EditResult:
        """Collect what changed."""
        changes: dict[str, str | None] = {
            path: render(text) for path, text in self.changed.items() if path not in self.gone
        }
        changes |= dict.fromkeys(self.gone)
        changes |= {path: render(text) for path, text in self.arrived.items()}
        kept = {path: text for path, text in changes.items() if self.files.get(path) != text}
        return EditResult(kept, self.modes, self.moves)
