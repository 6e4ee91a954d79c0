"""Read which parameters a docstring or a doc comment documents, in the usual styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

FIELD = re.compile(
    r"^[ \t]*[:@]param[ \t]+(?:[^:\n]*?[ \t])?\*{0,2}(\w+)[ \t]*:(.*)$", re.MULTILINE
)
JSDOC = re.compile(
    r"^[ \t]*\*?[ \t]*@param[ \t]+(?:\{[^}\n]*\}[ \t]*)?\[?([\w$]+)(.*)$", re.MULTILINE
)
HEADINGS = r"(?:keyword\s+|other\s+)?(?:args|arguments|params|parameters)"
GOOGLE = re.compile(rf"^(\s*){HEADINGS}:\s*$", re.IGNORECASE)
NUMPY = re.compile(rf"^(\s*){HEADINGS}\s*$", re.IGNORECASE)
GOOGLE_NAME = re.compile(r"\*{0,2}(\w+)\s*(?:\([^\n]*?\))?\s*:")
NUMPY_NAMES = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::|$)")
UNDERLINE = re.compile(r"\s*-{3,}\s*$")


def read_documented(doc: str) -> Mapping[str, str]:
    """Read the documented parameters, each with what is said of it."""
    fields = {match[1]: match[2] for match in (*FIELD.finditer(doc), *JSDOC.finditer(doc))}
    return fields | dict(_read_sections(doc))


def _read_sections(doc: str) -> Iterator[tuple[str, str]]:
    """Read the sections in the styles of Google and NumPy."""
    lines = doc.expandtabs().splitlines()
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if match := GOOGLE.match(line):
            yield from _read_entries(lines[number + 1 :], len(match[1]) + 1, GOOGLE_NAME)
        elif (match := NUMPY.match(line)) and UNDERLINE.match(following):
            yield from _read_entries(lines[number + 2 :], len(match[1]), NUMPY_NAMES)


def _read_entries(
    lines: list[str], depth: int, pattern: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """Read the entries of a section: lines as deep as its first, and what is deeper below them."""
    first: int | None = None
    names: list[str] = []
    entry: list[str] = []
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        is_next_heading = number + 1 < len(lines) and UNDERLINE.match(lines[number + 1])
        if indent < depth or is_next_heading or (first is not None and indent < first):
            break
        first = indent if first is None else first
        if indent > first:
            entry.append(line)
            continue
        yield from ((name, "\n".join(entry)) for name in names)
        match = pattern.match(line.strip())
        names = re.findall(r"\w+", match[1]) if match else []
        entry = [line]
    yield from ((name, "\n".join(entry)) for name in names)
