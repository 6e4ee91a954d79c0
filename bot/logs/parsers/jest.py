"""Parse the reports of jest, vitest, bun and deno."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, find_text, match_first, read_texts, split_sections
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
)
from bot.logs.parsers.v8 import (
    find_stack,
    keep_own,
    parse_frames,
    read_message,
    split_error,
)
from bot.values import Frame

_BULLET = re.compile(r"^\s{0,4}● (?P<title>\S.*)$")
_SUITE = re.compile(r"^\s*(?P<word>FAIL|PASS|RUNS)\s+(?P<rest>\S.*)$")
_PATH = re.compile(r"\S{1,400}\.(?:[cm]?[jt]sx?|vue|svelte|snap)")
_REPORT_ENDS = re.compile(
    r"^(?:Test Suites:|Tests:|Snapshots:|Snapshot Summary|Summary of all failing tests| › \d+ )"
)
_NO_FAILURE = re.compile(
    r"^(?:Console|Deprecation Warning|Validation Warning|.*Cannot log after tests are done)"
)
_SYNTAX_ERROR = re.compile(
    r"(?<![\w@./\\+-])(?P<path>(?:\w:)?[\w@./\\+-]{1,300}\.[cm]?[jt]sx?)(?:: [^\n]{0,300}?\("
    r"(?P<line>\d+):\d+\)"
    r"|:(?P<line2>\d+):\d+ - error|:(?P<line3>\d+):\d+\]|:(?P<line4>\d+)\n)"
)
_SYNTAX_ERROR_LINE = re.compile(r"^SyntaxError: (?!\S+: ).+", re.MULTILINE)  # of the engine itself
_CODE_ARROW = re.compile(r"^\s*> +(?P<line>\d+) \|")
_VITEST = re.compile(r"^\s*FAIL\s+(?:\|?[\w@/-]+\|?\s+)?(?P<title>\S+\.\S+(?: > .+| \[ .+ \])?)$")
_VITEST_RULE = re.compile(r"^\s*⎯{5,}")
_VITEST_UNHANDLED = re.compile(
    r"^\s*⎯{2,} (?:Unhandled (?:Errors?|Rejection)|Uncaught Exception|Startup Error) ⎯{2,}"
)
_VITEST_CAUSE = re.compile(r"Caused by:|Serialized Error:")
_BUN = re.compile(
    r"^(?P<word>[✓✗](?=.*m?s\]$)|\((?:pass|fail|skip|todo)\)) (?P<test>\S.*?)(?: \[[\d.]+m?s\])?$"
)
_BUN_ERROR = re.compile(r"^(?:error|\w*Error): ")
_DENO = re.compile(r"^(?P<test>\S.*?) => (?P<path>\S+?):(?P<line>\d+):\d+$")


def parse_jest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each `●` block; a summary at the end repeats them."""
    return [_parse_bullet(title, suite, block) for title, suite, block in _split_bullets(lines)]


def _split_bullets(lines: Sequence[LogLine]) -> Iterator[tuple[str, str, list[LogLine]]]:
    """Cut out the bullets: title, file of the suite, lines."""
    suite, title, block = "", "", list[LogLine]()
    for line in lines:
        bullet, heading = _BULLET.match(line.text), _SUITE.match(line.text)
        if bullet or heading or _REPORT_ENDS.match(line.text):
            if title:
                yield title, suite, block
            title, block = "", []
        if heading:
            suite = _find_path(heading["rest"]) or suite
        if bullet and not _NO_FAILURE.match(bullet["title"]):
            title = bullet["title"].strip()
        if title:
            block.append(line)
    if title:
        yield title, suite, block


def _find_path(text: str) -> str:
    paths = list(filter(_PATH.fullmatch, text.split()))
    return paths[-1] if paths else ""


def _parse_bullet(title: str, suite: str, block: Sequence[LogLine]) -> ParsedFailure:
    texts = read_texts(block[1:])
    message, frames = read_message(texts), find_stack(texts)
    if title == "Test suite failed to run":
        test = suite
        error, message, frames = _parse_broken_suite(message, frames or _find_code(texts, suite))
    else:
        test = title
        error, message = split_error(message)
    if suite and not frames:
        frames = (Frame(suite, None),)
    return make_failed_test(test, _drop_blank_end(block), error, message or title, frames)


