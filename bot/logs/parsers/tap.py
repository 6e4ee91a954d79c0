"""Parse the Test Anything Protocol with its YAML, and the report of node:test in prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent

from bot.logs.clean_log import LogLine
from bot.logs.line_search import (
    cut_block,
    find_line,
    join_texts,
    match_first,
    read_texts,
    split_sections,
)
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
)
from bot.logs.parsers.v8 import find_stack, keep_own, parse_frames, read_message, split_error
from bot.values import Frame

_RESULT = re.compile(r"^(?P<indent>\s*)(?P<not>not )?ok\b(?: \d+)?(?: -)? ?(?P<name>.*)$")
_SUBTEST = re.compile(r"^(?P<indent>\s*)# Subtest: (?P<name>.+)$")
_PARENT = re.compile(
    r"failureType: '?(?:subtestsFailed|parentCancelled)|error: ['\"]?\d+ subtests? failed"
)
_PERL_PLACE = re.compile(
    r"^\s*(?:Failed test (?:'.*' )?)?(?:at|in) (?P<path>\S+) (?:at )?line (?P<line>\d+)\.?$"
)
_TIME = re.compile(r" # time=[\d.]+ms(?: \{)?$")
_EXCUSED = re.compile(r"# (?:TODO|SKIP)\b", re.IGNORECASE)
_YAML_FIELD = re.compile(r"^\s*(?P<key>[\w-]+):(?: (?P<value>.*))?$")
_YAML_BLOCK = re.compile(r"[|>][-+]?")
_NESTED_MESSAGE = re.compile(r'^message: "(.*)"$', re.MULTILINE | re.DOTALL)
_SPEC_PLACE = re.compile(r"^test at (?P<path>.+?):(?P<line>\d+):\d+$")
_SPEC_NAME = re.compile(r"^✖ (?P<name>.+?)(?: \([\d.]+m?s\))?$")


def parse_tap(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each `not ok` that no child explains; the YAML below has error and place."""
    failures: list[ParsedFailure] = []
    parents: list[tuple[int, str]] = []  # indent and name
    for index, line in enumerate(lines):
        subtest, result = _SUBTEST.match(line.text), _RESULT.match(line.text)
        if subtest:
            depth = len(subtest["indent"])
            parents = [*_keep_above(parents, depth), (depth, subtest["name"])]
        elif result and not _EXCUSED.search(result["name"]):
            depth = len(result["indent"])
            above = _keep_above(parents, depth)
            name = _TIME.sub("", result["name"]).strip()
            if result["name"].endswith("{"):  # its children stand below it
                parents = [*above, (depth, name)]
            elif result["not"]:
                names = [parent for _, parent in above]
                failures += _parse_result(lines, index, [*names, name])
    return failures


def _keep_above(parents: Sequence[tuple[int, str]], depth: int) -> list[tuple[int, str]]:
    return [parent for parent in parents if parent[0] < depth]


def _parse_result(lines: Sequence[LogLine], index: int, names: list[str]) -> list[ParsedFailure]:
    yaml = _cut_yaml(lines, index)
    if _PARENT.search(join_texts(yaml)) or (not yaml and _is_parent(lines, index)):
        return []
    if not yaml:
        return [_parse_prose(lines, index, names)]
    fields = _parse_yaml(read_texts(yaml))
    stack = fields.get("stack", "") or fields.get("at", "") or fields.get("location", "")
    text = _unnest_message(fields.get("error", "")) or fields.get("message")
    error, message = split_error(text or _render_difference(fields))
    error = fields.get("name", "") or error or split_error(stack.strip())[0]
    frames = _parse_stack(stack) or _parse_stack(fields.get("location", ""))
    test, block = " > ".join(names), (lines[index], yaml[-1])
    return [make_failed_test(test, block, error, message or names[-1], frames)]


def _parse_prose(lines: Sequence[LogLine], index: int, names: list[str]) -> ParsedFailure:
    """Parse what stands below, indented or behind `#`: a message and a stack, as mocha prints."""
    end = find_line(lines, _is_other_text, index + 1, index + 80)
    block = lines[index:end]
    texts = [line.text.removeprefix("#") for line in block[1:]]
    error, message = split_error(read_message(texts))
    frames = find_stack(texts)
    place = match_first(texts, _PERL_PLACE) or _find_perl_place(lines, names[-1])
    if place and not frames:
        frames = (parse_place(place),)
    return make_failed_test(" > ".join(names), block, error, message or names[-1], frames)


def _find_perl_place(lines: Sequence[LogLine], name: str) -> re.Match[str] | None:
    """Find where Perl's tests tell a place in another stream, before or after the result."""
    index = find_line(lines, lambda text: text.endswith(f"Failed test '{name}'"))
    texts = [line.text.removeprefix("#") for line in lines[index + 1 : index + 2]]
    return match_first(texts, _PERL_PLACE) if name else None


def _is_other_text(text: str) -> bool:
    return bool(text) and not text.startswith((" ", "#"))


def _cut_yaml(lines: Sequence[LogLine], index: int) -> Sequence[LogLine]:
    """Cut out the lines between `---` and `...`."""
    if index + 1 >= len(lines) or lines[index + 1].text.strip() != "---":
        return []
    return cut_block(lines, index + 1, lambda text: text.strip() == "...", 399)[1:]


def _is_parent(lines: Sequence[LogLine], index: int) -> bool:
    """Tell whether the results right above are those of its children."""
    above = _RESULT.match(lines[index - 1].text) if index else None
    result = _RESULT.match(lines[index].text)
    return bool(above and result and len(above["indent"]) > len(result["indent"]))


def _parse_yaml(texts: Sequence[str]) -> dict[str, str]:
    """Parse the top level of the YAML: values and blocks as text, quotes off."""
    depth = min((_indent_of(text) for text in texts if text.strip()), default=0)
    fields: dict[str, str] = {}
    key = ""
    for text in texts:
        field = _YAML_FIELD.match(text) if _indent_of(text) == depth else None
        if field:
            key = field["key"]
            value = (field["value"] or "").strip()
            fields[key] = "" if _YAML_BLOCK.fullmatch(value) else value.strip("'\"")
        elif key:
            fields[key] += f"\n{text}"
    return {name: dedent(value.strip("\n")).strip() for name, value in fields.items()}


def _indent_of(text: str) -> int:
    return len(text) - len(text.lstrip())


def _unnest_message(error: str) -> str:
    """Take the message of an error in which vitest nests a name and a message."""
    message = _NESTED_MESSAGE.search(error)
    return message[1] if message else error


def _parse_stack(stack: str) -> tuple[Frame, ...]:
    texts = [text.strip().strip("'\"") for text in stack.split("\n")]
    frames = parse_frames(f"at {text.removeprefix('at ')}" for text in texts)
    return tuple(keep_own(frames)[::-1])


def _render_difference(fields: dict[str, str]) -> str:
    keys = [key for key in ("operator", "expected", "actual") if fields.get(key)]
    return shorten_message("\n".join(f"{key}: {fields[key]}" for key in keys))


def parse_node_spec(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what node:test lists below `failing tests:`."""
    start = find_line(lines, lambda text: text.endswith("failing tests:"))
    failures = []
    for place, block in split_sections(lines[start:], _SPEC_PLACE):
        name = match_first(read_texts(block[1:2]), _SPEC_NAME)
        texts = read_texts(block[2:])
        error, message = split_error(read_message(texts))
        if name and not message.startswith(("'1 subtest failed", "1 subtest failed")):
            frames = find_stack(texts) or (parse_place(place),)
            failures.append(make_failed_test(name["name"], block, error, message, frames))
    return failures
