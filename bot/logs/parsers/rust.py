"""Parse Rust: cargo test, nextest, doctests, panics, and errors of rustc and clippy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, join_texts, match_first, read_group, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    make_failure,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.values import Category, Frame

_TEST = re.compile(r"^---- (?P<test>\S.*?) (?:stdout|stderr) ----$")
_NEXTEST = re.compile(
    r"^\s*[─-]+ (?:TRY \d+ )?(?P<stream>STDOUT|STDERR):\s+(?P<binary>\S+) (?P<test>\S+)(?: [─-]+)?$"
)
# Since 0.9.85: the result, then each stream below a rule of its own, indented.
_NEXTEST_RESULT = re.compile(
    r"^\s*(?:TRY \d+ )?(?:FAIL|ABORT|SIG[A-Z]+|TIMEOUT|LEAK) \[\s*[\d.]+s\](?: \(\s*\d+/\d+\))?"
    r" (?P<binary>\S+) (?P<test>\S+)$"
)
_NEXTEST_STREAM = re.compile(r"^\s+(?:stdout|stderr|output) ───$")
_OUTPUT_ENDS = re.compile(
    r"^(?:failures:|test result: |error: test failed|\s*[─-]{4,}$|\s*Summary \[)"
)
_PANIC = re.compile(
    r"^\s*thread '(?P<thread>[^']*)'(?: \(\d+\))? (?:has )?(?:panicked|overflowed)(?: at (?:'"
    r"(?P<old>.*)', )?"
    r"(?P<path>[^\s:'][^:']*):(?P<line>\d+):\d+:?)?"
)
_OLD_PANIC = re.compile(  # before 1.73 the message came first, and could have several lines
    r"^\s*thread '(?P<thread>[^']*)' panicked at '(?P<text>.*)$"
)
_OLD_PANIC_ENDS = re.compile(r"^(?P<text>.*)', (?P<path>[^\s:'][^:']*):(?P<line>\d+):\d+$")
_CARGO_RESULT = re.compile(r"^test (?P<test>\S+)(?: - should panic)? \.\.\. FAILED$")
_NO_PANIC = re.compile(
    r"note: test did not panic as expected(?: at (?P<path>[^:]+):(?P<line>\d+):\d+)?"
)
_FUNCTION = re.compile(r"^\s*\d+:\s+(?:0x[0-9a-f]+ - )?(?P<name>\S.*)$")
_PLACE = re.compile(r"^\s+at (?P<path>\S[^:]*):(?P<line>\d+)(?::\d+)?$")
_DOCTEST = re.compile(r"^(?P<path>\S+\.(?:rs|md)) - .*\(line (?P<line>\d+)\)$")
_FOREIGN = re.compile(r"^/rustc/|/\.cargo/registry/|/rustlib/src/")
_ERROR = re.compile(r"^(?P<level>error)(?:\[(?P<code>[A-Z]\d+)\])?: (?P<text>.+)$")
_ARROW = re.compile(r"^\s*--> (?P<path>[^\s:][^:]*):(?P<line>\d+):\d+$")
_CLIPPY_LINT = re.compile(r"(?P<lint>clippy::[\w-]+)")
_SUMMARY = re.compile(
    r"^(?:could not compile|aborting due to|\d+ errors? |test failed|build failed|process didn't "
    r"exit)"
)
_DEPENDENCY = re.compile(
    r"^(?:failed to select a version|no matching package|failed to parse (?:manifest|lock)"
    r"|package `.+` cannot be built"
    r"|the lock file .* needs to be updated|cannot find a package|failed to load manifest"
    r"|rustc [\d.]+ is not supported)"
)


class _Panic(NamedTuple):
    """What a program said when it panicked, and the stack there, outermost first."""

    error: str
    message: str
    frames: tuple[Frame, ...]


def parse_cargo_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each block of a failed test's output; without blocks, the panic of each test's thread.

    `--nocapture` prints no blocks.
    """
    failures = [_parse_test(test, block) for test, block in _split_tests(lines)]
    return failures or list(_parse_uncaptured(lines))


def _parse_uncaptured(lines: Sequence[LogLine]) -> Iterator[ParsedFailure]:
    panics: dict[str, int] = {}
    for index, line in enumerate(lines):
        panic, result = _PANIC.match(line.text), _CARGO_RESULT.match(line.text)
        if panic:
            panics.setdefault(panic["thread"], index)
        elif result:
            test = result["test"]
            begin = panics.get(test, index)
            error, message, frames = _parse_panic(lines[begin : begin + 900])
            why = message if test in panics else "failed"
            yield make_failed_test(test, [lines[begin]], error, why, frames)


def _split_tests(lines: Sequence[LogLine]) -> Iterator[tuple[str, list[LogLine]]]:
    test, block = "", list[LogLine]()
    for line in lines:
        name = _parse_heading(line.text)
        if name != test and (name or _OUTPUT_ENDS.match(line.text)):
            if test and _tells_why(block):
                yield test, block
            test, block = name, []
        if test:
            block.append(line)
    if test and _tells_why(block):
        yield test, block


def _parse_heading(text: str) -> str:
    cargo = _TEST.match(text)
    if cargo:
        return cargo["test"]
    nextest = _match_nextest(text)
    return f"{nextest['binary']} {nextest['test']}" if nextest else ""


def _match_nextest(text: str) -> re.Match[str] | None:
    return _NEXTEST.match(text) or _NEXTEST_RESULT.match(text)


