"""Divide the Markdown of a specification into its sections, and a section into its items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

HIDDEN = re.compile(r"<!--(?:(?!-->).)*(?:-->|\Z)", re.DOTALL)
HEADING = re.compile(r"^ {0,3}(#{1,2})[ \t]+(.*[^\s#])[ \t#]*$")
FENCE = re.compile(r"^\s*(```|~~~)")
ITEM = re.compile(r"^(\s*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$")
STRUCK = re.compile(r"~~.*~~\W*")
# What people head the sections with.
TOPICS = MappingProxyType(
    {
        "facts": re.compile(r"language|runtime|platform|stack", re.IGNORECASE),
        "libraries": re.compile(r"librar|dependenc|packages|framework", re.IGNORECASE),
        "features": re.compile(r"feature|requirement", re.IGNORECASE),
        "files": re.compile(r"\bfiles?\b|structure|layout", re.IGNORECASE),
        "details": re.compile(r"implementation|details|notes", re.IGNORECASE),
        "overview": re.compile(r"overview|summary|description|introduction", re.IGNORECASE),
    }
)


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading. `topic` is a key of TOPICS; "" for any other heading."""

    topic: str
    heading: str
    lines: list[str] = field(default_factory=list)


def split_sections(text: str) -> tuple[str, tuple[Section, ...]]:
    """Split a text into its title and its sections; what stands before the first is the overview.

    Comments are dropped: nobody sees them where the specification is approved.
    """
    title, is_code = "", False
    sections = [Section("overview", "")]
    for line in HIDDEN.sub("", text.removeprefix("\ufeff")).splitlines():
        heading = None if is_code else HEADING.match(line)
        is_code ^= bool(FENCE.match(line))
        if heading and not title and heading[1] == "#":
            title = heading[2]
        elif heading:
            sections.append(Section(_find_topic(heading[2]), heading[2]))
        else:
            sections[-1].lines.append(line.rstrip())
    return title, tuple(sections)


def _find_topic(heading: str) -> str:
    return next((topic for topic, pattern in TOPICS.items() if pattern.search(heading)), "")


def list_items(lines: Iterable[str]) -> Iterator[str]:
    """List the items of a list, each in one line, without those that are struck out.

    A paragraph is an item too. What is indented below an item belongs to it.
    """
    items: list[list[str]] = []
    is_apart = True  # whether a line that is no item begins a paragraph
    for line in lines:
        item = ITEM.match(line)
        if not line.strip() or FENCE.match(line):
            is_apart = True
        elif item and (not items or len(item[1]) < 2):
            items.append([item[2].strip()])
            is_apart = False
        elif items and (not is_apart or line[:2].isspace()):
            items[-1].append(item[2].strip() if item else line.strip())
        else:
            items.append([line.strip().lstrip("#").strip()])
            is_apart = False
    for words in items:
        joined = " ".join(" ".join(words).split())
        if joined and not STRUCK.fullmatch(joined):
            yield joined
