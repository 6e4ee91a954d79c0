"""Parse Python's own reports: tracebacks, chains, exception groups, dying interpreters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failure,
    parse_error_type,
    parse_place,
    parse_places,
    shorten_message,
    shorten_stack,
)
from bot.values import Category, Frame

FILE = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:,? in (?P<name>.+))?$')
CHAIN = re.compile(
    r"(During handling of the above exception, another|The above exception was the direct cause)"
)
_HEADING = re.compile(
    r"^(?P<prefix>.*?)(?P<group>Exception Group )?Traceback \(most recent call last\):$"
)
_GROUP_MARGIN = re.compile(r"^\s*[|+] ?(?!-)")
_GROUP_RULE = re.compile(r"^\s*\+[-+]*-{5,}")
_CAPTURED = re.compile(r"^-+ >> begin captured \w+ << -+$")  # nose shows it below the message
_FATAL = re.compile(r"^(?:(?P<test>(?:[^\s:]|:(?!:))+::.+?) )?(?P<error>Fatal Python error: .+)$")
_SYNTAX_ERROR = re.compile(r"^\s*(?:\w+\.)*(?:SyntaxError|IndentationError|TabError): .+")
_TIMEOUT_STACK = re.compile(r"^~+ Stack of (?P<thread>\S+) .*~+$")
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
# These say only that a child process failed; what it printed before says why.
_WRAPPERS = ("CalledProcessError", "SystemExit", "SubprocessError", "KeyboardInterrupt")
_INTERRUPTION_LINES = 50  # of another stream, in the middle of a traceback
_WRAPPER = re.compile(
    r"\b(?:failed|exited)!?$|exit(?:ed with)? (?:code|status)|non-?zero|return(?:ed|code)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Traceback:
    """One traceback with those it is chained to, and the indexes of its lines, `end` exclusive."""

    begin: int
    end: int
    error: str
    message: str
    frames: tuple[Frame, ...]
    root_cause: str = ""
    cause_frames: tuple[Frame, ...] = ()
    is_group: bool = False


def parse_tracebacks(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the last traceback of a script, which is what ended it; of a group, each leaf."""
    tracebacks = list(split_tracebacks(lines))
    while len(tracebacks) > 1 and is_wrapper(tracebacks[-1].error, tracebacks[-1].message):
        tracebacks.pop()
    chosen = _keep_leaves(tracebacks) or tracebacks[-1:]
    return [_make_failure(traceback, lines) for traceback in chosen]


def _keep_leaves(tracebacks: Sequence[Traceback]) -> list[Traceback]:
    """Keep what stands below the last exception group."""
    leaves: list[Traceback] = []
    has_group = False
    for traceback in tracebacks:
        if traceback.is_group:
            has_group, leaves = True, []
        elif has_group:
            leaves.append(traceback)
    return leaves


def is_wrapper(error: str, message: str) -> bool:
    """Tell whether an error only says that something else failed, which said why before."""
    first = message.partition("\n")[0][:300]
    if error == "panic" or first.startswith("assert"):
        return False
    return error.endswith(_WRAPPERS) or bool(_WRAPPER.search(first))


def _make_failure(traceback: Traceback, lines: Sequence[LogLine]) -> ParsedFailure:
    category: Category = "compile-error" if traceback.error in _SYNTAX_ERRORS else "crash"
    block = lines[traceback.begin : traceback.end]
    failure = make_failure(category, block, traceback.error, traceback.message, traceback.frames)
    return replace(failure, root_cause=traceback.root_cause, cause_frames=traceback.cause_frames)


def split_tracebacks(lines: Sequence[LogLine]) -> Iterator[Traceback]:
    """Parse every traceback in order; a chain is one, with the first error as its root cause."""
    chain: Traceback | None = None
    for traceback in _parse_each(lines):
        between = lines[chain.end : traceback.begin] if chain else []
        if chain and any(CHAIN.search(line.text) for line in between):
            root_cause = chain.root_cause or f"{chain.error}: {chain.message}"
            cause_frames = chain.cause_frames or chain.frames
            chain = replace(
                traceback, begin=chain.begin, root_cause=root_cause, cause_frames=cause_frames
            )
            continue
        if chain:
            yield chain
        chain = traceback
    if chain:
        yield chain


