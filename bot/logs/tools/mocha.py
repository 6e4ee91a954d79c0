"""Here live the reports that number their failures: mocha, Cypress, Jasmine, Karma, Playwright."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean import Line
from bot.logs.found import Found
from bot.logs.tools.v8 import first_stack, frame, kind_and_message, message_of
from bot.values import Frame

_FAILING = re.compile(r"^\s*\d+ failing\b")
_NUMBER = re.compile(r"^(?P<indent>\s*)(?P<number>\d+)\) (?P<title>\S.*)$")
_PLAYWRIGHT = re.compile(
    r"^\s+\d+\) (?:\[(?P<project>[^\]]+)\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>\d+):\d+ › (?P<title>.+?)[ ─]*$"
)
_RETRY = re.compile(r"^\s+Retry #\d+ ─+")
_JASMINE = re.compile(r"^\s*(?:Message:|Stack:)\s*$")


def mocha_report(lines: Sequence[Line]) -> list[Found]:
    """Each numbered failure below `N failing`."""
    found: list[Found] = []
    starts = [n for n, line in enumerate(lines) if _FAILING.match(line.text)]
    for at, after in zip(starts, [*starts[1:], len(lines)], strict=False):
        found += [_mocha_failure(block) for block in _numbered(lines[at + 1 : after])]
    return found


def _numbered(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The blocks below 1), 2), 3): a number out of turn belongs to what a test printed."""
    block: list[Line] = []
    turn = 1
    for line in lines:
        number = _NUMBER.match(line.text) if line.text[:1] in {" ", ""} or line.text[:1].isdigit() else None
        if number and int(number["number"]) == turn:
            if block:
                yield block
            block, turn = [line], turn + 1
        elif block:
            block.append(line)
    if block:
        yield block


def _mocha_failure(block: Sequence[Line]) -> Found:
    names, end = _title(block)
    texts = [line.text for line in block[end:]]
    stop = next((n + 1 for n in range(len(texts) - 1, -1, -1) if frame(texts[n])), len(texts))
    kind, message = kind_and_message(message_of(texts[:stop]))
    last = block[min(end + stop, len(block)) - 1].number
    return Found("test-failure", kind, message, block[0].number, last, " > ".join(names), first_stack(texts[:stop]))


def _title(block: Sequence[Line]) -> tuple[list[str], int]:
    """The names from the suite down to the test, whose line ends with a colon."""
    names: list[str] = []
    for n, line in enumerate(block[:12]):
        number = _NUMBER.match(line.text) if n == 0 else None
        names.append((number["title"] if number else line.text).strip())
        if names[-1].endswith(":"):
            names[-1] = names[-1][:-1]
            return names, n + 1
        if not names[-1]:
            break
    return names[:1], 1


def jasmine_report(lines: Sequence[Line]) -> list[Found]:
    """Each numbered failure with its `Message:` and `Stack:`."""
    start = next((n for n, line in enumerate(lines) if line.text.strip() == "Failures:"), len(lines))
    found = []
    for block in _numbered(lines[start + 1 :]):
        texts = [line.text for line in block[1:] if not _JASMINE.match(line.text)]
        number = _NUMBER.match(block[0].text)
        kind, message = kind_and_message(message_of(texts))
        if number and len(texts) < len(block) - 1:
            frames = first_stack(texts)
            found.append(
                Found("test-failure", kind, message, block[0].number, block[-1].number, number["title"], frames)
            )
    return found


def playwright_report(lines: Sequence[Line]) -> list[Found]:
    """Each failed test with its place; retries tell the same again."""
    found: list[Found] = []
    heads = [n for n, line in enumerate(lines) if _PLAYWRIGHT.match(line.text)]
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        head = _PLAYWRIGHT.match(lines[at].text)
        texts = [line.text for line in lines[at + 1 : min(after, at + 120)]]
        texts = texts[: next((n for n, text in enumerate(texts) if _RETRY.match(text)), len(texts))]
        kind, message = kind_and_message(message_of(texts))
        if head and message:
            frames = first_stack(texts) or (Frame(head["path"], int(head["line"])),)
            last = lines[at + len(texts)].number
            found.append(Found("test-failure", kind, message, lines[at].number, last, head["title"], frames))
    return found
