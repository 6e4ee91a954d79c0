"""How pull requests of the bot ended, and what people made of its changes until then."""

from __future__ import annotations

from dataclasses import dataclass

from bot.values.request import Subject

FOLLOWED = "follow/"  # how the subjects begin of what follows pull requests past their end


@dataclass(frozen=True, slots=True)
class RevisedFile:
    """What became of the lines that the bot wrote in a file until they were merged.

    `diff` is the beginning of what people made of them, as hunks; empty where nothing was changed.
    """

    path: str
    kept: int
    changed: int
    diff: str = ""


@dataclass(frozen=True, slots=True)
class PullEnd:
    """The end of a pull request of the bot; of one that was not merged, the reason that a writer
    gave. `at` is when, `by` who.
    """

    number: int
    url: str
    title: str
    is_merged: bool
    at: str = ""
    by: str = ""
    files: tuple[RevisedFile, ...] = ()
    reason: str = ""
    reason_by: str = ""

    @property
    def kept(self) -> int:
        """How many lines of the bot's were merged as it wrote them."""
        return sum(file.kept for file in self.files)

    @property
    def changed(self) -> int:
        """How many lines of the bot's people changed or took out."""
        return sum(file.changed for file in self.files)

    @property
    def teaches(self) -> bool:
        """Whether a later plan can learn from it."""
        return bool(self.reason) or any(file.diff for file in self.files)


def name_followed(repo: str, number: int) -> Subject:
    """Name what is followed. It is no subject of runs: those may go on meanwhile."""
    return Subject(f"{FOLLOWED}{repo}#{number}")
