"""What completion is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CursorPlace:
    """A place in an open file: its path, for its kind alone, and the text on both sides."""

    path: str
    before: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class SuggestedText:
    """A text that may be inserted at a place, and how probable it is that it comes next."""

    text: str
    probability: float
