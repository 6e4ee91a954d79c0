"""Parse Ruby: RSpec, Minitest, test-unit, and the traces of its interpreter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import (
    cut_block,
    drop_matching,
    find_line,
    find_text,
    read_group,
    read_texts,
    split_numbered,
)
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failed_test,
    make_failure,
    parse_error_type,
    parse_place,
    parse_places,
    shorten_message,
    shorten_stack,
)
from bot.values import Category, Frame

_TRACE = re.compile(
    r"^\s*(?:# |from |\d+: from )?(?P<path>[^\s:#][^:#]*|<internal:[^>]+>):(?P<line>\d+):in [`']"
    r"(?P<name>.*?)'"
    r"(?::? .*)?$"
)
_RSPEC_PLACE = re.compile(r"^\s*# (?P<path>[^\s:]\S*?):(?P<line>\d+)(?::in [`'](?P<name>.*)')?$")
_NUMBER = re.compile(r"^\s{0,4}(?P<number>\d+)\) (?P<title>\S.*)$")
_LOADING = re.compile(
    r"^An error occurred (?:while loading (?P<path>[^\s]+?)\.?(?: - Did you mean.*)?|in .*)$"
)
_MINITEST = re.compile(r"^\s*(?:\d+\) )?(?:Error|Failure):\s*$")
_MINITEST_NAME = re.compile(
    r"^(?P<test>[A-Z][\w:]*#\S.*?)(?: \[(?P<path>[^\]]+?):(?P<line>\d+)\])?:$"
)
_MINITEST_ENDS = re.compile(r"^(?:\d+ (?:runs|tests)|(?:bin/)?rails test|rake test|Finished in)")
_TEST_UNIT = re.compile(r"^(?:Error|Failure): (?P<test>test\S.*?)(?:: (?P<kind>[\w:]+).*)?$")
_UNCAUGHT = re.compile(
    r"^(?P<path>[^\s:][^:]*|<internal:[^>]+>):(?P<line>\d+):in [`'](?P<name>.*?)': (?P<text>.*?)"
    r"(?: \("
    r"(?P<kind>[A-Z][\w:]*)\))?$"
)
_RAKE_ABORTED = re.compile(r"^(?:rake|rails|bin/rails|cap) aborted!$")
_RAKE_ENDS = re.compile(r"Tasks: |\(See full")
_SYNTAX_ERROR = re.compile(
    r"^(?P<path>[^\s:][^:]*\.\w+):(?P<line>\d+): (?P<text>(?:syntax errors? found"
    r"|syntax error, ).*?)"
    r"(?: \(SyntaxError\))?$"
)


def parse_rspec(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each numbered failure below `Failures:`, and files that could not be loaded."""
    failures = []
    for index, line in enumerate(lines):
        heading = _LOADING.match(line.text)
        if heading:
            failures.append(_parse_loading(heading["path"] or "", lines[index : index + 60]))
    start = find_line(lines, lambda text: text.strip() == "Failures:")
    end = find_line(lines, lambda text: text.startswith("Finished in "), start)
    failures += map(_parse_example, split_numbered(lines[start:end], _NUMBER))
    return failures


def _parse_example(block: Sequence[LogLine]) -> ParsedFailure:
    title = _NUMBER.match(block[0].text)
    end = len(block)
    while end > 1 and not block[end - 1].text.strip():
        end -= 1
    texts = read_texts(block[1:])
    message = _read_message(texts)
    error = _parse_error(message)
    if error and message[0].rstrip(":") == error:
        message = message[1:]
    full_message = shorten_message("\n".join(message))
    stack = _reverse_stack(parse_places(texts, _RSPEC_PLACE))
    return make_failed_test(read_group(title, "title"), block[:end], error, full_message, stack)


def _parse_error(message: Sequence[str]) -> str:
    return parse_error_type(message[0].rstrip(":")) if message else ""


def _read_message(texts: Sequence[str]) -> list[str]:
    """Read what stands below `Failure/Error:` and the code that it quotes, up to a blank line."""
    texts = [text.strip() for text in drop_matching(texts, _RSPEC_PLACE)]
    start = find_text(texts, lambda text: text.startswith("Failure/Error:"))
    if start == len(texts):
        return list(filter(None, texts))
    blank = find_text(texts, lambda text: not text, start)
    if blank == len(texts):
        blank = start
    return texts[blank + 1 :] or [texts[start].removeprefix("Failure/Error:").strip()]


