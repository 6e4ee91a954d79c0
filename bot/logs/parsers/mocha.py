"""Parse runners that number their failures: mocha, Cypress, AVA, Jasmine, Karma, Playwright."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import (
    find_last_line,
    find_line,
    match_all,
    match_first,
    read_group,
    read_texts,
    split_at,
    split_numbered,
    split_sections,
)
from bot.logs.parsed_failure import ParsedFailure, make_failed_test, parse_place
from bot.logs.parsers.v8 import find_stack, parse_frame, read_message, split_error
from bot.values import Frame

_FAILING = re.compile(r"^\s*\d+ failing\b")
_NUMBER = re.compile(r"^(?P<indent>\s*)(?P<number>\d+)\)(?: (?P<title>\S.*))?$")
_TIMEOUT_FILE = re.compile(r"\((/[^()]+\.[cm]?[jt]sx?)\)")
_PLAYWRIGHT = re.compile(
    r"^\s+\d+\) (?:\[(?P<project>[^\]]+)\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>\d+):\d+ › "
    r"(?P<title>.+?)[ ─]*$"
)
_PLAYWRIGHT_RETRY = re.compile(r"^\s+Retry #\d+ ─+")
_AVA = re.compile(
    r"^\s+✘ \[fail\]: (?P<title>.+?)(?: (?:Error thrown in test|Rejected promise).*)?$"
)
_AVA_PLACE = re.compile(r"^\s+(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>\d+)$")
_AVA_ERROR = re.compile(r"\s+\w*Error: ")
_AVA_CODE = re.compile(r"\s+\d+: ")
_KARMA = re.compile(r"^[A-Z][\w ]+ [\d.]+ \([^)]+\) (?P<test>\S.*) FAILED$")
_JASMINE_LABEL = re.compile(r"^\s*(?:Message:|Stack:)\s*$")


def parse_mocha(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each numbered failure below `N failing`."""
    failures: list[ParsedFailure] = []
    for block in split_at(lines, _FAILING.match):
        failures += map(_parse_mocha_test, split_numbered(block, _NUMBER))
    return failures


def _parse_mocha_test(block: Sequence[LogLine]) -> ParsedFailure:
    names, begin = _parse_title(block)
    last_frame = find_last_line(block, parse_frame, begin, len(block))
    end = last_frame + 1 if last_frame >= 0 else len(block)
    texts = read_texts(block[begin:end])
    error, message = split_error(read_message(texts))
    frames = find_stack(texts) or _find_timeout_file(message)
    return make_failed_test(" > ".join(names), block[:end], error, message, frames)


def _parse_title(block: Sequence[LogLine]) -> tuple[list[str], int]:
    """Parse the names from suite to test, whose line ends with a colon, and count their lines."""
    names = [read_group(_NUMBER.match(block[0].text), "title").strip()]
    is_unnamed = not names[0]  # of the root suite: blank, then the names
    for line in block[1:12]:
        if names[-1].endswith(":") or not (names[-1] or is_unnamed):
            break
        names.append(line.text.strip())
    if names[-1].endswith(":"):
        names[-1] = names[-1][:-1]
        return list(filter(None, names)), len(names)
    return names[:1], 1


def _find_timeout_file(message: str) -> tuple[Frame, ...]:
    """Find the file of a test that ran out of time: it has no stack, but names its file."""
    file = _TIMEOUT_FILE.search(message)
    return (Frame(file[1], None),) if file else ()


def parse_ava(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse, below the first rule, a test's title, a place with its code, a message, a stack."""
    titles = {title["title"] for title in match_all(read_texts(lines), _AVA)}
    blocks = split_at(lines, lambda text: text.startswith("  ") and text.strip() in titles, 100)
    return [_parse_ava_test(block) for block in blocks]


def _parse_ava_test(block: Sequence[LogLine]) -> ParsedFailure:
    texts = read_texts(block[1:])
    place = match_first(texts[:3], _AVA_PLACE)
    frames = find_stack(texts)
    if place and not frames:
        frames = (parse_place(place),)
    error_line = next(filter(_AVA_ERROR.match, texts), "").strip()
    error, message = split_error(error_line or _read_ava_message(texts, place))
    return make_failed_test(block[0].text.strip(), block, error, message, frames)


def _read_ava_message(texts: Sequence[str], place: re.Match[str] | None) -> str:
    message = "\n".join(
        text.strip() for text in texts if not parse_frame(text) and not _AVA_CODE.match(text)
    ).strip()
    if place:
        message = message.removeprefix(place[0].strip())
    return message.strip()


def parse_jasmine(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each numbered failure with its `Message:` and `Stack:`."""
    start = find_line(lines, lambda text: text.strip() == "Failures:")
    failures = []
    for block in split_numbered(lines[start + 1 :], _NUMBER):
        number = _NUMBER.match(block[0].text)
        texts = [line.text for line in block[1:] if not _JASMINE_LABEL.match(line.text)]
        has_labels = len(texts) < len(block) - 1
        if number and has_labels:
            error, message = split_error(read_message(texts))
            frames = find_stack(texts)
            failures.append(make_failed_test(number["title"] or "", block, error, message, frames))
    return failures


def parse_karma(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `Browser 1.0 (System) a test FAILED`, then, indented, its message and its stack."""
    failures = []
    for index, line in enumerate(lines):
        heading = _KARMA.match(line.text)
        if heading:
            end = find_line(lines, _is_not_indented, index + 1, index + 60)
            texts = read_texts(lines[index + 1 : end])
            error, message = split_error(read_message(texts))
            frames = find_stack(texts)
            block = lines[index:end]
            failures.append(make_failed_test(heading["test"], block, error, message, frames))
    return failures


def _is_not_indented(text: str) -> bool:
    return text[:1] not in {"\t", " "}


def parse_playwright(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each failed test with its place; retries tell the same again."""
    failures: list[ParsedFailure] = []
    for heading, section in split_sections(lines, _PLAYWRIGHT, 120):
        end = find_line(section, _PLAYWRIGHT_RETRY.match, 1)
        texts = read_texts(section[1:end])
        error, message = split_error(read_message(texts))
        if message:
            test, block = heading["title"], section[:end]
            frames = find_stack(texts) or (parse_place(heading),)
            failures.append(make_failed_test(test, block, error, message, frames))
    return failures
