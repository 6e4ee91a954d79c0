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
from bot.values import Category, Frame

_PLACE = re.compile(
    r"(?<![^\s:()'\"])(?P<path>(?:[A-Za-z]:)?[^\s:()'\"]{1,300}\.\w{1,12})"
    r"(?::|\(|\"?,? line |\", | (?=\d+:\d+\b))"
    r"(?P<line>\d{1,9})"
)
_FILE = re.compile(
    r"(?<![^\s:()'\"`\[])(?P<path>(?:/|\.{1,2}/)?[\w@+-][\w@./+-]{0,300}\.\w{1,12})\b"
)
_CARET = re.compile(
    r"^\s*+(?:\d*+\s*+\|\s*+)?\^[-~^]*+\s*$"
)  # below the code that a compiler shows
_DOCKER_PLACE = re.compile(r"^(?P<path>\S*[Dd]ockerfile\S*?):(?P<line>\d+)$")
_DOCKER_ERROR = re.compile(r"^ERROR: failed to (?:solve|build)")
_ERROR = re.compile(
    r"^\W{0,4}[✖✘✗×❌⨯] |\b(error|failed|failure|fatal|panic|exception|not found|no such file"
    r"|denied|cannot|can't|killed|terminate called)\b|\bwhat\(\): ",
    re.IGNORECASE,
)
_FAULT = re.compile(
    r"\b(?:fail|broken|violat\w+|invalid|unexpected|missing|unable|could ?n[o']t|unknown|undefined"
    r"|mismatch|disallowed|forbidden|not allowed|outdated|out of date|must|should)\b",
    re.IGNORECASE,
)
# What only says that something else failed.
_WRAPPER = re.compile(
    r"Process completed with exit code|^The process '.*' failed with"
    r"|Executing the custom container implementation failed|^npm (?:ERR! |error )(?:A complete log"
    r"|errno|path|signal"
    r"|Lifecycle|Exit status|code ELIFECYCLE|command|  |This is|$)|^make(?:\[\d+\])?: \*\*\* \["
    r"|ELIFECYCLE"
    r"|^error Command failed|^Node(?:\.js)? \d+ (?:is being|actions are) deprecated|^##\["
    r"|^Post job cleanup"
    r"|^Cleaning up orphan|ailed to (?:upload|save) |No files were found with the provided path|^"
    r"(?:Build )?FAILED?!?$"
    r"|^Error: Process completed|exited with|returned a non-zero|^The command .* failed"
    r"|Command failed with exit code"
    r"|^\W*(?:found )?[1-9]\d* (?:errors?|problems?|fail(?:ed|ures?))\b"
    r"|^Found \d+ errors?\b|[Pp]lease (?:also )?report this|^Full log "
    r"|^\W*(?:errors?|failures?)\W*$|^To report this|^exit status \d+$|^Aborted due to"
    r"|: line \d+: +\d+ (?:Aborted|Segmentation fault|Bus error|Illegal instruction|Killed)\b"
    r"|\bok=\d+ +changed=\d+|^FAIL\b.*$|^BUILD FAILED in "
)
# What runners of tests say at their end, when some failed.
_FAILED_TESTS = re.compile(
    r"\b[1-9]\d* (?:(?:test|spec|example|suite|scenario)s? )?(?:failed|failing|failures?)\b"
    r"(?! to\b|\(s\))|\b\d+ (?:passed|failed), .{0,20}\b[1-9]\d* errors?\b"
    r"|^\s*\[ ?FAILED ?\] \S|^(?i:fail(?:ed|ing) tests):?$"
    r"|\b[1-9]\d* FAILED TEST|\bFail(?:ed)?: +[1-9]\d*\b(?! failure)"
    r"|^(?i:failed) [1-9]\d* (?:tests?|assertions?)\b"
    r"|\b(?:Failures|Failed|Errors|failures|errors): ?[1-9]\d*\b(?! failure\(s\))"
    r"|\bFAILED \((?:\w+=|errors|failures)"
    r"|^\s*(?:--- FAIL|not ok \d|# fail [1-9])|test result: FAILED|\bFAILURES!"
    r"|^FAIL\t\S+\t|<<< (?:FAILURE|ERROR)!|\b[Tt]ests? (?:run )?failed\b"
    r"|\bThere (?:was|were) failing tests"
)
_NAMED_FILE = re.compile(
    r"\s{0,8}(?:[-*•✖✗×M] |from |in |\[(?:warn|error)\] |would reformat:? )?"
    r"(?P<path>[\w@./+-]{1,300}\.\w{1,12}):?$"
)
_FILE_WITH_WORDS = re.compile(
    r"\s{0,8}(?P<path>[\w@./+-]{1,300}\.\w{1,12})(?:::\S{0,80})?: (?!\s|OK\b|ok\b).+$"
)
# The name of a rule at the end, as linters of messages and names write it; links that are dead.
_BREAKS_RULE = re.compile(r"\[[a-z]+(?:-[a-z]+)+\]$|\b(?:dead|broken) links?\b", re.IGNORECASE)
_FORMATS = re.compile(
    r"\b(?<!invalid )(?:re)?format(?:s|ted|ting|ter)?\b|\bprettier\b|\b\w*fmt\b|\blint"
    r"|\bout of date\b|\bup.to.date\b|\blicen[cs]e headers?\b|\bregenerate"
    r"|\bunused (?:files|exports|dependencies)\b",
    re.IGNORECASE,
)
_SUCCESS = re.compile(
    r"\b(?:ok|pass(?:ed|ing)?|success(?:ful(?:ly)?)?|succeeded|complete[ds]?|done|finished"
    r"|all (?:is|went) well|no (?:issues|errors|problems)|0 (?:errors|failures|failed|problems))\b"
    r"|[✓✔]",
    re.IGNORECASE,
)
_SUMMARY_LINES = 200