def _reverse_stack(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Put the outermost frame first; blocks and iterators print one line several times in a row."""
    stack: list[Frame] = []
    for frame in reversed(frames):
        if not stack or (stack[-1].file, stack[-1].line) != (frame.file, frame.line):
            stack.append(frame)
    return shorten_stack(stack)


def _parse_loading(path: str, section: Sequence[LogLine]) -> ParsedFailure:
    """Parse a file that could not be loaded."""
    block = section[: _find_loading_end(section)]
    texts = read_texts(block[1:])
    message = _read_message(texts)
    error = _parse_error(message)
    full_message = shorten_message("\n".join(message[1:] or message))
    stack = _reverse_stack(parse_places(texts, _RSPEC_PLACE))
    return make_failed_test(path.removeprefix("./"), block, error, full_message, stack)


def _find_loading_end(section: Sequence[LogLine]) -> int:
    """Find the blank line below the stack; without one, some lines are read."""
    for index in range(4, len(section)):
        is_blank = not section[index].text.strip()
        if is_blank and _RSPEC_PLACE.match(section[index - 1].text):
            return index
    return 31


def parse_minitest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `Failure:` or `Error:`, a line with the test's name, a message, a trace."""
    failures = []
    for index, line in enumerate(lines[:-1]):
        if _MINITEST.match(line.text):
            name = _MINITEST_NAME.match(lines[index + 1].text)
            if name:
                failures.append(_parse_minitest(name, lines[index : index + 200]))
    return failures


def _parse_minitest(name: re.Match[str], section: Sequence[LogLine]) -> ParsedFailure:
    message: list[str] = []
    frames: list[Frame] = []
    end = 1
    for line in section[2:]:
        end += 1
        place = _TRACE.match(line.text)
        if place:
            frames.append(parse_place(place))
        elif _ends_minitest(line.text, message, frames, name["path"]):
            break
        else:
            message.append(line.text)
    full_message = "\n".join(message)
    error = parse_error_type(full_message.split("\n")[0].partition(":")[0].strip())
    full_message = full_message.strip("\n").removeprefix(f"{error}: ")
    if name["path"] and not frames:
        frames = [parse_place(name)]
    stack = _reverse_stack(frames)
    return make_failed_test(
        name["test"], section[:end], error, shorten_message(full_message), stack
    )


def _ends_minitest(
    text: str, message: Sequence[str], frames: Sequence[Frame], path: str | None
) -> bool:
    """Tell whether a failure is over: a blank line below its trace, or two where it has none."""
    if text.strip():
        return bool(_MINITEST.match(text) or _MINITEST_ENDS.match(text))
    has_blank_end = bool(message) and not message[-1].strip()
    return bool(frames) or (bool(path) and has_blank_end)


def parse_test_unit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `Failure: test_x(TestX)` between rules of `=`."""
    failures = []
    for index, line in enumerate(lines):
        heading = _TEST_UNIT.match(line.text)
        if not heading:
            continue
        block = cut_block(lines, index, lambda text: text.startswith("====="), 100)
        if len(block) == 1:  # no rule below: other words that begin so
            continue
        texts = read_texts(block[1:])
        message = shorten_message("\n".join(drop_matching(texts, _TRACE)).strip())
        stack = _reverse_stack(parse_places(texts, _TRACE))
        error = heading["kind"] or ""
        failures.append(make_failed_test(heading["test"], block, error, message, stack))
    return failures


def parse_rake_abort(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `rake aborted!`, then the exception and its trace, innermost call first."""
    for index, line in enumerate(lines):
        if not _RAKE_ABORTED.match(line.text):
            continue
        end = find_line(lines, _RAKE_ENDS.match, index + 1, index + 120)
        texts = read_texts(lines[index + 1 : end])
        message = "\n".join(drop_matching(texts, _TRACE)).strip()
        stack = _reverse_stack(parse_places(texts, _TRACE))
        if stack and "Command failed with status" not in message:
            error = parse_error_type(message.partition(":")[0])
            message = shorten_message(message.removeprefix(f"{error}: "))
            return [make_failure("crash", lines[index:end], error, message, stack)]
    return []


def parse_ruby_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the exception that ended a script: its first line names the innermost place."""
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        syntax_error = _SYNTAX_ERROR.match(line.text)
        if syntax_error:
            frame, text = parse_place(syntax_error), syntax_error["text"]
            return [make_diagnostic("compile-error", line, text, frame, error="SyntaxError")]
        uncaught = _UNCAUGHT.match(line.text)
        if uncaught and (uncaught["kind"] or _has_trace(lines[index + 1 : index + 12])):
            return [_parse_uncaught(uncaught, lines[index : index + 300])]
    return []


def _has_trace(below: Sequence[LogLine]) -> bool:
    return any(line.text.startswith("\tfrom ") for line in below)


def _parse_uncaught(uncaught: re.Match[str], section: Sequence[LogLine]) -> ParsedFailure:
    frames = [parse_place(uncaught)]
    end = 1
    for index, line in enumerate(section[1:], 1):
        place = _TRACE.match(line.text)
        if place and line.text.lstrip().startswith("from "):
            frames.append(parse_place(place))
            end = index + 1
    error, message = uncaught["kind"] or "", shorten_message(uncaught["text"])
    category: Category = "compile-error" if error == "SyntaxError" else "crash"
    return make_failure(category, section[:end], error, message, _reverse_stack(frames))
