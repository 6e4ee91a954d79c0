"""Parse what can be said of a step that no other parser knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, match_first, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failure,
    parse_place,
    shorten_message,
)
from bot.values import Category

_PLACE = re.compile(
    r"(?<![^\s:()'\"])(?P<path>(?:[A-Za-z]:)?[^\s:()'\"]{1,300}\.\w{1,12})(?::|\(|\", line | line )"
    r"(?P<line>\d{1,9})"
)
_DOCKER_PLACE = re.compile(r"^(?P<path>\S*[Dd]ockerfile\S*?):(?P<line>\d+)$")
_DOCKER_ERROR = re.compile(r"^ERROR: failed to (?:solve|build)")
_ERROR = re.compile(
    r"\b(error|failed|failure|fatal|panic|exception|not found|no such file|denied|cannot|can't"
    r"|killed)\b",
    re.IGNORECASE,
)
# What only says that something else failed.
_WRAPPER = re.compile(
    r"Process completed with exit code|^The process '.*' failed with"
    r"|Executing the custom container implementation failed|^npm (?:ERR! |error )(?:A complete log"
    r"|errno|path|signal"
    r"|Lifecycle|Exit status|code ELIFECYCLE|command|  |This is|$)|^make(?:\[\d+\])?: \*\*\*"
    r"|ELIFECYCLE"
    r"|^error Command failed|^Node(?:\.js)? \d+ (?:is being|actions are) deprecated|^##\["
    r"|^Post job cleanup"
    r"|^Cleaning up orphan|ailed to (?:upload|save) |No files were found with the provided path|^"
    r"(?:Build )?FAILED?!?$"
    r"|^Error: Process completed|exited with|returned a non-zero|^The command .* failed"
    r"|Command failed with exit code"
)
# What runners of tests say at their end, when some failed.
_FAILED_TESTS = re.compile(
    r"\b[1-9]\d* (?:tests? |specs? |examples? |suites? )?(?:failed|failing|failures?)\b"
    r"|\b(?:Failures|Failed|Errors|failures|errors): ?[1-9]|\bFAILED \((?:\w+=|errors|failures)"
    r"|^\s*(?:--- FAIL|not ok \d|# fail [1-9])|test result: FAILED|\bFAILURES!"
    r"|<<< (?:FAILURE|ERROR)!|\bTests? (?:run )?failed\b|\bThere (?:was|were) failing tests"
)
# A place and what is wrong there, as nearly every linter writes it: `a.rb:3:5: C: ...`, `a.ts[4,
# 1]: ...`, `a.c(3) ...`
_LISTED = re.compile(
    r"\s{0,4}(?:[\w.-]{1,40}: )?\[?(?P<path>(?:[A-Za-z]:)?[^\s:()\[\]'\",]{1,300})"
    r"(?::(?P<line>\d{1,9})(?::\d{1,9})?|[(\[](?P<line2>\d{1,9})(?:[,:] ?\d{1,9})?[)\]])\]?"
    r"(?:[:,]? ?- |[:,]|\s)\s*(?P<text>\S.*)"
)
_NAMED_FILE = re.compile(
    r"\s{0,8}(?:[-*•✖✗×M] |\[(?:warn|error)\] |would reformat:? )?"
    r"(?P<path>[\w@./+-]{1,300}\.\w{1,12})$"
)
_FORMATS = re.compile(
    r"\b(?:re)?format(?:s|ted|ting|ter)?\b|\bprettier\b|\blint|\bout of date\b|\bup.to.date\b"
    r"|\blicen[cs]e headers?\b|\bregenerate",
    re.IGNORECASE,
)
_SUCCESS = re.compile(
    r"\b(?:ok|pass(?:ed|ing)?|success(?:ful(?:ly)?)?|succeeded|complete[ds]?|done|finished"
    r"|all (?:is|went) well|no (?:issues|errors|problems)|0 (?:errors|failures|failed|problems))\b"
    r"|[✓✔]",
    re.IGNORECASE,
)
_SUMMARY_LINES = 200
_NO_ERROR = re.compile(
    r"\W{0,2}(?:warn(?:ing)?|note|info|debug|hint|ok|passed|trace)\b", re.IGNORECASE
)


def parse_listing(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each line that begins with a place and goes on with words, as those of a linter do.

    Whoever calls it must drop the places that are not the repository's. Warnings are left out.
    """
    failures = []
    for line in lines:
        match = _LISTED.match(line.text)
        if match and not _NO_ERROR.match(match["text"]):
            message = shorten_message(match["text"])
            failures.append(make_diagnostic("lint", line, message, parse_place(match)))
    return failures


def parse_named_files(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each line that is nothing but a path, where a formatter asks for other words in it.

    Whoever calls it must drop the paths that are not the repository's.
    """
    if not any(_FORMATS.search(line.text) for line in lines):
        return []
    matches = [(line, _NAMED_FILE.match(line.text)) for line in lines]
    return [
        make_diagnostic("lint", line, f"{match['path']} is not as it should be", parse_place(match))
        for line, match in matches
        if match
    ]


def mentions_failed_tests(lines: Sequence[LogLine]) -> bool:
    """Tell whether some runner of tests says at the end of the step that tests failed."""
    return any(map(_FAILED_TESTS.search, read_texts(lines[-_SUMMARY_LINES:])))


def mentions_success(lines: Sequence[LogLine]) -> bool:
    """Tell whether a tool says that all went well."""
    return any(_SUCCESS.search(line.text) for line in lines)


def mentions_error(lines: Sequence[LogLine]) -> bool:
    """Tell whether the runner marked an error, or any line has a word for one."""
    return any(line.mark == "error" or _ERROR.search(line.text) for line in lines)


def parse_docker_step(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the instruction of a Dockerfile at which its build ended, where nothing says why."""
    index = find_line(lines, _DOCKER_PLACE.match)
    if index == len(lines):
        return []
    end = find_line(lines, _DOCKER_ERROR.match, index)
    block = lines[index : end + 1]
    place = match_first(read_texts(block[:1]), _DOCKER_PLACE)
    message = shorten_message(block[-1].text)
    return [make_failure("crash", block, "", message, [parse_place(place)] if place else [])]


def parse_last_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the last line that speaks of an error, with the places named around it.

    Where none does, the last line that says anything.
    """
    index = _find_last_error(lines)
    if index is None:
        return []
    around = lines[max(0, index - 5) : index + 6]
    places = [place for line in around for place in _PLACE.finditer(line.text)]
    category: Category = "test-failure" if mentions_failed_tests(lines) else "crash"
    message = shorten_message(lines[index].text.strip())
    return [make_failure(category, around, "", message, map(parse_place, places))]


def _find_last_error(lines: Sequence[LogLine]) -> int | None:
    printed = [index for index, line in enumerate(lines) if line.text.strip()]
    telling = [index for index in printed if not _WRAPPER.search(lines[index].text)]
    candidates = telling or printed
    for index in reversed(candidates):
        if _ERROR.search(lines[index].text):
            return index
    return candidates[-1] if candidates else None
