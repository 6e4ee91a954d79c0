"""A new line that is little like the rest of its repository."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurprisingLine:
    """A line, and what its least expected characters take a model of the repository's code to
    foretell: in bits for each, beside what those of lines of about its length take in its file.
    """

    path: str
    line: int  # from 1, in the file as the change leaves it
    text: str  # without indentation
    column: int  # where the least expected characters begin in it, from 0
    bits: float
    usual_bits: float
