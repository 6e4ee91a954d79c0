"""Here live the reports that number their failures: mocha, Cypress, Jasmine, Karma, Playwright."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found
from bot.logs.readers.v8 import first_stack, frame, kind_and_message, message_of
from bot.logs.sections import numbered, sections
from bot.values import Frame

_FAILING = re.compile(r"^\s*\d+ failing\b")
_NUMBER = re.compile(r"^(?P<indent>\s*)(?P<number>\d+)\) (?P<title>\S.*)$")
_PLAYWRIGHT = re.compile(
    r"^\s+\d+\) (?:\[(?P<project>[^\]]+)\] › )?(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>\d+):\d+ › (?P<title>.+?)[ ─]*$"
)
_RETRY = re.compile(r"^\s+Retry #\d+ ─+")
_AVA = re.compile(r"^\s+✘ \[fail\]: (.+?)(?: (?:Error thrown in test|Rejected promise).*)?$")
_AVA_PLACE = re.compile(r"^\s+(?P<path>\S+\.[cm]?[jt]sx?):(?P<line>\d+)$")
_KARMA = re.compile(r"^[A-Z][\w ]+ [\d.]+ \([^)]+\) (?P<test>\S.*) FAILED$")
_JASMINE = re.compile(r"^\s*(?:Message:|Stack:)\s*$")


def mocha_report(lines: Sequence[Line]) -> list[Found]:
    """Each numbered failure below `N failing`."""
    found: list[Found] = []
    for _, block in sections(lines, _FAILING, len(lines)):
        found += [_mocha_failure(each) for each in numbered(block, _NUMBER)]
    return found


def _mocha_failure(block: Sequence[Line]) -> Found:
    names, end = _title(block)
    texts = [line.text for line in block[end:]]
    stop = next((n + 1 for n in range(len(texts) - 1, -1, -1) if frame(texts[n])), len(texts))
    kind, message = kind_and_message(message_of(texts[:stop]))
    last = block[min(end + stop, len(block)) - 1].number
    frames = first_stack(texts[:stop]) or _named(message)
    return Found("test-failure", kind, message, block[0].number, last, " > ".join(names), frames)


def _named(message: str) -> tuple[Frame, ...]:
    """A test that ran out of time has no stack, but names its file."""
    file = re.search(r"\((/[^()]+\.[cm]?[jt]sx?)\)", message)
    return (Frame(file[1], None),) if file else ()


def ava_report(lines: Sequence[Line]) -> list[Found]:
    """Below the first rule: a test's title, a place with its code, what it says, a stack."""
    titles = {title[1] for line in lines if (title := _AVA.match(line.text))}
    heads = [
        n
        for n, line in enumerate(lines)
        if line.text.startswith("  ") and line.text.strip() in titles
    ]
    found = []
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        texts = [line.text for line in lines[at + 1 : min(after, at + 100)]]
        place = next(filter(None, (_AVA_PLACE.match(text) for text in texts[:3])), None)
        frames = first_stack(texts) or (
            (Frame(place["path"], int(place["line"])),) if place else ()
        )
        error = next((text.strip() for text in texts if re.match(r"\s+\w*Error: ", text)), "")
        said = "\n".join(
            text.strip() for text in texts if not frame(text) and not re.match(r"\s+\d+: ", text)
        )
        kind, message = kind_and_message(
            error or said.strip().removeprefix(place[0].strip() if place else "").strip()
        )
        last = lines[at + len(texts)].number
        found.append(
            Found(
                "test-failure",
                kind,
                message,
                lines[at].number,
                last,
                lines[at].text.strip(),
                frames,
            )
        )
    return found


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
    start = next(
        (n for n, line in enumerate(lines) if line.text.strip() == "Failures:"), len(lines)
    )
    found = []
    for block in numbered(lines[start + 1 :], _NUMBER):
        texts = [line.text for line in block[1:] if not _JASMINE.match(line.text)]
        number = _NUMBER.match(block[0].text)
        kind, message = kind_and_message(message_of(texts))
        if number and len(texts) < len(block) - 1:
            frames = first_stack(texts)
            found.append(
                Found(
                    "test-failure",
                    kind,
                    message,
                    block[0].number,
                    block[-1].number,
                    number["title"],
                    frames,
                )
            )
    return found


def karma_report(lines: Sequence[Line]) -> list[Found]:
    """`Browser 1.0 (System) a test FAILED`, then indented what it says and its stack."""
    found = []
    for at, line in enumerate(lines):
        named = _KARMA.match(line.text)
        if not named:
            continue
        below = lines[at + 1 : at + 60]
        end = next(
            (n for n, each in enumerate(below) if each.text[:1] not in {"\t", " "}), len(below)
        )
        texts = [each.text for each in below[:end]]
        kind, message = kind_and_message(message_of(texts))
        last = lines[at + end].number
        found.append(
            Found(
                "test-failure", kind, message, line.number, last, named["test"], first_stack(texts)
            )
        )
    return found


def playwright_report(lines: Sequence[Line]) -> list[Found]:
    """Each failed test with its place; retries tell the same again."""
    found: list[Found] = []
    for head, block in sections(lines, _PLAYWRIGHT, 120):
        texts = [line.text for line in block[1:]]
        texts = texts[: next((n for n, text in enumerate(texts) if _RETRY.match(text)), len(texts))]
        kind, message = kind_and_message(message_of(texts))
        if message:
            frames = first_stack(texts) or (Frame(head["path"], int(head["line"])),)
            first, last = block[0].number, block[len(texts)].number
            found.append(Found("test-failure", kind, message, first, last, head["title"], frames))
    return found
