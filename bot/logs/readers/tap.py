"""Here lives the Test Anything Protocol with its YAML, and the other way in which node:test speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.readers.v8 import first_stack, frame, kind_and_message, message_of, own
from bot.logs.sections import sections
from bot.values import Frame

_RESULT = re.compile(r"^(?P<indent>\s*)(?P<not>not )?ok\b(?: \d+)?(?: -)? ?(?P<name>.*)$")
_SUBTEST = re.compile(r"^(?P<indent>\s*)# Subtest: (?P<name>.+)$")
_PARENT = re.compile(
    r"failureType: '?(?:subtestsFailed|parentCancelled)|error: ['\"]?\d+ subtests? failed"
)
_PERL_AT = re.compile(
    r"^\s*(?:Failed test (?:'.*' )?)?(?:at|in) (?P<path>\S+) (?:at )?line (?P<line>\d+)\.?$"
)
_TIME = re.compile(r" # time=[\d.]+ms(?: \{)?$")
_EXCUSED = re.compile(r"# (?:TODO|SKIP)\b", re.IGNORECASE)
_FIELD = re.compile(r"^\s*(?P<key>[\w-]+):(?: (?P<value>.*))?$")
_SPEC_AT = re.compile(r"^test at (?P<path>.+?):(?P<line>\d+):\d+$")
_SPEC_NAME = re.compile(r"^✖ (?P<name>.+?)(?: \([\d.]+m?s\))?$")


def tap_report(lines: Sequence[Line]) -> list[Found]:
    """Each `not ok` that no child explains: name, error and place come from the YAML below it."""
    found: list[Found] = []
    parents: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        subtest, result = _SUBTEST.match(line.text), _RESULT.match(line.text)
        if subtest:
            depth = len(subtest["indent"])
            parents = [*(each for each in parents if each[0] < depth), (depth, subtest["name"])]
        elif result and not _EXCUSED.search(result["name"]):
            depth = len(result["indent"])
            names = [name for at_depth, name in parents if at_depth < depth]
            name = _TIME.sub("", result["name"]).strip()
            if result["name"].endswith("{"):  # its children stand below it
                parents = [*(each for each in parents if each[0] < depth), (depth, name)]
            elif result["not"]:
                found += _failure(lines, at, [*names, name])
    return found


def _failure(lines: Sequence[Line], at: int, names: list[str]) -> list[Found]:
    block = _yaml(lines, at)
    texts = [line.text for line in block]
    if _PARENT.search("\n".join(texts)) or (not block and _is_parent(lines, at)):
        return []
    fields = _fields(texts)
    if not block:
        return [_plain(lines, at, names)]
    stack = fields.get("stack", "") or fields.get("at", "") or fields.get("location", "")
    frames = _frames(stack) or _frames(fields.get("location", ""))
    said = _inner(fields.get("error", "")) or fields.get("message") or _difference(fields)
    kind, message = kind_and_message(said)
    kind = fields.get("name", "") or kind or kind_and_message(stack.strip())[0]
    first, last = lines[at].number, block[-1].number
    return [
        Found("test-failure", kind, message or names[-1], first, last, " > ".join(names), frames)
    ]


def _plain(lines: Sequence[Line], at: int, names: list[str]) -> Found:
    """What stands indented below, or behind `#`: a message and a stack."""
    below = lines[at + 1 : at + 80]
    end = next(
        (n for n, line in enumerate(below) if line.text and not line.text.startswith((" ", "#"))),
        len(below),
    )
    texts = [line.text.removeprefix("#") for line in below[:end]]
    kind, message = kind_and_message(message_of(texts))
    perl = next(filter(None, (_PERL_AT.match(text) for text in texts)), None)
    frames = first_stack(texts) or ((Frame(perl["path"], int(perl["line"])),) if perl else ())
    last = below[end - 1].number if end else lines[at].number
    return Found(
        "test-failure",
        kind,
        message or names[-1],
        lines[at].number,
        last,
        " > ".join(names),
        frames,
    )


def _inner(error: str) -> str:
    """Vitest nests a name and a message in the error."""
    said = re.search(r'^message: "(.*)"$', error, re.MULTILINE | re.DOTALL)
    return said[1] if said else error


def _yaml(lines: Sequence[Line], at: int) -> Sequence[Line]:
    if at + 1 >= len(lines) or lines[at + 1].text.strip() != "---":
        return []  # mocha says the same as plain text, see _plain
    end = next(
        (n for n in range(at + 2, min(at + 400, len(lines))) if lines[n].text.strip() == "..."),
        at + 2,
    )
    return lines[at + 2 : end]


def _is_parent(lines: Sequence[Line], at: int) -> bool:
    """Whether the results right above are those of its children."""
    before = _RESULT.match(lines[at - 1].text) if at else None
    here = _RESULT.match(lines[at].text)
    return bool(before and here and len(before["indent"]) > len(here["indent"]))


def _fields(texts: Sequence[str]) -> dict[str, str]:
    """The top level of the YAML: values and blocks as text, quotes off."""
    depth = min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)
    fields: dict[str, str] = {}
    key = ""
    for text in texts:
        field = _FIELD.match(text) if len(text) - len(text.lstrip()) == depth else None
        if field:
            key = field["key"]
            value = (field["value"] or "").strip()
            fields[key] = "" if re.fullmatch(r"[|>][-+]?", value) else value.strip("'\"")
        elif key:
            fields[key] += f"\n{text}"
    return {name: dedent(value.strip("\n")).strip() for name, value in fields.items()}


def _frames(stack: str) -> tuple[Frame, ...]:
    texts = (text.strip().strip("'\"") for text in stack.split("\n"))
    places = (frame(text if text.startswith("at ") else f"at {text}") for text in texts)
    frames = [place for place in places if place]
    return tuple(own(frames)[::-1])


def _difference(fields: dict[str, str]) -> str:
    kept = [
        f"{name}: {fields[name]}" for name in ("operator", "expected", "actual") if fields.get(name)
    ]
    return cut("\n".join(kept))


def spec_report(lines: Sequence[Line]) -> list[Found]:
    """What node:test lists below `failing tests:`."""
    start = next(
        (n for n, line in enumerate(lines) if line.text.endswith("failing tests:")), len(lines)
    )
    found = []
    for place, block in sections(lines[start:], _SPEC_AT):
        name = _SPEC_NAME.match(block[1].text) if len(block) > 1 else None
        texts = [line.text for line in block[2:]]
        kind, message = kind_and_message(message_of(texts))
        if name and not message.startswith(("'1 subtest failed", "1 subtest failed")):
            frames = first_stack(texts) or (Frame(place["path"], int(place["line"])),)
            first, last = block[0].number, block[-1].number
            found.append(Found("test-failure", kind, message, first, last, name["name"], frames))
    return found
