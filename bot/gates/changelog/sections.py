"""Read the sections of a changelog: one for each version, and the one that is not released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.text.git_lines import split_lines

MARKED = re.compile(r"^#{1,3}\s+(.+?)\s*#*$")
UNDERLINE = re.compile(r"^([=\-~^*])\1{2,}\s*$")
VERSION = re.compile(
    r"(?:^|[\s\[(v-])(?:\d+\.\d+(?:\.\d+)*\w*|\d+\.x)\b"
    r"|unreleased|upcoming|in development|\bmain\b|\bnext\b",
    re.IGNORECASE,
)
UNRELEASED = re.compile(
    r"unreleased|not (?:yet )?released|in development|upcoming|under development|\bTB[AD]\b"
    r"|\bnext\b|[\d.]+\.?dev\d*|\bXX|\?\?|\bmain\b|\bHEAD\b",
    re.IGNORECASE,
)
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
DATED = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}"
    rf"|\b{MONTH}\W+(?:\d{{1,2}}\w*\W+)?\d{{4}}|\d\w*\s+{MONTH}\W+\d{{4}}",
    re.IGNORECASE,
)
ENTRY = re.compile(r"^\s{0,3}(?:[-*+]|\d+\.)\s+\S")
NEWEST = 2  # sections at the head, of which one may be open
TITLE_CHARS = 200
NOTE_LINES = 4  # below a heading, which may say that it is not released


@dataclass(frozen=True, slots=True)
class VersionSection:
    """The section of one version: its heading, and the lines from and up to which it goes."""

    title: str
    start: int
    end: int
    is_unreleased: bool
    parts: tuple[str, ...] = ()  # headings in it, such as "Fixed"
    entries: tuple[str, ...] = ()


def read_sections(text: str) -> tuple[VersionSection, ...]:
    """Read the sections of versions, the newest first, as they stand."""
    lines = split_lines(text)
    headings = [(number, title) for number, title in _list_headings(lines)]
    versions = [(number, title) for number, title in headings if VERSION.search(title)]
    ends = [*(number - 1 for number, _ in versions[1:]), len(lines)]
    sections = []
    for (start, title), end in zip(versions, ends, strict=True):
        note = " ".join(
            [title, *(line[:TITLE_CHARS] for line in lines[start : start + NOTE_LINES])]
        )
        inner = tuple(name for number, name in headings if start < number <= end)
        entries = tuple(line for line in lines[start:end] if ENTRY.match(line))
        is_unreleased = bool(UNRELEASED.search(title)) or (
            bool(UNRELEASED.search(note)) and not DATED.search(title)
        )
        sections.append(VersionSection(title, start, end, is_unreleased, inner, entries))
    return tuple(sections)


def find_unreleased(sections: Sequence[VersionSection]) -> VersionSection | None:
    """Find the section that is open for new entries; it stands at the head."""
    return next((section for section in sections[:NEWEST] if section.is_unreleased), None)


def _list_headings(lines: Sequence[str]) -> list[tuple[int, str]]:
    """List number and text of the headings of Markdown and reStructuredText."""
    headings = []
    for number, line in enumerate(lines, 1):
        if len(line) > TITLE_CHARS:
            continue
        if match := MARKED.match(line):
            headings.append((number, match[1]))
        elif UNDERLINE.match(line) and number > 1 and _is_title(lines[number - 2], line):
            headings.append((number - 1, lines[number - 2].strip()))
    return headings


def _is_title(title: str, underline: str) -> bool:
    text = title.strip()
    return (
        0 < len(text) <= TITLE_CHARS
        and len(text) <= len(underline.rstrip()) + 2
        and not ENTRY.match(title)
    )