def _parse_each(lines: Sequence[LogLine]) -> Iterator[Traceback]:
    end = 0
    for index, line in enumerate(lines):
        if index >= end and line.text.endswith("last):"):
            heading = _HEADING.match(line.text)
            if heading:
                traceback = _parse_traceback(lines, index, heading)
                end = traceback.end
                yield traceback


def _parse_traceback(lines: Sequence[LogLine], begin: int, heading: re.Match[str]) -> Traceback:
    """Parse pairs of a place and its source, then the error and its message up to a blank line."""
    prefix = heading["prefix"]
    frames: list[Frame] = []
    index = begin + 1
    while index < len(lines):
        text = _strip_prefix(lines[index].text, prefix)
        place = FILE.match(text)
        if place:
            frames.append(parse_place(place))
        elif text[:1].strip() and not _is_interruption(lines, index, prefix):
            break
        index += 1
    message = _read_message(lines[index : index + 30], prefix)
    full_message = "\n".join(message)
    error = parse_error_type(full_message.split("\n")[0])
    full_message = full_message.removeprefix(f"{error}: ")
    return Traceback(
        begin,
        end=min(index + max(len(message), 1), len(lines)),
        error=error or full_message[:60],
        message=shorten_message(full_message),
        frames=shorten_stack(frames),
        is_group=bool(heading["group"]),
    )


def _is_interruption(lines: Sequence[LogLine], index: int, prefix: str) -> bool:
    """Tell whether another stream prints in the middle: then the places go on close behind it."""
    if parse_error_type(_strip_prefix(lines[index].text, prefix)):
        return False
    for line in lines[index + 1 : index + _INTERRUPTION_LINES]:
        if _HEADING.match(line.text):
            return False
        if FILE.match(_strip_prefix(line.text, prefix)):
            return True
    return False


def _read_message(lines: Sequence[LogLine], prefix: str) -> list[str]:
    message: list[str] = []
    for line in lines:
        text = _strip_prefix(line.text, prefix)
        if message and (not text.strip() or line.mark or _begins_another(line.text, text)):
            break
        message.append(text)
    return message


def _begins_another(printed: str, text: str) -> bool:
    return bool(_HEADING.match(text) or _GROUP_RULE.match(printed) or _CAPTURED.match(text))


def _strip_prefix(text: str, prefix: str) -> str:
    """Take off what a log or a group puts before each line of a traceback."""
    if not prefix.strip(" +|") and _GROUP_MARGIN.match(text):
        return _GROUP_MARGIN.sub("", text)
    return text.removeprefix(prefix)


def parse_syntax_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a file that could not be compiled: a place, code, a mark, and no traceback above."""
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines):
        place = FILE.match(line.text)
        if not place:
            continue
        limit = min(index + 4, len(lines))
        end = find_line(lines, _SYNTAX_ERROR.match, index + 1, limit)
        if end < limit:
            block = lines[index : end + 1]
            error, _, message = lines[end].text.strip().partition(": ")
            frame = Frame(place["path"], int(place["line"]))
            failures.append(make_failure("compile-error", block, error, message, [frame]))
    return failures[-1:]


def parse_fatal_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse an interpreter that died by a signal: its stack has the most recent call first."""
    for index, line in enumerate(lines):
        match = _FATAL.match(line.text)
        if match:
            printed = [below for below in lines[index + 1 : index + 200] if below.text]
            stack = printed[1 : find_line(printed, _is_no_place, 1)]
            frames = parse_places(read_texts(stack), FILE)
            failure = make_failure(
                "crash", [line, *stack], "", match["error"], shorten_stack(frames[::-1])
            )
            return [replace(failure, test=match["test"] or "")]
    return []


def _is_no_place(text: str) -> bool:
    return not FILE.match(text)


def parse_pytest_timeout(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the thread method of pytest-timeout: stacks of all threads and no other word."""
    for index, line in enumerate(lines):
        stack = _TIMEOUT_STACK.match(line.text)
        if stack and stack["thread"] == "MainThread":
            end = find_line(lines, lambda text: text[:3] in {"+++", "~~~"}, index + 1)
            block = lines[index:end]
            frames = shorten_stack(parse_places(read_texts(block), FILE))
            return [make_failure("timeout", block, "Timeout", "Timeout", frames)]
    return []
