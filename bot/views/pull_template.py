"""Fill a repository's own template of pull requests with our parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

PLACEHOLDER = re.compile(  # a line of a template that nobody filled: "Fixes #", an empty bullet
    r"\s*(?:[-*+]|\d+[.)])?\s*(?:\[ ?\])?\s*"
    r"(?:(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|relate[sd] to|issue)\s*:?\s*#?\s*)?",
    re.IGNORECASE,
)
BOX = re.compile(r"\s*[-*] \[")
NAMES = {
    "what": "What and why",
    "checked": "CI",
    "look": "Please look at",
    "found": "What the checks found",
}
HEADINGS = {  # which heading of a repository's template takes which part of ours
    "what": re.compile(
        r"^(?!.*\b(types?|kind|breaking|issue)\b).*(what|why|summary|descri|change|motivat|context|purpose)",
        re.IGNORECASE,
    ),
    "checked": re.compile(r"test|verif|ci\b|check(?!list)|qa", re.IGNORECASE),
    "issue": re.compile(r"issue|related|close|fixes|ticket|link", re.IGNORECASE),
}


def fill_template(template: str, parts: dict[str, str], foot: str) -> str:
    """Put our parts under the headings of the template that ask for them, and the rest after it."""
    top = parts.pop("alerts", "")
    if not template.strip():
        issue = parts.pop("issue")
        sections = [f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()]
        return join_parts(top, issue, *sections, foot)
    pieces = re.split(r"(?m)^(?=#{1,6} )", _drop_comments(template))
    filled = _drop_empty([_fill_section(piece, parts) for piece in pieces if piece.strip()])
    issue = parts.pop("issue", "")
    rest = [f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()]
    return join_parts(top, *filled, issue, *rest, foot)


def _fill_section(section: str, parts: dict[str, str]) -> str:
    """Put the part that the section's heading asks for under it; each part is told once."""
    heading, _, text = section.strip().partition("\n")
    for name, asks in HEADINGS.items():
        if name in parts and heading.startswith("#") and asks.search(heading):
            boxes = [line for line in text.splitlines() if BOX.match(line)]
            return join_parts(heading, parts.pop(name), "\n".join(boxes))
    lines = [line for line in section.strip().splitlines() if not PLACEHOLDER.fullmatch(line)]
    first, *rest = lines or [""]
    text = "\n".join(rest).strip()
    return f"{first}\n\n{text}".strip()


def _drop_empty(sections: Sequence[str]) -> list[str]:
    """Leave out headings under which nothing stands, not even a deeper heading."""
    kept: list[str] = []
    for section in reversed(sections):
        below = _heading_depth(kept[-1]) if kept else 0
        if "\n" in section or not section.startswith("#") or below > _heading_depth(section):
            kept.append(section)
    return [section for section in reversed(kept) if section]


def _heading_depth(section: str) -> int:
    return len(section) - len(section.lstrip("#"))


def _drop_comments(template: str) -> str:
    return re.sub(r"<!--.*?(?:-->|\Z)", "", template, flags=re.DOTALL)


def join_parts(*parts: str) -> str:
    """Join what is not empty, as paragraphs."""
    return "\n\n".join(part for part in parts if part)
