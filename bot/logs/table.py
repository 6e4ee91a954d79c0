"""Here lives the table of linters and compilers: one row for each way to write a place, a severity and a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.logs.clean import Line
from bot.logs.found import Found, cut
from bot.values import Category, Frame

_AT = r"(?P<path>(?:[A-Za-z]:)?[^\s:()'\"\[\]|]+\.\w+)"
_LC = r":(?P<line>\d+)(?::(?P<col>\d+))?"
_PY = r"(?P<path>[^\s:]+\.(?:pyi?|ipynb)):(?P<line>\d+)(?::(?P<col>\d+))?"


@dataclass(frozen=True, slots=True)
class Row:
    """One dialect: what a line of it looks like. Groups: path, line, code, text."""

    tool: str
    category: Category
    pattern: re.Pattern[str]
    sign: str  # what stands in every such line: cheap to look for
    below: bool = False  # a line that begins with an arrow, some lines below, says where
    text_below: bool = False  # the next line that says anything is the message


def _row(tool: str, category: Category, sign: str, pattern: str, **how: bool) -> Row:
    return Row(tool, category, re.compile(pattern), sign, **how)


TABLE = (
    _row(
        "tsc",
        "type-error",
        " error TS",
        rf"{_AT}(?:\((?P<line>\d+),\d+\):|:(?P<line2>\d+):\d+ -) error (?P<code>TS\d+): (?P<text>.+)",
    ),
    _row("tsc", "type-error", "error TS", r"error (?P<code>TS\d+): (?P<text>.+)"),
    _row(
        "webpack",
        "compile-error",
        "ERROR in ",
        rf"ERROR in {_AT}(?:{_LC}|[ (](?P<line2>\d+)[:,]\d+\)?).*(?P<text>)",
        text_below=True,
    ),
    _row("next", "compile-error", "./", rf"{_AT}{_LC}(?P<text>)$", text_below=True),
    _row("mypy", "type-error", ": error: ", rf"{_PY}: error: (?P<text>.+?)(?:  \[(?P<code>[\w-]+)\])?$"),
    _row("mypy", "type-error", ": error:", rf"{_PY}: error: ?(?P<text>.+)$"),
    _row("pyright", "type-error", " - error: ", rf"\s*{_AT}{_LC} - error: (?P<text>.+?)(?: \((?P<code>report\w+)\))?$"),
    _row(
        "pytype",
        "type-error",
        '", line ',
        r'File "(?P<path>[^"]+)", line (?P<line>\d+), in \S+: (?P<text>.+) \[(?P<code>[\w-]+)\]$',
    ),
    _row("ty", "type-error", "error[", r"error\[(?P<code>[a-z][\w-]+)\]:? (?P<text>.+)", below=True),
    _row("pylint", "lint", ": ", rf"{_AT}{_LC}: (?P<code>[CEFRW]\d{{4}}): (?P<text>.+)"),
    _row("pylint", "lint", ": [", rf"{_AT}{_LC}: \[(?P<code>[CEFRW]\d{{4}})[^\]]*\] (?P<text>.+)"),
    _row("rubocop", "lint", ": ", rf"{_AT}{_LC}: [CWEFR]: (?:\[Correctable\] )?(?P<code>[A-Z]\w+/\w+): (?P<text>.+)"),
    _row("flake8 or ruff", "lint", ":", rf"{_AT}{_LC}:? (?P<code>[A-Z]{{1,4}}\d{{1,4}}) (?:\[\*\] )?(?P<text>.+)"),
    _row(
        "markdownlint",
        "lint",
        " MD",
        rf"{_AT}: ?(?P<line>\d+)(?::(?P<col>\d+))?:? (?:error )?(?P<code>MD\d+\S*) (?P<text>.+)",
    ),
    _row(
        "hadolint",
        "lint",
        " DL",
        r"(?P<path>\S+):(?P<line>\d+) (?P<code>(?:DL|SC)\d+) (?:error|warning): (?P<text>.+)",
    ),
    _row(
        "eslint",
        "lint",
        "Error - ",
        rf"{_AT}: line (?P<line>\d+), col \d+, Error - (?P<text>.+?)(?: \((?P<code>[\w@/-]+)\))?$",
    ),
    _row("eslint", "lint", "[Error/", rf"{_AT}{_LC}: (?P<text>.+?) \[Error/(?P<code>[\w@/-]+)\]$"),
    _row("standard", "lint", ": ", rf"\s+{_AT}{_LC}: (?P<text>.+?) \((?P<code>[\w@/-]+)\)$"),
    _row("actionlint", "lint", ".y", rf"(?P<path>\S+\.ya?ml){_LC}: (?P<text>.+?) \[(?P<code>[\w-]+)\]$"),
    _row("codespell", "lint", " ==> ", rf"{_AT}:(?P<line>\d+): (?P<text>\S+ ==> .+)"),
    _row("psalm", "type-error", "ERROR: ", rf"ERROR: (?P<code>\w+) - {_AT}{_LC} - (?P<text>.+)"),
    _row(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"(?:\[ant:checkstyle\] )?\[ERROR\] {_AT}{_LC}: (?P<text>.+?) \[(?P<code>\w+)\]",
    ),
    _row(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"\[ERROR\] {_AT}:\[(?P<line>\d+)(?:,\d+)?\] \([\w]+\) (?P<code>\w+): (?P<text>.+)",
    ),
    _row(
        "javac",
        "compile-error",
        ".java:[",
        r"\[ERROR\] (?:COMPILATION ERROR : )?(?P<path>\S+\.(?:java|kt|groovy)):\[(?P<line>\d+),\d+\] (?:error: )?"
        r"(?P<text>.+)",
    ),
    _row(
        "kotlinc",
        "compile-error",
        ".kt",
        r"(?:e: |\[ERROR\] )(?:file://)?(?P<path>\S+\.kts?):(?:(?P<line>\d+):\d+:?| ?[(\[]"
        r"(?P<line2>\d+), ?\d+[)\]]:?) (?P<text>.+)",
    ),
    _row(
        "scalac",
        "compile-error",
        "[error] ",
        r"\[error\] (?:-- (?:\[\w+\] )?(?:[\w ]+)?Error: )?(?P<path>\S+\.(?:scala|java|sbt)):(?P<line>\d+)"
        r"(?::\d+)?:? ?(?P<text>.*)",
    ),
    _row(
        "ktlint", "lint", ".kt:", r"(?P<path>\S+\.kts?):(?P<line>\d+):\d+: (?P<text>.+?) [(\[](?P<code>[\w:-]+)[)\]]$"
    ),
    _row(
        "msbuild",
        "compile-error",
        ": error ",
        r"\s*(?:\d+>)?(?P<path>[^\s(][^(]*\.\w+)\((?P<line>\d+)(?:,\d+)*\): (?:fatal )?error ?"
        r"(?P<code>[A-Z]+\d+)? ?: (?P<text>.+?)(?: \[[^\]]+proj(?:::.*)?\])?$",
    ),
    _row(
        "nuget",
        "dependency",
        ": error NU",
        r"\s*(?:\d+>)?(?P<path>\S+proj) : error (?P<code>NU\d+): (?P<text>.+?)(?: \[[^\]]+\])?$",
    ),
    _row(
        "msvc linker",
        "compile-error",
        "error LNK",
        r"\s*(?:\d+>)?(?P<text>\S+ : (?:fatal )?error (?P<code>LNK\d+): .+)",
    ),
    _row(
        "swiftc",
        "test-failure",
        ": error: -[",
        r"(?P<path>\S+\.(?:swift|mm?)):(?P<line>\d+): error: -\[(?P<code>[^\]]+)\] : (?P<text>.+)",
    ),
    _row(
        "swiftc",
        "test-failure",
        ": error: ",
        r"(?P<path>\S+\.swift):(?P<line>\d+): error: (?P<code>\w+\.\w+) : (?P<text>.+)",
    ),
    _row(
        "compiler",
        "compile-error",
        "rror",
        rf"(?:\[ERROR\] |\s*\[javac\] )?{_AT}{_LC}: (?:fatal |internal compiler )?error(?:\[(?P<code>E\d+)\])?: "
        rf"(?P<text>.+)",
    ),
    _row(
        "compiler",
        "compile-error",
        "rror:",
        rf"{_AT}{_LC}: (?:error|Error):(?: \[(?P<code>GHC-\d+)\])?(?P<text>)\s*$",
        text_below=True,
    ),
    _row("assembler", "compile-error", ": Error: ", rf"{_AT}:(?P<line>\d+): Error: (?P<text>.+)"),
    _row(
        "ld",
        "compile-error",
        "undefined reference to",
        r"(?:\S*ld(?:\.\w+)?: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)|\(\.\w[^)]*\)): "
        r"(?P<text>undefined reference to .+)",
    ),
    _row(
        "ld",
        "compile-error",
        "multiple definition",
        r"(?:\S*ld: )?(?:\S+\.o: in function .*: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)|\(\.\w[^)]*\)): "
        r"(?P<text>multiple definition of .+)",
    ),
    _row("ld", "compile-error", "cannot find -l", r"\S*ld(?:\.\w+)?: (?P<text>cannot find -l\S+.*)"),
    _row("ld", "compile-error", '", referenced from', r"\s+(?P<text>\"_?.+\", referenced from:)$"),
    _row(
        "dart",
        "lint",
        " • ",
        r"\s*(?:error|warning|info) (?:•|-) (?P<text>.+) (?:•|-) (?P<path>\S+\.dart):(?P<line>\d+):\d+ (?:•|-) "
        r"(?P<code>\w+)",
    ),
    _row(
        "elixir",
        "compile-error",
        "Error) ",
        r"\*\* \((?P<code>\w*Error)\) (?P<path>\S+\.exs?):(?P<line>\d+)(?::\d+)?: (?P<text>.+)",
    ),
    _row(
        "ocaml",
        "compile-error",
        ", characters ",
        r'File "(?P<path>[^"]+)", lines? (?P<line>\d+)(?:-\d+)?, characters .*(?P<text>):$',
        text_below=True,
    ),
    _row(
        "sphinx",
        "lint",
        ": ",
        r"(?P<path>\S+\.(?:rst|md|txt|py))(?::docstring of [^:]+)?:(?P<line>\d+): (?:WARNING|ERROR|SEVERE): "
        r"(?P<text>.+)",
    ),
    _row("ruff", "lint", "", r"(?P<code>[A-Z]{1,4}\d{1,4}|unformatted)(?: \[\*\]|:)? (?P<text>.+)", below=True),
    _row("ruff", "compile-error", "invalid-syntax", r"(?P<code>invalid-syntax)(?: \[\*\]|:)? (?P<text>.+)", below=True),
    _row("ruff", "compile-error", "SyntaxError", rf"{_PY}: (?P<code>SyntaxError|invalid-syntax): (?P<text>.+)"),
    _row("black", "lint", "would reformat ", r"(?P<text>would reformat (?P<path>\S.*))$"),
    _row("ruff", "lint", "Would reformat: ", r"(?P<text>Would reformat: (?P<path>\S.*))$"),
    _row(
        "black",
        "compile-error",
        "error: cannot format ",
        r"(?P<text>error: cannot format (?P<path>[^:]+): .+?(?P<line>\d+)?:?\d*:? .*)",
    ),
    _row("black", "lint", "reformatted ", r"(?P<text>reformatted (?P<path>\S+\.\w+))$"),
    _row(
        "apt", "dependency", "E: ", r"E: (?P<text>(?:Unable to locate package|Package .* has no installation cand).*)"
    ),
    _row("conda", "dependency", "Error: ", r"(?P<code>PackagesNotFoundError|UnsatisfiableError): (?P<text>.+)"),
    _row("docker", "dependency", "failed to ", r"(?:ERROR: )?(?P<text>failed to (?:solve|resolve).*: not found)$"),
    _row("isort", "lint", "ERROR: ", r"ERROR: (?P<path>\S+) (?P<text>Imports are incorrectly sorted.*)"),
    _row("pre-commit", "lint", "Fixing ", r"(?P<text>Fixing (?P<path>\S+\.\w+))$"),
    _row(
        "rustfmt",
        "lint",
        "Diff in ",
        r"(?P<text>Diff in (?P<path>\S+?)(?::(?P<line>\d+)| at line (?P<line2>\d+)):?)\s*$",
    ),
    _row("gofmt", "lint", ".orig ", r"(?P<text>diff (?:-u )?\S+\.orig (?P<path>\S+))$"),
    _row(
        "php",
        "compile-error",
        "Parse error",
        r"(?:PHP )?Parse error:\s+(?P<text>.+) in (?P<path>\S+) on line (?P<line>\d+)",
    ),
    _row(
        "pytest-cov",
        "test-failure",
        "Required test coverage",
        r"(?:FAIL |ERROR: )?(?P<text>Required test coverage of .+ not reached.*)",
    ),
    _row("coverage", "test-failure", "Coverage failure", r"(?P<text>Coverage failure: .+)"),
    _row(
        "jest",
        "test-failure",
        "coverage threshold",
        r"(?:Jest: |ERROR: )(?P<text>.*coverage threshold .+ (?:not met|does not meet).*)",
    ),
    _row(
        "pip", "dependency", "No matching distribution", r"(?:ERROR: )?(?P<text>No matching distribution found for .+)"
    ),
    _row(
        "pip",
        "dependency",
        "conflicting",
        r"(?:ERROR: )?(?P<text>Cannot install .+ because these package versions have conflicting.+)",
        text_below=False,
    ),
    _row(
        "uv",
        "dependency",
        "No solution found",
        r"\s*(?:×|error:|x) (?P<text>No solution found when resolving .+)",
        text_below=False,
    ),
    _row(
        "npm",
        "dependency",
        "npm ",
        r"npm (?:ERR!|error) (?:code )?(?P<code>ERESOLVE|ETARGET|E404|EUSAGE|EBADENGINE)\b(?P<text>.*)",
        text_below=True,
    ),
    _row(
        "pnpm",
        "dependency",
        "ERR_PNPM_",
        r"\s*(?P<text>(?P<code>ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_MATCHING_VERSION|PEER_DEP_ISSUES|FETCH_404"
        r"|LOCKFILE\w*))\s.+)",
    ),
    _row("yarn", "dependency", "lockfile", r"(?:error |➤ YN0028: │ )(?P<text>(?:Your|The) lockfile .+)"),
    _row(
        "bundler",
        "dependency",
        "Could not find",
        r"(?P<text>Could not find (?:compatible versions|gem .+|.+ in (?:any of the sources"
        r"|locally installed gems)).*)",
    ),
    _row(
        "composer",
        "dependency",
        "could not be resolved",
        r"\s*(?P<text>Your requirements could not be resolved to an installable set of packages.*)",
    ),
    _row(
        "maven",
        "dependency",
        "ependencies for project",
        r"\[ERROR\] (?:.*: )?(?P<text>Could not resolve dependencies for project .+)",
    ),
    _row(
        "gradle",
        "dependency",
        "Could not ",
        r"\s*>? ?(?P<text>Could not (?:find|resolve) [\w.-]+:[\w.-]+:[\w.+-]+\.?)$",
    ),
)
_ARROW = re.compile(rf"\s*(?:-->|╭─\[|::|,-\[|❯) ?{_AT}{_LC}\]?$")
_CHAIN = re.compile(
    r"^(?:In file included from |\s+from )?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?"
    r"(?:[:,]$|:\s+(?:(?:recursively )?required (?:from|by)|in .constexpr. expansion|in instantiation))"
)
_TEXT_LIKE = re.compile(r"\w")


def diagnostics(lines: Sequence[Line]) -> list[Found]:
    """What compilers, type checkers and linters say, one line each."""
    whole = "\n".join(line.text for line in lines)
    rows = [row for row in TABLE if row.sign in whole]
    found = []
    for at, line in enumerate(lines):
        for row in rows:
            if row.sign in line.text and (told := _said(row, lines, at)):
                found.append(told)
                break
    return found


def _said(row: Row, lines: Sequence[Line], at: int) -> Found | None:
    said = row.pattern.match(lines[at].text)
    below = lines[at + 1 : at + 7] if said else []
    place = _place(row, said, below) if said else None
    if said is None or place is None:
        return None
    text = said["text"] or next((line.text.strip(" ×>│|") for line in below if _TEXT_LIKE.search(line.text)), "")
    chain = _chain(lines, at) if row.tool == "compiler" else []
    code, number = said.groupdict().get("code") or "", lines[at].number
    return Found(
        row.category,
        code,
        cut(text),
        number,
        number,
        "",
        (*chain, *place),
        column=said.groupdict().get("col") or "",
        tool=row.tool,
    )


def _place(row: Row, said: re.Match[str], below: Sequence[Line]) -> tuple[Frame, ...] | None:
    """Where it is; None when a row whose place stands below has no arrow there, and so is no diagnostic."""
    if row.below:
        arrow = next(filter(None, (_ARROW.match(line.text) for line in below)), None)
        return (Frame(arrow["path"], int(arrow["line"])),) if arrow else None
    groups = said.groupdict()
    number = groups.get("line") or groups.get("line2")
    return (Frame(groups["path"], int(number) if number else None),) if groups.get("path") else ()


def _chain(lines: Sequence[Line], at: int) -> list[Frame]:
    """How a C++ compiler came to the place: includes and instantiations stand above it, innermost first."""
    steps: list[tuple[bool, Frame]] = []
    for line in reversed(lines[max(at - 30, 0) : at]):
        place = _CHAIN.match(line.text)
        if place:
            steps.append((bool(re.match(r"In file|\s+from", line.text)), Frame(place["path"], int(place["line"]))))
        elif not re.match(r"^\S+: (?:In |At )|^\s+(?:required|from)", line.text):
            break
    made = [frame for included, frame in steps if not included]
    return made or [frame for _, frame in steps]
