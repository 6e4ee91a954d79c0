"""Here lives the last resort: what to say of a step that no reader knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.values import Category, Frame

_PLACE = re.compile(
    r"(?<![^\s:()'\"])(?P<path>(?:[A-Za-z]:)?[^\s:()'\"]{1,300}\.\w{1,12})(?::|\(|\", line | line )(?P<line>\d{1,9})"
)
_ERROR = re.compile(
    r"\b(error|failed|failure|fatal|panic|exception|not found|no such file|denied|cannot|can't|killed)\b",
    re.IGNORECASE,
)
_WRAPPER = re.compile(
    r"Process completed with exit code|^The process '.*' failed with"
    r"|Executing the custom container implementation failed|^npm (?:ERR! |error )(?:A complete log|errno|path|signal"
    r"|Lifecycle|Exit status|code ELIFECYCLE|command|  |This is|$)|^make(?:\[\d+\])?: \*\*\*|ELIFECYCLE"
    r"|^error Command failed|^Node(?:\.js)? \d+ (?:is being|actions are) deprecated|^##\[|^Post job cleanup"
    r"|^Cleaning up orphan|ailed to (?:upload|save) |No files were found with the provided path|^(?:Build )?FAILED?!?$"
    r"|^Error: Process completed|exited with|returned a non-zero|^The command .* failed|Command failed with exit code"
)
_TESTS = re.compile(
    r"\b\d+ (?:tests?|specs?|examples?|suites?|failing|failures?)\b|^\s*(?:--- FAIL|not ok|# fail [1-9])"
    r"|\bTests?(?: run)?:|^\s*Tests  |test result: FAILED"
)


# A place and what is wrong there, as nearly every linter writes it: `a.rb:3:5: C: ...`, `a.ts[4,
# 1]: ...`, `a.c(3) ...`
_LISTED = re.compile(
    r"\s{0,4}(?:[\w.-]{1,40}: )?\[?(?P<path>(?:[A-Za-z]:)?[^\s:()\[\]'\",]{1,300})"
    r"(?::(?P<line>\d{1,9})(?::\d{1,9})?|[(\[](?P<line2>\d{1,9})(?:[,:] ?\d{1,9})?[)\]])\]?"
    r"(?:[:,]? ?- |[:,]|\s)\s*(?P<text>\S.*)"
)
_LESS = re.compile(r"\W{0,2}(?:warn(?:ing)?|note|info|debug|hint|ok|passed|trace)\b", re.IGNORECASE)


def listing(lines: Sequence[Line]) -> list[Found]:
    """Each line that begins with a place and goes on with words, as those of a linter that no
    reader knows do.

    Whoever calls it must drop the places that are not the repository's. What is only a warning is
    not told.
    """
    found = ((line, _LISTED.match(line.text)) for line in lines)
    return [
        Found("lint", "", cut(at["text"]), line.number, line.number, "", (_frame(at),))
        for line, at in found
        if at and not _LESS.match(at["text"])
    ]


def _frame(at: re.Match[str]) -> Frame:
    return Frame(at["path"], int(at["line"] or at["line2"]))


def speaks_of_error(lines: Sequence[Line]) -> bool:
    """Whether the runner marked an error, or any line has a word for one."""
    return any(line.mark == "error" or _ERROR.search(line.text) for line in lines)


def last_resort(lines: Sequence[Line]) -> list[Found]:
    """The last line that speaks of an error, with the places named around it; else the last line
    that says anything.
    """
    printed = [at for at, line in enumerate(lines) if line.text.strip()]
    said = [at for at in printed if not _WRAPPER.search(lines[at].text)] or printed
    if not said:
        return []
    at = next((at for at in reversed(said) if _ERROR.search(lines[at].text)), said[-1])
    around = lines[max(0, at - 5) : at + 6]
    frames = tuple(_places(around))
    category: Category = (
        "test-failure" if any(_TESTS.search(line.text) for line in lines[-200:]) else "crash"
    )
    return [
        Found(
            category,
            "",
            cut(lines[at].text.strip()),
            around[0].number,
            around[-1].number,
            "",
            frames,
        )
    ]


def _places(lines: Sequence[Line]) -> Iterator[Frame]:
    for line in lines:
        for place in _PLACE.finditer(line.text):
            yield Frame(place["path"], int(place["line"]))
