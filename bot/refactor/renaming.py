"""What is renamed, and into what; each place of the name is decided once, in one of three ways."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.refactor.checked_names import Meanings
from bot.refactor.symbol import Symbol
from bot.refactor.text_edit import TextEdits

Place = tuple[str, int, int]  # path, line, column in bytes


@dataclass(frozen=True, slots=True)
class Renaming(Symbol):
    """A symbol and its new name."""

    edits: TextEdits
    new: str
    guess: bool = False  # take attributes of unknown objects for it
    decided: set[Place] = field(default_factory=set)

    def change(self, place: Place, new: str = "") -> None:
        """Rename where the old name begins."""
        self.decided.add(place)
        path, line, column = place
        columns = (column, column + len(self.old.encode()))
        if self.edits.read_line(path, line, columns) == self.old:
            self.edits.replace_in_line(path, line, columns, new or self.new)
        else:
            self.edits.leave(path, line, "inside a string that this Python cannot place")

    def keep(self, place: Place, owner: str) -> None:
        """Keep a place that is proved to mean something else; say what."""
        self.decided.add(place)
        self.edits.keep(owner)

    def leave(self, place: Place, why: str) -> None:
        """Leave a place of which neither is proved."""
        self.decided.add(place)
        self.edits.leave(*place[:2], why)

    def settle(self, place: Place, meanings: Meanings, unknown: str) -> bool:
        """Change the place, keep it, or leave it, by what it can mean; tell whether it changed."""
        others = sorted(meaning for meaning in meanings if not self.is_target(meaning))
        if not meanings:
            self.leave(place, unknown)
        elif not others:
            self.change(place)
        elif len(others) < len(meanings):
            self.leave(place, f"it may be {others[0]} too")
        else:
            self.keep(place, others[0])
        return bool(meanings) and not others
