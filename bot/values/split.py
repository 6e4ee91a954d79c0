"""A request that is too big for one change, in the parts that it is solved by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a request that is too big: an issue of its own, once people approved the split.

    `criteria` are places in the brief's tuple, from 0. `needs` are the numbers of the parts that
    must be done before; they are smaller than its own.
    """

    number: int  # from 1, in the order in which the parts are solved
    title: str
    text: str  # Markdown: what is to be done, so that it can be read alone
    files: tuple[str, ...] = ()
    criteria: tuple[int, ...] = ()
    needs: tuple[int, ...] = ()
    issue: int = 0  # the number of its own issue, once that is made,
    url: str = ""  # and where it is


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a request in the order of their work, and what measured it as too big.

    `why` is a sentence for people. `hash` is that of what was shown and approved.
    """

    parts: tuple[Part, ...] = ()
    why: str = ""
    hash: str = ""
    approved_by: str = ""
    is_whole: bool = False  # people want it in one change all the same

    has_sub_issues: bool = True  # GitHub shows the parts below the issue
    stopped_by: str = ""  # who wants no more parts to begin; empty where nobody said so

    @property
    def is_made(self) -> bool:
        """Whether each part has its issue."""
        return bool(self.parts) and all(part.issue for part in self.parts)

    @property
    def is_approved(self) -> bool:
        """Whether people want it solved in these parts."""
        return bool(self.approved_by)

    @property
    def is_in_parts(self) -> bool:
        """Whether it is to be solved in these parts, as far as people have said."""
        return self.is_approved and not self.is_whole

    def find_part(self, number: int) -> Part:
        """Find a part by its number. Raises KeyError where there is none."""
        return {part.number: part for part in self.parts}[number]
