"""Fill a repository's own template of pull requests with our parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.views.markdown_parts import fold, join_parts

EMPTY = re.compile(  # a line that nobody filled in: "Fixes # (issue)", an empty bullet, a field
    r"\s*(?:[-*+]|\d+[.)])?\s*(?:\[ ?\])?\s*"
    r"(?:(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|relate[sd] to|issue|ticket)"
    r"\s*:?\s*(?:#|[a-z]*-?(?=x{3}))?(?:\.{3}|x{3,}|\(issue\)|\s)*)?"
    r"|\s*[-*+]\s[^:]{1,40}:\s*|\s*(?:\.{3}|\u2026)\s*",
    re.IGNORECASE,
)
INSTRUCTION = re.compile(  # words of the template to whoever fills it in
    r"\s*(?:[-*+]|\d+[.)])?\s*[_*(]*(?:please|describe|provide|explain|summari[sz]e|tell us|add any"
    r"|if (?:applicable|relevant|so|yes|not?|your?)\b|before (?:submitting|opening|you)|delete"
    r"|remove|replace|put an?|mark (?:with|the)|choose|select|tick|check (?:all|the)|thank"
    r"|what (?:does|did|is|are)|why (?:is|are|do)|how (?:did|do|can)|which)\b.*"
    r"|\s*_[^_]+_\s*|.*\[?(?:replace me|fill me|todo)\b\]?.*|[a-z]*-?x{4,}",
    re.IGNORECASE,
)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
EMPTY_FENCE = re.compile(r"(?m)^(```+|~~~+)[^\n`]*\n\s*\1[ \t]*$\n?")
HEADING = re.compile(r"(?m)^(?=#{1,6} |\*\*[^*\n]+\*\*[:?]?[ \t]*$)")
BOX = re.compile(r"\s*(?:[-*+]|\d+[.)]) \[[ xX]?\]\s*(?P<text>.*)")
ANSWER = re.compile(r"[ :-]*|\s*yes\s*/\s*no\s*", re.IGNORECASE)  # of a table's row: not given
BOXES_TITLE = "The template's check-boxes, for a person to answer"
BOLD_DEPTH = 7  # a line in bold stands below every real heading
NAMES = {
    "what": "What and why",
    "asked": "What was asked, and what proves it",
    "checked": "CI",
    "look": "Please look at",
}
HEADINGS = {  # which heading of a repository's template takes which part of ours
    "machine": re.compile(r"\b(?:AI|LLMs?|artificial intelligence)\b"),
    "what": re.compile(
        r"^(?!.*\b(types?|kind|breaking|issues?)\b)"
        r".*(what|why|summary|descri|change|motivat|context|purpose|overview)",
        re.IGNORECASE,
    ),
    "asked": re.compile(r"accept\w* criteria|definition of done|requirements", re.IGNORECASE),
    "checked": re.compile(r"test|verif|ci\b|check(?!list)|qa", re.IGNORECASE),
    "issue": re.compile(r"issue|related|close|fixes|ticket|link", re.IGNORECASE),
    "look": re.compile(r"\breviewers?\b", re.IGNORECASE),
}


def fill_template(template: str, parts: dict[str, str], foot: str) -> str:
    """Put our parts under the headings of the template that ask for them, and the rest after it.

    What nobody filled in is left out, but for check-boxes, which are folded below.
    """
    top, machine = parts.pop("alerts", ""), parts.pop("machine", "")
    words = EMPTY_FENCE.sub("", COMMENT.sub("", template)).strip("\ufeff \n")
    if not words:
        return join_parts(top, parts.pop("issue"), *_render_rest(parts), foot)
    pieces = [piece for piece in HEADING.split(words) if piece.strip()]
    parts["machine"] = machine
    filled = _drop_empty([_fill_section(piece, parts) for piece in pieces])
    parts.pop("machine", "")
    issue = parts.pop("issue", "")
    boxes = "\n\n".join(filter(None, map(_render_boxes, pieces)))
    return join_parts(top, issue, *filled, *_render_rest(parts), fold(BOXES_TITLE, boxes), foot)


def _render_rest(parts: dict[str, str]) -> Iterator[str]:
    for name, text in parts.items():
        yield f"## {NAMES[name]}\n\n{text}" if name in NAMES else text


def _fill_section(section: str, parts: dict[str, str]) -> str:
    """Put the part that the section's heading asks for under it; each part is told once."""
    heading, _, text = section.strip().partition("\n")
    if _heading_depth(heading):
        for name, asks in HEADINGS.items():
            if name in parts and asks.search(heading):
                return join_parts(heading, parts.pop(name))
    else:
        heading, text = "", section.strip()
    return join_parts(heading, "\n".join(_keep_answers(text.splitlines())).strip())


def _keep_answers(lines: Sequence[str]) -> Iterator[str]:
    """Keep the lines that say something already, such as a licence that contributors accept."""
    rows = [line for line in lines if line.count("|") > 1 and not _is_unanswered_row(line)]
    has_answers = len(rows) > 1  # beside the heading's row
    for line in lines:
        if line.count("|") > 1:
            if has_answers and (line in rows or re.fullmatch(r"[|: -]+", line)):
                yield line
        elif not (BOX.match(line) or EMPTY.fullmatch(line) or INSTRUCTION.fullmatch(line)):
            yield line
        elif not line.strip():
            yield ""


def _is_unanswered_row(line: str) -> bool:
    """Tell whether all cells but the first of a table's row wait to be filled."""
    _, *answers = line.strip().strip("|").split("|")
    return all(ANSWER.fullmatch(answer) or EMPTY.fullmatch(answer) for answer in answers)


def _render_boxes(section: str) -> str:
    """Render the check-boxes of a section as one list, under its heading in bold."""
    heading, *lines = section.strip().splitlines()
    boxes = [box["text"].strip() for line in (heading, *lines) if (box := BOX.match(line))]
    items = "\n".join(f"- [ ] {text}" for text in boxes if text)
    if not items or not _heading_depth(heading):
        return items
    name = heading.strip("#*:? ")
    return join_parts(f"**{name}**", items)


def _drop_empty(sections: Sequence[str]) -> list[str]:
    """Leave out headings under which nothing stands, not even a deeper heading."""
    kept: list[str] = []
    for section in reversed(sections):
        depth = _heading_depth(section)
        below = _heading_depth(kept[-1]) if kept else 0
        if "\n" in section or not depth or below > depth:
            kept.append(section)
    return [section for section in reversed(kept) if section]


def _heading_depth(section: str) -> int:
    """Return how deep a section's heading is; 0 where it has none."""
    signs = re.match(r"#{1,6}(?= )", section)
    if signs:
        return len(signs[0])
    return BOLD_DEPTH if HEADING.match(section) else 0
