"""Render the places worth reading: files, definitions and types with their code, quoted texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.text.amounts import count_noun
from bot.text.code_line import shorten_code_line
from bot.text.git_lines import split_lines
from bot.text.invisible_chars import escape_invisible
from bot.tools.line_ranges import number_lines, show_invisible
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.tree_files import TreeFiles
from bot.values import QuotedPlaces, Retrieval, SearchHit

MAX_FILES = 12
MAX_SYMBOLS = 16
MAX_TYPES = 10
MAX_TESTS = 8
CODE_LINES = 40  # of each of the best definitions
FEW_LINES = 20  # of each other one
BEST = 4
CODE_CHARS = 12_000  # of all definitions together
TYPE_LINES = 12  # of a type; of a longer one the members' signatures
TYPE_CHARS = 4_000  # of all types together
LIST_CHARS = 6_000
QUOTED_CHARS = 9_000
# A member of a type, as a line at the members' indent begins in most languages.
MEMBER = re.compile(
    r"\s*(?![A-Z][a-z]+:)(?:(?:async|def|class|func?|fn|pub(?:\(\w+\))?|public|private|protected"
    r"|static|readonly|export|abstract|override|final|get|set|type|const|let|var|val|mut)\s+)*"
    r"[\w$#]+[?!]?\s*[:(<=]"
)


def render_hits(retrieval: Retrieval, files: TreeFiles) -> Iterator[str]:
    """Render the places with the reasons; definitions and types with their lines."""
    yield render_section(
        "Files worth reading, best first",
        map(_render_file, retrieval.files[:MAX_FILES]),
        LIST_CHARS,
    )
    definitions = retrieval.symbols[:MAX_SYMBOLS]
    types = retrieval.types[:MAX_TYPES]
    texts = _read_lines(files, (*definitions, *types))
    yield render_section(
        "Definitions worth reading, best first",
        _render_code(definitions, _number_definitions(definitions, texts), CODE_CHARS),
        CODE_CHARS + LIST_CHARS,
    )
    members = [_number_type(hit, texts.get(hit.path, [])) for hit in types]
    lines = _render_code(types, members, TYPE_CHARS)
    yield render_section("Types that they use", lines, 2 * TYPE_CHARS)
    yield render_section(
        "Tests worth reading, best first",
        map(_render_file, retrieval.tests[:MAX_TESTS]),
        LIST_CHARS,
    )
    yield render_section(
        "Where the texts stand that the request quotes, as whole words",
        _render_quoted(retrieval.quoted),
        QUOTED_CHARS,
        "grep shows them",
    )


def _render_file(hit: SearchHit) -> str:
    return f"{hit.path} ({'; '.join(hit.why)})" if hit.why else hit.path


def _read_lines(files: TreeFiles, hits: Sequence[SearchHit]) -> dict[str, list[str]]:
    contents = files.read({hit.path for hit in hits})
    return {path: split_lines(data.decode("utf-8", "replace")) for path, data in contents.items()}


def _number_definitions(
    definitions: Sequence[SearchHit], texts: Mapping[str, list[str]]
) -> Iterator[list[str]]:
    for rank, hit in enumerate(definitions):
        limit = CODE_LINES if rank < BEST else FEW_LINES
        yield _number_code(hit, texts.get(hit.path, []), limit)


def _render_code(hits: Sequence[SearchHit], codes: Iterable[list[str]], room: int) -> Iterator[str]:
    """Name each definition, and give its lines as long as there is room."""
    for hit, code in zip(hits, codes, strict=True):
        yield f"{hit.path}:{hit.line}-{hit.end_line} {hit.kind} {hit.name}"
        size = sum(map(len, code))
        if size <= room:
            room -= size
            yield from show_invisible(code)


def _number_code(hit: SearchHit, lines: list[str], limit: int) -> list[str]:
    """Number the definition's lines; of a long one, its beginning, and how much follows."""
    if not hit.line:
        return []
    end = min(hit.end_line, hit.line + limit - 1)
    numbered = number_lines(lines, hit.line, end)
    if numbered and end < hit.end_line:
        rest = count_noun(hit.end_line - end, "more line")
        numbered.append(f"      ({rest}: read_file {hit.path} from {end + 1})")
    return numbered


def _number_type(hit: SearchHit, lines: list[str]) -> list[str]:
    """Number the lines of a short type; of a long one its head and its members' signatures."""
    if hit.end_line - hit.line < TYPE_LINES:
        return number_lines(lines, hit.line, hit.end_line)
    body = lines[hit.line : hit.end_line]
    indents = [len(line) - len(line.lstrip()) for line in body if line.strip()]
    member_indent = indents[0] if indents else 0
    members = [
        number
        for number, line in enumerate(body, hit.line + 1)
        if len(line) - len(line.lstrip()) == member_indent and MEMBER.match(line)
    ]
    chosen = [hit.line, *members[: TYPE_LINES - 1]]
    numbered = [line for number in chosen for line in number_lines(lines, number, number)]
    if len(members) >= TYPE_LINES:
        numbered.append(f"      ({count_noun(len(members) - TYPE_LINES + 1, 'more member')})")
    return numbered


def _render_quoted(quoted: Sequence[QuotedPlaces]) -> Iterator[str]:
    """Render each text with its number of lines, and those lines; then the texts without any."""
    for text in quoted:
        if text.lines:
            yield _count_lines(text)
            for match in text.places:
                yield f"  {match.path}:{match.line}: {escape_invisible(match.text)}"
            if len(text.places) < text.lines:
                more = text.lines - len(text.places)
                yield f"  (cut: {count_noun(more, 'more line')}; grep shows them)"
    absent = ", ".join(f"`{join_lines(text.text)}`" for text in quoted if not text.lines)
    if absent:
        yield f"In no file, vendored, generated and very large ones aside: {absent}."


def _count_lines(text: QuotedPlaces) -> str:
    name = shorten_code_line(join_lines(text.text), 200)
    part = f", part of `{join_lines(text.part_of)}`" if text.part_of else ""
    total = f"{count_noun(text.lines, 'line')} of {count_noun(text.files, 'file')}"
    if len(text.places) == text.lines:
        return f"`{name}`{part}: {total}"
    counts = ", ".join(f"{path} {count}" for path, count in text.counts.items())
    more = ", ..." if text.files > len(text.counts) else ""
    return f"`{name}`{part}: {total}: {counts}{more}"
