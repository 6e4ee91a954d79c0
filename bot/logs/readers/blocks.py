"""Here live the linters that name a file first and its faults below it, or list nothing but files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.values import Category, Frame

_FILE = re.compile(r"^(?P<path>(?:[A-Za-z]:\\)?[^\s:][^:]*\.\w+)$")
_STYLISH = re.compile(
    r"^\s+(?:(?P<line>\d+):(?P<col>\d+))\s+(?P<level>error|warning|✖|×|⚠)\s+(?P<text>\S.*?)(?:\s{2,}\(?"
    r"(?P<code>[\w@/.-]+)\)?)?\s*$",
    re.IGNORECASE,
)
_GROUPED = re.compile(
    r"^\s+(?P<line>\d+):(?P<col>\d+)\s+(?P<code>[A-Z]{1,4}\d{1,4}) (?:\[\*\] )?(?P<text>.+)$"
)
_NEXT = re.compile(
    r"^(?P<line>\d+):(?P<col>\d+)\s+(?P<level>Error|Warning): (?P<text>.+?)(?:\s{2}"
    r"(?P<code>[\w@/-]+))?$"
)
_PRETTIER = re.compile(
    r"^\[(?:warn|error)\] (?P<path>\S+(?: \S+)*?\.\w+)(?:: (?P<text>\w+: .*?\((?P<line>\d+):\d+\)))?$"
)
_CMAKE = re.compile(
    r"^CMake Error (?:at|in) (?P<path>[^\s:]+)(?::(?P<line>\d+))?(?: \((?P<what>\w+)\))?:"
)
_SHELLCHECK = re.compile(r"^In (?P<path>\S+) line (?P<line>\d+):$")
_SHELLCHECK_SAID = re.compile(
    r"^\s*\^-*\^? ?-*\s*(?P<code>SC\d+) \((?P<level>\w+)\): (?P<text>.+)$"
)
_PYDOCSTYLE = re.compile(r"^(?P<path>\S+\.py):(?P<line>\d+) (?:at|in) ")
_PYDOCSTYLE_SAID = re.compile(r"^\s+(?P<code>D\d{3}): (?P<text>.+)$")
_DIFF = re.compile(r"^diff --git a/(?P<path>\S+) b/\S+$")
_INDENTED = re.compile(r"^(?:\[ERROR\])?\s{4,8}(?P<path>[\w./@+-]+/[\w.@+-]+\.\w+)$")
_BARE = re.compile(r"^(?:\./)?[\w@./+-]+\.\w{1,5}$")
_BIOME = re.compile(
    r"^(?P<path>[^\s:]+\.\w+)(?::(?P<line>\d+):\d+)? (?P<code>lint/\S+|format|parse|assist\S*"
    r"|organizeImports)\b.*━"
)
_ESBUILD = re.compile(r"^[✘X] \[ERROR\] (?P<text>.+)$")
_ESBUILD_AT = re.compile(r"^\s+(?P<path>\S+\.\w+):(?P<line>\d+):\d+:$")


def stylish(lines: Sequence[Line]) -> list[Found]:
    """ESLint, stylelint, yamllint, next lint: a file, then its faults; warnings are none."""
    found: list[Found] = []
    path = ""
    for line in lines:
        said = _STYLISH.match(line.text) or _NEXT.match(line.text) or _GROUPED.match(line.text)
        file = _FILE.match(line.text.removesuffix(":"))
        if said and path:
            if said.groupdict().get("level", "").lower() not in {"warning", "⚠"}:
                place = (Frame(path, int(said["line"])),)
                told = Found(
                    "lint", said["code"] or "", said["text"], line.number, line.number, "", place
                )
                found.append(replace(told, column=said["col"]))
        elif file:
            path = file["path"]
    return found


def prettier(lines: Sequence[Line]) -> list[Found]:
    """Files that are not formatted, by the names between its first and its last word."""
    if not any(
        "Code style issues" in line.text or line.text == "Checking formatting..." for line in lines
    ):
        return []
    found = []
    for line in lines:
        said = _PRETTIER.match(line.text)
        if said:
            frame = Frame(said["path"], int(said["line"]) if said["line"] else None)
            text = said["text"] or f"{said['path']} is not formatted"
            found.append(Found("lint", "", text, line.number, line.number, "", (frame,)))
    return found


def cmake(lines: Sequence[Line]) -> list[Found]:
    """`CMake Error at`, then what it says, indented. A package that is not found is a dependency."""
    found = []
    for at, line in enumerate(lines):
        head = _CMAKE.match(line.text)
        if not head:
            continue
        end = next(
            (n for n in range(at + 1, min(at + 60, len(lines))) if lines[n].text[:1].strip()),
            at + 1,
        )
        said = "\n".join(each.text.strip() for each in lines[at + 1 : end]).strip()
        missing = head["what"] == "find_package" or re.search(r"Could NOT find|not found", said)
        category: Category = "dependency" if missing else "compile-error"
        place = (Frame(head["path"], int(head["line"]) if head["line"] else None),)
        last = lines[max(end - 1, at)].number
        found.append(Found(category, "CMake Error", cut(said), line.number, last, "", place))
    return found


def shellcheck(lines: Sequence[Line]) -> list[Found]:
    """`In FILE line N:`, the line, then what is wrong with it."""
    return _headed(lines, _SHELLCHECK, _SHELLCHECK_SAID)


def pydocstyle(lines: Sequence[Line]) -> list[Found]:
    """A place, then the code below it."""
    return _headed(lines, _PYDOCSTYLE, _PYDOCSTYLE_SAID)


def _headed(lines: Sequence[Line], head: re.Pattern[str], said: re.Pattern[str]) -> list[Found]:
    found: list[Found] = []
    place: re.Match[str] | None = None
    for line in lines:
        place = head.match(line.text) or place
        told = said.match(line.text)
        if place and told:
            frame = Frame(place["path"], int(place["line"]))
            found.append(
                Found("lint", told["code"], told["text"], line.number, line.number, "", (frame,))
            )
    return found


def biome(lines: Sequence[Line]) -> list[Found]:
    """A place, a rule and a line to the right edge; below it a cross and what is wrong. Another
    sign is a warning.
    """
    found = []
    for at, line in enumerate(lines):
        place = _BIOME.match(line.text)
        said = (
            next((each.text.strip() for each in lines[at + 1 : at + 4] if each.text.strip()), "")
            if place
            else ""
        )
        if place and said.startswith(("×", "✖", "x ")):
            frame = Frame(place["path"], int(place["line"]) if place["line"] else None)
            found.append(
                Found(
                    "lint", place["code"], said[1:].strip(), line.number, line.number, "", (frame,)
                )
            )
    return found


def esbuild(lines: Sequence[Line]) -> list[Found]:
    """`✘ [ERROR] what`, then where."""
    found = []
    for at, line in enumerate(lines):
        said = _ESBUILD.match(line.text)
        place = (
            next(
                filter(None, (_ESBUILD_AT.match(each.text) for each in lines[at + 1 : at + 5])),
                None,
            )
            if said
            else None
        )
        if said and place:
            frame = Frame(place["path"], int(place["line"]))
            category: Category = (
                "type-error" if re.match(r"TS\d+", said["text"]) else "compile-error"
            )
            found.append(Found(category, "", said["text"], line.number, line.number, "", (frame,)))
    return found


def spotless(lines: Sequence[Line]) -> list[Found]:
    """Files below `format violations:`, each with its difference."""
    start = next(
        (n for n, line in enumerate(lines) if "format violations:" in line.text), len(lines)
    )
    named = [(line, file) for line in lines[start + 1 :] if (file := _INDENTED.match(line.text))]
    return [
        Found(
            "lint",
            "",
            f"{file['path']} is not formatted",
            line.number,
            line.number,
            "",
            (Frame(file["path"], None),),
        )
        for line, file in named
    ]


def modified(lines: Sequence[Line]) -> list[Found]:
    """What the hooks of pre-commit changed, as the difference that it shows at the end."""
    found = []
    for line in lines:
        file = _DIFF.match(line.text)
        if file:
            text = f"{file['path']} was changed by a hook"
            found.append(
                Found("lint", "", text, line.number, line.number, "", (Frame(file["path"], None),))
            )
    return found


def listed(lines: Sequence[Line]) -> list[Found]:
    """A step that printed nothing but names of files: `gofmt -l`, `prettier -l` and their like."""
    said = [line for line in lines if line.text.strip() and line.mark != "error"]
    if not said or len(said) > 500 or not all(_BARE.match(line.text) for line in said):
        return []
    return [
        Found(
            "lint",
            "",
            f"{line.text} is not formatted",
            line.number,
            line.number,
            "",
            (Frame(line.text, None),),
        )
        for line in said
    ]