def _parse_broken_suite(text: str, frames: tuple[Frame, ...]) -> tuple[str, str, tuple[Frame, ...]]:
    """Parse a file that could not be loaded: error, message and frames.

    What says why stands below pages of advice, and names the place itself.
    """
    details = text.partition("Details:\n")[2].strip() or text
    syntax_error = _SYNTAX_ERROR_LINE.search(details)
    error, message = split_error(syntax_error[0] if syntax_error else details)
    place = _SYNTAX_ERROR.search(details)
    if place:
        number = place["line"] or place["line2"] or place["line3"] or place["line4"]
        own_frames = keep_own([Frame(place["path"], int(number))])
        frames = tuple(own_frames) or frames
    return error, message, frames


def _find_code(texts: Sequence[str], suite: str) -> tuple[Frame, ...]:
    """Find the line that the excerpt of code points at."""
    arrow = match_first(texts, _CODE_ARROW)
    return (Frame(suite, int(arrow["line"])),) if arrow and suite else ()


def _drop_blank_end(block: Sequence[LogLine]) -> Sequence[LogLine]:
    end = len(block)
    while end > 1 and not block[end - 1].text.strip():
        end -= 1
    return block[:end]


def parse_vitest(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each block below `FAIL`, and errors that no test caught.

    Several tests may share one error.
    """
    failures: list[ParsedFailure] = []
    titles: list[str] = []
    block: list[LogLine] = []
    for line in lines:
        title = _VITEST.match(line.text)
        if _VITEST_RULE.match(line.text) or (title and len(block) > len(titles)):
            failures += _parse_vitest_block(titles, block)
            titles, block = [], []
        if _VITEST_UNHANDLED.match(line.text):
            titles, block = [""], [line]
        elif title:
            titles.append(title["title"])
            block.append(line)
        elif titles:
            block.append(line)
    return failures + _parse_vitest_block(titles, block)


def _parse_vitest_block(titles: Sequence[str], block: Sequence[LogLine]) -> list[ParsedFailure]:
    texts = read_texts(block[len(titles) :])
    texts = texts[: find_text(texts, _VITEST_CAUSE.match)]
    error, message = split_error(read_message(texts))
    stack = [frame for frame in parse_frames(texts) if "node_modules/" not in frame.file]
    failures = []
    for title in titles:
        path, bracket, _ = title.partition(" [ ")
        frames = stack[::-1]
        if path and not frames:
            frames = [Frame(path.split(" > ", 1)[0], None)]
        if message or frames:
            test = path if bracket else title
            failures.append(make_failed_test(test, _drop_blank_end(block), error, message, frames))
    return failures


def parse_bun(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `(fail) a test [1 ms]`, with what it says above it."""
    failures: list[ParsedFailure] = []
    begin = 0
    for index, line in enumerate(lines):
        result = _BUN.match(line.text)
        if result and result["word"] in {"✗", "(fail)"}:
            block = lines[max(begin, index - 80) : index + 1]
            failures.append(_parse_bun_test(result["test"], block))
        if result:
            begin = index + 1
    return failures


def _parse_bun_test(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    texts = read_texts(block[:-1])
    start = find_text(texts, _BUN_ERROR.match)
    error, message = split_error(read_message(texts[start:]).removeprefix("error: "))
    return make_failed_test(test, block[start:], error, message or "failed", find_stack(texts))


def parse_deno(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse, below `ERRORS`, `a test => ./file.ts:3:6`, then `error: ` and a stack."""
    start = find_line(lines, lambda text: text.strip() == "ERRORS")
    end = find_line(lines, lambda text: text.strip() == "FAILURES")
    failures = []
    for heading, block in split_sections(lines[start:end], _DENO, 120):
        texts = read_texts(block[1:])
        error, message = split_error(read_message(texts).removeprefix("error: "))
        frames = find_stack(texts) or (parse_place(heading),)
        failures.append(make_failed_test(heading["test"], block, error, message, frames))
    return failures