def parse_named_files(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each line that names a file and what is wrong with it, without a place in it.

    Whoever calls it must drop the paths that are not the repository's.
    """
    failures = parse_bare_files(lines)
    for line in lines:
        match = _FILE_WITH_WORDS.match(line.text)
        if match:
            failures.append(make_diagnostic("lint", line, line.text.strip(), parse_place(match)))
    return failures


def parse_bare_files(lines: Sequence[LogLine]) -> list[ParsedFailure]:
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


def find_places(texts: Sequence[str]) -> list[Frame]:
    """Find each place that the texts name, outermost first: Python alone prints stacks so."""
    places = [parse_place(place) for text in texts for place in _PLACE.finditer(text)]
    is_python = any(text.lstrip().startswith('File "') for text in texts)
    return places if is_python else places[::-1]


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
    near = lines[max(0, index - 1) : index + 3]
    files = places or [file for line in near for file in _FILE.finditer(line.text)]
    message = shorten_message(lines[index].text.strip())
    category = _choose_category(message, around, lines)
    return [make_failure(category, around, "", message, map(parse_place, files))]


def _choose_category(message: str, around: Sequence[LogLine], lines: Sequence[LogLine]) -> Category:
    if mentions_failed_tests(lines):
        return "test-failure"
    if _FORMATS.search(message) or _BREAKS_RULE.search(message):
        return "lint"
    return "compile-error" if any(_CARET.match(line.text) for line in around) else "crash"


def cut_last_error(lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """Cut out the last line that speaks of an error, with those around it."""
    index = _find_last_error(lines)
    return [] if index is None else lines[max(0, index - 5) : index + 6]


def _find_last_error(lines: Sequence[LogLine]) -> int | None:
    printed = [index for index, line in enumerate(lines) if line.text.strip()]
    telling = [index for index in printed if not _WRAPPER.search(lines[index].text)]
    candidates = telling or printed
    for words in (_ERROR, _FAULT):
        for index in reversed(candidates):
            if words.search(lines[index].text):
                return index
    return candidates[-1] if candidates else None
