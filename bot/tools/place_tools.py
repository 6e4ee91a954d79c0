"""The two tools of `greenlit fill`: one shows the place, the other takes the code for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, ValidationError

from bot.edits.marked_place import MarkedPlace
from bot.gates import Change, check_unfinished
from bot.gates.syntax import check_syntax
from bot.search.place_context import PlaceContext
from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import number_lines
from bot.tools.request_sections.section import render_section
from bot.tools.tool import ToolInput, make_schema
from bot.tools.tree_reader import ToolRefusal
from bot.values import Finding, ToolCall, ToolResult

READ, FILL = "read_place", "fill_place"
CONTEXT_LINES = 40  # before and behind, where no definition holds the place
SECTION_CHARS = 16_000
SHOWN_FINDINGS = 3


class ReadPlaceInput(ToolInput):
    """Show the marked place, what is wanted there, and the code around it. Call it first."""


class FillPlaceInput(ToolInput):
    """Give the code that goes to the marked place. The answer says where it does not fit."""

    code: str = Field(
        min_length=1,
        max_length=100_000,
        description="The lines for the place alone, with nothing of what stands around it.",
    )


SCHEMAS = (make_schema(READ, ReadPlaceInput), make_schema(FILL, FillPlaceInput))


@dataclass(frozen=True, slots=True)
class PlaceToFill:
    """A marked place, what stands around it, and what somebody wants there."""

    place: MarkedPlace
    context: PlaceContext
    what: str = ""


@dataclass(frozen=True, slots=True)
class FillAnswer:
    """The answer to a call, and the file's whole text where the code fits its place."""

    result: ToolResult
    text: str | None = None


def answer_call(asked: PlaceToFill, call: ToolCall) -> FillAnswer:
    """Show the place, or try the code there: it has to parse, and to be whole."""
    if call.name == READ:
        return FillAnswer(ToolResult(call.id, "\n\n".join(filter(None, _render_place(asked)))))
    try:
        filled = _fill(asked.place, call)
    except ToolRefusal as refusal:
        return FillAnswer(ToolResult(call.id, str(refusal), is_error=True))
    return FillAnswer(ToolResult(call.id, "It fits."), filled)


def _fill(place: MarkedPlace, call: ToolCall) -> str:
    """Put the code in its place, and return the file's text. Raises ToolRefusal for one that does
    not fit.
    """
    if call.name != FILL:
        raise ToolRefusal(f"There is no tool {call.name!r}: call `{READ}` or `{FILL}`.")
    try:
        code = FillPlaceInput.model_validate(call.input).code
    except ValidationError:
        problem = "The input does not fit: give the `code` alone, as a text."
        raise ToolRefusal(problem) from None
    filled = place.fill(code)
    findings = list(_judge(place, code, filled))[:SHOWN_FINDINGS]
    if findings:
        faults = "\n".join(f"{finding.place}: {finding.text}" for finding in findings)
        raise ToolRefusal(f"It does not fit, so nothing is changed.\n{faults}")
    return filled


def _judge(place: MarkedPlace, code: str, filled: str) -> Iterator[Finding]:
    """Find why the code does not fit: it is empty, does not parse there, or is unfinished."""
    if not code.strip():
        yield Finding("syntax", place.path, place.first, "There is no code in it.")
    for finding in check_syntax(place.path, filled, place.text):
        if finding.blocks:
            yield finding
    change = Change({place.path: place.text}, {place.path: filled})
    yield from (finding for finding in check_unfinished(change) if finding.blocks)


def _render_place(asked: PlaceToFill) -> Iterator[str]:
    """Render what is wanted and the code around, quoted, the nearest first."""
    place, context = asked.place, asked.context
    what = asked.what or place.placeholder or "What the code around it leaves open."
    yield render_section("What is wanted at the place", [what], SECTION_CHARS)
    yield _render_where(place)
    lines = split_lines(place.text)
    for where, code in context.enclosing:
        first = int(where.rpartition(":")[2])
        shown = number_lines(lines, first, first + code.count("\n"))
        yield render_section(f"The definition around it, {where}", shown, SECTION_CHARS)
    if not context.enclosing:
        start = max(1, place.first - CONTEXT_LINES)
        shown = number_lines(lines, start, min(len(lines), place.last + CONTEXT_LINES))
        yield render_section("The lines around it", shown, SECTION_CHARS)
    yield render_section("Imports of the file", context.imports, SECTION_CHARS)
    yield render_section("What stands beside it, by its line", context.siblings, SECTION_CHARS)
    for where, code in context.used:
        yield render_section(f"Used there: {where}", [code], SECTION_CHARS)


def _render_where(place: MarkedPlace) -> str:
    indent = count_noun(len(place.indent), "character")
    if place.last < place.first:
        where = f"behind line {place.last}" if place.last else "at the beginning"
    elif place.first == place.last:
        where = f"in the place of line {place.first}"
    else:
        where = f"in the place of the lines {place.first} to {place.last}"
    return f"The code goes into {place.path}, {where}, indented by {indent}."
