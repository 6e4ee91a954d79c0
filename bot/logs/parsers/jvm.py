"""Parse the Java virtual machine's stacks, and JUnit, Surefire, Gradle and Ant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_group
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failed_test,
    make_failure,
    shorten_message,
    shorten_stack,
)
from bot.values import Frame

AT = re.compile(
    r"^\s*(?:\[ERROR\]\s+)?at (?:(?:[\w.@-]*/){0,2}(?P<owner>[\w.$]+?)\.(?P<method>[\w$<>-]+"
    r"(?: [^(]*)?)\()?"
    r"(?P<file>[\w$-]+\.(?:java|kt|kts|scala|groovy|clj)):(?P<line>\d+)\)?(?: ~?\[[^\]]*\])?$"
)
_ANY_AT = re.compile(
    r"^\s*(?:\[ERROR\]\s+)?(?:at [\w.$/@<>-]+\(|\.\.\. \d+ (?:more|trimmed|common))"
)
_TYPE = re.compile(
    r"^(?P<type>(?:[a-z_][\w]*\.)+[A-Z][\w$]*|[A-Z]\w*(?:Error|Exception|Failure|Throwable))(?::\s?"
    r"(?P<text>.*))?$"
)
_CAUSE = re.compile(r"^\s*(?:Caused by|Suppressed|Wrapped by): ")
_UNCAUGHT = re.compile(r'^Exception in thread "[^"]*" (?=.)')
_CONSOLE = re.compile(r"^\d+\) (?P<method>[^\s(]+)\((?P<owner>[\w.$]+)\)$")
_SUREFIRE = re.compile(
    r"^(?:\[(?:ERROR|INFO)\] +)?(?P<test>\S.*?)(?<! ) +(?:-- )?Time elapsed: [\d.,]+ s(?:ec)? *<<< "
    r"(?:FAILURE|ERROR)!"
)
_SUREFIRE_NAME = re.compile(
    r"^(?P<method>[^\s(]+(?:\[.*\])?(?:\{.*\})?(?:\(.*?\)(?:\[\d+\])?)?)\((?P<owner>[\w.$]+)\)$"
)
_SUREFIRE_SUMMARY = re.compile(
    r"^(?:\[ERROR\] +|  )(?:Run \d+: )?(?P<owner>[A-Z][\w$]*)(?:\.|>)(?P<method>[\w$]+)"
    r"(?:\[[^\]]*\])?"
    r"(?:[:>-][\w$.>:-]*?)?:(?P<line>\d+) ?(?P<text>.*)$"
)
_GRADLE = re.compile(r"^(?P<test>\S[^\n]*) FAILED$")
_GRADLE_SHORT = re.compile(r"^(?P<type>[\w.$]+) at (?P<file>[\w$-]+\.\w+):(?P<line>\d+)")
_ANT = re.compile(
    r"^Testcase: (?P<method>\S+?)(?:\((?P<owner>[\w.$]+)\))?(?: took [\d.,]+ sec)?:?\s*"
    r"(?P<result>FAILED|Caused an ERROR)?$"
)
_ANT_SUITE = re.compile(r"^Testsuite: (?P<owner>[\w.$]+)$")
_ANT_RESULT = re.compile(r"^\s+(?:FAILED|Caused an ERROR)$")
_STACK_LINES = 600
_MESSAGE_LINES = 40


@dataclass(frozen=True, slots=True)
class Throwable:
    """A throwable as printed: frames outermost first; `end` is the index behind its last line.

    `cause_frames` are those of the last `Caused by`.
    """

    error: str
    message: str
    frames: tuple[Frame, ...]
    root_cause: str
    cause_frames: tuple[Frame, ...]
    end: int


def parse_throwable(lines: Sequence[LogLine], begin: int) -> Throwable:
    """Parse one throwable from the line that names it."""
    message: list[str] = []
    frames: list[Frame] = []
    cause_frames: list[Frame] = []
    root_cause = ""
    limit = min(begin + _STACK_LINES, len(lines))
    end = begin
    while end < limit:
        text = lines[end].text.removeprefix("[ERROR] ")
        place = AT.match(text)
        if place:
            (cause_frames if root_cause else frames).append(_parse_frame(place))
        elif _CAUSE.match(text):
            root_cause, cause_frames = _CAUSE.sub("", text).strip(), []
        elif not place and not _ANY_AT.match(text):
            if frames or root_cause or len(message) > _MESSAGE_LINES:
                break
            if _ends_message(lines, end, message):
                break
            message.append(text.strip() if message else _UNCAUGHT.sub("", text).strip())
        end += 1
    first, newline, rest = "\n".join(message).partition("\n")
    error, first = _split_error(first)
    stack, cause_stack = shorten_stack(frames[::-1]), shorten_stack(cause_frames[::-1])
    message_text = shorten_message(f"{first}{newline}{rest}")
    return Throwable(error, message_text, stack, root_cause, cause_stack, end)


def _split_error(text: str) -> tuple[str, str]:
    match = _TYPE.match(text)
    if match is None:
        return "", text
    return match["type"], match["text"] or ""


def _ends_message(lines: Sequence[LogLine], index: int, message: list[str]) -> bool:
    """Tell whether a message is over: the next report begins, or nothing of it stands below.

    A message may have blank lines of its own; then its stack follows.
    """
    text = lines[index].text
    if not message or text.strip():
        return _is_heading(text)
    for line in lines[index + 1 : index + _MESSAGE_LINES]:
        if _ANY_AT.match(line.text):
            return False
        if _is_heading(line.text) or _TYPE.match(line.text.strip()):
            return True
    return True


def _is_heading(text: str) -> bool:
    headings = (_SUREFIRE, _GRADLE, _CONSOLE, _ANT)
    is_heading = any(heading.match(text) for heading in headings)
    return is_heading or text.startswith(("Tests run:", "[INFO]"))


def _parse_frame(place: re.Match[str]) -> Frame:
    owner = (place["owner"] or "").partition("$")[0]
    package, _, name = owner.rpartition(".")
    function = f"{name}.{place['method']}" if place["method"] else ""
    return Frame(_path_in(package, place["file"]), int(place["line"]), function)


def _path_in(package: str, file: str) -> str:
    return f"{package.replace('.', '/')}/{file}" if package else file


def _parse_headed(
    lines: Sequence[LogLine], parse_test: Callable[[str], str], gap: int = 1
) -> list[ParsedFailure]:
    """Parse each throwable below a line that `parse_test` reads a test's name from.

    At most `gap` lines further down it begins.
    """
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines):
        test = parse_test(line.text)
        if not test:
            continue
        limit = min(index + 1 + gap, len(lines))
        start = find_line(lines, str.strip, index + 1, limit)
        if start < limit:
            throwable = parse_throwable(lines, start)
            if throwable.error or throwable.message or throwable.frames:
                failures.append(_make_failed_test(test, lines[index : throwable.end], throwable))
    return failures


def _make_failed_test(test: str, block: Sequence[LogLine], throwable: Throwable) -> ParsedFailure:
    error, message = throwable.error, throwable.message or throwable.error
    failure = make_failed_test(test, block, error, message, throwable.frames)
    return _add_cause(failure, throwable)


def _add_cause(failure: ParsedFailure, throwable: Throwable) -> ParsedFailure:
    return replace(failure, root_cause=throwable.root_cause, cause_frames=throwable.cause_frames)


def parse_junit_console(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `1) test(Class)`, then its throwable."""
    return _parse_headed(lines, lambda text: _qualify(_CONSOLE.match(text)))