def _tells_why(block: Sequence[LogLine]) -> bool:
    """Tell whether a block says why its test failed.

    Nextest shows standard output first, and most tests print nothing of it there; its last word
    names each test again.
    """
    if not any(line.text.strip() for line in block[1:]):
        return False
    if _NEXTEST_RESULT.match(block[0].text):
        return any(_NEXTEST_STREAM.match(line.text) for line in block)
    if not _NEXTEST.match(block[0].text):
        return True
    return any(_PANIC.match(line.text) or "Error: " in line.text for line in block)


def _parse_test(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    error, message, frames = _parse_panic(block[1:])
    doctest, nextest = _DOCTEST.match(test), _match_nextest(block[0].text)
    if doctest:
        frames = (parse_place(doctest),)
    name = read_group(nextest, "test") or test
    return make_failed_test(name, block, error, message, frames)


def _parse_panic(lines: Sequence[LogLine]) -> _Panic:
    """Parse the first panic, from which the others follow; else whatever was printed."""
    for index, line in enumerate(lines):
        if old_panic := _parse_old_panic(lines, index):
            return old_panic
        panic = _PANIC.match(line.text)
        if panic:
            stack, end = _parse_backtrace(lines, index + 1)
            message = panic["old"] or join_texts(lines[index + 1 : end]).strip()
            return _Panic("panic", shorten_message(message), _add_panic_place(stack, panic))
        missing_panic = _NO_PANIC.match(line.text)
        if missing_panic:
            frames = _add_panic_place((), missing_panic)
            return _Panic("", line.text.removeprefix("note: "), frames)
    return _Panic("", shorten_message(join_texts(lines).strip()) or "failed", ())


def _parse_old_panic(lines: Sequence[LogLine], index: int) -> _Panic | None:
    begin = _OLD_PANIC.match(lines[index].text)
    if not begin or _OLD_PANIC_ENDS.match(begin["text"]):
        return None
    message = [begin["text"]]
    for text in read_texts(lines[index + 1 : index + 60]):
        end = _OLD_PANIC_ENDS.match(text)
        message.append(end["text"] if end else text)
        if end:
            stack, _ = _parse_backtrace(lines, index + 1)
            frames = _add_panic_place(stack, end)
            return _Panic("panic", shorten_message("\n".join(message)), frames)
    return None


def _add_panic_place(stack: tuple[Frame, ...], panic: re.Match[str]) -> tuple[Frame, ...]:
    """Add the place that the panic names, unless the stack passes through it."""
    if not panic["path"]:
        return stack
    place = parse_place(panic)
    for frame in stack:
        if (frame.file.removeprefix("./"), frame.line) == (place.file, place.line):
            return stack
    return (*stack, place)


def _parse_backtrace(lines: Sequence[LogLine], begin: int) -> tuple[tuple[Frame, ...], int]:
    """Parse the own places of the backtrace below, and find where the message above it ends."""
    limit = min(begin + 60, len(lines))
    start = find_line(lines, lambda text: text.strip() == "stack backtrace:", begin, limit)
    if start >= limit:
        return (), find_line(lines, lambda text: text.startswith("note: "), begin)
    frames: list[Frame] = []
    function = ""
    for text in read_texts(lines[start + 1 : start + 800]):
        heading, place = _FUNCTION.match(text), _PLACE.match(text)
        if heading:
            function = heading["name"]
        elif place and not _FOREIGN.search(place["path"]):
            frames.append(parse_place(place, function))
        elif not place and text.strip() and not text.startswith(" "):
            break
    return shorten_stack(frames[::-1]), start


def parse_rust_panic(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a program that panicked outside of any test."""
    begin = find_line(lines, _PANIC.match)
    if begin == len(lines):
        return []
    error, message, frames = _parse_panic(lines[begin : begin + 900])
    block = lines[begin : begin + 4]
    return [make_failure("crash", block, error, message, frames)]


def parse_rustc(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what the compiler or clippy calls an error, at the first place that it points at."""
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines):
        error = _ERROR.match(line.text)
        if not error or _SUMMARY.match(error["text"]):
            continue
        block = _cut_block(lines, index)
        arrow = match_first(read_texts(block[:8]), _ARROW)
        if arrow:
            failures.append(_parse_compiler_error(error, arrow, block))
        elif _DEPENDENCY.match(error["text"]):
            message = shorten_message(join_texts(block))
            failures.append(make_failure("dependency", block, "", message))
    return failures


def _cut_block(lines: Sequence[LogLine], index: int) -> Sequence[LogLine]:
    """Cut out an error's lines, up to a blank one, at most 60."""
    end = find_line(lines, lambda text: not text.strip(), index + 1, index + 60)
    return lines[index:end]


def _parse_compiler_error(
    error: re.Match[str], arrow: re.Match[str], block: Sequence[LogLine]
) -> ParsedFailure:
    text = join_texts(block)
    lint = _CLIPPY_LINT.search(text)
    is_lint = bool(lint) or "rust-clippy" in text or "implied by `-D warnings`" in text
    category: Category = "lint" if is_lint else "compile-error"
    code = read_group(lint, "lint") or error["code"] or ""
    message = shorten_message(error["text"])
    failure = make_failure(category, block, code, message, [parse_place(arrow)])
    return replace(failure, tool="clippy") if is_lint else failure
