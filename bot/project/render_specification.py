"""Render a specification as the Markdown that people read, edit and approve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from bot.project.languages import LANGUAGE_NAME
from bot.project.specification_sections import FENCE
from bot.text import as_code_span
from bot.values.project import Library, ProjectKind, Specification

KIND_NAME: MappingProxyType[ProjectKind, str] = MappingProxyType(
    {"command": "command-line program", "service": "web service", "library": "library"}
)
FOR_DEVELOPMENT = "for development"
NO_LIBRARIES = "None besides the standard library."
HIGH_HEADING = re.compile(r"^ {0,3}#{1,2}(?=\s)")


def render_specification(specification: Specification) -> str:
    """Render `docs/spec.md`, which `read_specification` reads back."""
    return "\n\n".join(_list_blocks(specification)) + "\n"


def _list_blocks(specification: Specification) -> Iterator[str]:
    yield f"# {_join_words(specification.title)}"
    if specification.overview.strip():
        yield _lower_headings(specification.overview.strip())
    yield "## Language and runtime"
    yield _render_list(_list_facts(specification))
    yield "## Libraries"
    libraries = map(_render_library, specification.libraries)
    yield _render_list(libraries) or NO_LIBRARIES
    for title, items in (
        ("Features", (_join_words(feature) for feature in specification.features)),
        ("File structure", _list_files(specification)),
        ("Implementation details", (_join_words(detail) for detail in specification.details)),
    ):
        if listed := _render_list(items):
            yield f"## {title}"
            yield listed


def _lower_headings(markdown: str) -> str:
    """Lower the headings, so that none begins a section, and close a code block left open."""
    lines: list[str] = []
    fence = ""
    for line in markdown.splitlines():
        lines.append(line if fence else HIGH_HEADING.sub("###", line))
        if mark := FENCE.match(line):
            fence = "" if fence else mark[1]
    return "\n".join([*lines, fence]) if fence else "\n".join(lines)


def _join_words(text: str) -> str:
    """Write a text in one line."""
    return " ".join(text.split())


def _render_list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items if item)


def _list_facts(specification: Specification) -> Iterator[str]:
    yield f"Language: {LANGUAGE_NAME[specification.language]}"
    yield f"Runtime: {_join_words(specification.runtime)}"
    yield f"Kind: {KIND_NAME[specification.kind]}"
    if specification.licence:
        yield f"Licence: {_join_words(specification.licence)}"


def _render_library(library: Library) -> str:
    name = as_code_span(library.name)
    version = f" {library.version}" if library.version else ""
    released = f"released {library.released}" if library.released else ""
    purpose = FOR_DEVELOPMENT if library.is_dev else ""
    licence = library.licence.translate({ord("("): None, ord(")"): None})
    facts = ", ".join(filter(None, (licence, released, purpose)))
    shown_facts = f" ({facts})" if facts else ""
    return f"{name}{version}{shown_facts}: {_join_words(library.why)}"


def _list_files(specification: Specification) -> Iterator[str]:
    for outline in specification.files:
        yield f"{as_code_span(outline.path)}: {_join_words(outline.purpose)}"