def _qualify(match: re.Match[str] | None) -> str:
    """Make a test's name of its class and its method."""
    if match is None:
        return ""
    return ".".join(filter(None, (match["owner"], match["method"])))


def parse_surefire(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each `<<< FAILURE!` of Maven with its throwable, or the summary where there is none."""
    return _parse_headed(lines, _parse_surefire_test) or _parse_surefire_summary(lines)


def _parse_surefire_test(text: str) -> str:
    heading = _SUREFIRE.match(text) if "<<<" in text else None
    if not heading or heading["test"].startswith("Tests run:"):
        return ""
    return _qualify(_SUREFIRE_NAME.match(heading["test"])) or heading["test"]


def _parse_surefire_summary(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    failures = []
    for line in lines:
        match = _SUREFIRE_SUMMARY.match(line.text)
        if match:
            text = match["text"].strip()
            error, _ = _split_error(text.lstrip("» "))
            frame = Frame(f"{match['owner']}.java", int(match["line"]))
            failure = make_diagnostic("test-failure", line, text or "failed", frame, error=error)
            failures.append(replace(failure, test=_qualify(match)))
    return failures


def parse_gradle_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `Class > test FAILED`, then an indented throwable."""
    return [_add_short_place(failure) for failure in _parse_headed(lines, _parse_gradle_test, 3)]


def _parse_gradle_test(text: str) -> str:
    return read_group(_GRADLE.match(text), "test") if " > " in text else ""


def _add_short_place(failure: ParsedFailure) -> ParsedFailure:
    """Add the place that stands in the message.

    By default Gradle says no more than the type and the place of a failure, on one line.
    """
    match = _GRADLE_SHORT.match(failure.message)
    if failure.frames or not match:
        return failure
    package = failure.test.partition(" > ")[0].rpartition(".")[0]
    frame = Frame(_path_in(package, match["file"]), int(match["line"]))
    return replace(failure, error=match["type"], message=match["type"], frames=(frame,))


def parse_ant_junit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `Testcase: test(Class): FAILED`, then its throwable.

    With its times on, Ant names the class above its tests, and the result below each.
    """
    failures: list[ParsedFailure] = []
    owner = ""
    for index, line in enumerate(lines):
        suite, case = _ANT_SUITE.match(line.text), _ANT.match(line.text)
        owner = read_group(suite, "owner") or owner
        begin = index + 1
        if case and not case["result"]:
            has_result = begin < len(lines) and _ANT_RESULT.match(lines[begin].text)
            case, begin = (case if has_result else None), begin + 1
        if case:
            test = f"{case['owner'] or owner}.{case['method']}".lstrip(".")
            # The message stands alone above the throwable that repeats it.
            start = find_line(lines, _TYPE.match, begin, begin + 5)
            has_type = start < min(begin + 5, len(lines))
            throwable = parse_throwable(lines, start if has_type else begin)
            failures.append(_make_failed_test(test, lines[index : throwable.end], throwable))
    return failures


def parse_uncaught(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the last throwable that ended a program."""
    for index in reversed(_find_throwables(lines)):
        throwable = parse_throwable(lines, index)
        if throwable.error and throwable.frames:
            block = lines[index : throwable.end]
            failure = make_failure(
                "crash", block, throwable.error, throwable.message, throwable.frames
            )
            return [_add_cause(failure, throwable)]
    return []


def _find_throwables(lines: Sequence[LogLine]) -> list[int]:
    uncaught = [index for index, line in enumerate(lines) if _UNCAUGHT.match(line.text)]
    if uncaught:
        return uncaught
    return [
        index
        for index in range(len(lines) - 1)
        if AT.match(lines[index + 1].text) and _TYPE.match(lines[index].text.strip())
    ]
