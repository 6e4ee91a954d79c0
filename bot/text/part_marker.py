"""Mark what belongs to a part of a request, by a comment that readers do not see."""

from __future__ import annotations

import re

_MARKER = re.compile(r"<!-- greenlit:part:(?P<parent>\d{1,18})/(?P<number>\d{1,4})(?:/\w+)? -->")


def make_part_marker(parent: int, number: int, split: str = "") -> str:
    """Name a part of an issue in a hidden marker, where need be with the hash of the split: an
    issue may be split again.
    """
    name = f"greenlit:part:{parent}/{number}"
    return f"{name}/{split}" if split else name


def read_part_marker(text: str) -> tuple[int, int] | None:
    """Read the issue and the number of its part from a text; None where it names none.

    It is a hint: anybody can write it.
    """
    match = _MARKER.search(text)
    return (int(match["parent"]), int(match["number"])) if match else None


def hide_part_marker(parent: int, number: int) -> str:
    """Write the marker of a part so that readers of the page do not see it."""
    return f"<!-- {make_part_marker(parent, number)} -->"
