"""Here lives Rust: cargo test, nextest, doctests, panics, and what rustc and clippy say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.values import Category, Frame

_TEST = re.compile(r"^---- (?P<test>\S.*?) (?:stdout|stderr) ----$")
_NEXTEST = re.compile(
    r"^\s*[─-]+ (?:TRY \d+ )?(?P<stream>STDOUT|STDERR):\s+(?P<binary>\S+) (?P<test>\S+)(?: [─-]+)?$"
)
_END = re.compile(r"^(?:failures:|test result: |error: test failed|\s*[─-]{4,}$|\s*Summary \[)")
_PANICKED = re.compile(
    r"^\s*thread '(?P<thread>[^']*)'(?: \(\d+\))? (?:has )?(?:panicked|overflowed)(?: at (?:'(?P<old>.*)', )?"
    r"(?P<path>[^\s:'][^:']*):(?P<line>\d+):\d+:?)?"
)
_NO_PANIC = re.compile(
    r"note: test did not panic as expected(?: at (?P<path>[^:]+):(?P<line>\d+):\d+)?"
)
_FUNCTION = re.compile(r"^\s*\d+:\s+(?:0x[0-9a-f]+ - )?(?P<name>\S.*)$")
_AT = re.compile(r"^\s+at (?P<path>\S[^:]*):(?P<line>\d+)(?::\d+)?$")
_DOC = re.compile(r"^(?P<path>\S+\.(?:rs|md)) - .*\(line (?P<line>\d+)\)$")
_STD = re.compile(r"^/rustc/|/\.cargo/registry/|/rustlib/src/")
_SAID = re.compile(r"^(?P<level>error)(?:\[(?P<code>[A-Z]\d+)\])?: (?P<text>.+)$")
_ARROW = re.compile(r"^\s*--> (?P<path>[^\s:][^:]*):(?P<line>\d+):\d+$")
_SUMMARY = re.compile(
    r"^(?:could not compile|aborting due to|\d+ errors? |test failed|build failed|process didn't exit)"
)
_DEPENDS = re.compile(
    r"^(?:failed to select a version|no matching package|failed to parse (?:manifest|lock)|package `.+` cannot be built"
    r"|the lock file .* needs to be updated|cannot find a package|failed to load manifest"
    r"|rustc [\d.]+ is not supported)"
)


def cargo_tests(lines: Sequence[Line]) -> list[Found]:
    """Each block of a failed test's output."""
    return [_failure(test, block) for test, block in _blocks(lines)]


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    test, block = "", list[Line]()
    for line in lines:
        head = _TEST.match(line.text)
        by_next = _NEXTEST.match(line.text)
        name = head["test"] if head else f"{by_next['binary']} {by_next['test']}" if by_next else ""
        if name != test and (name or _END.match(line.text)):
            if test and _tells(block):
                yield test, block
            test, block = name, []
        if test:
            block.append(line)
    if test and _tells(block):
        yield test, block


def _tells(block: Sequence[Line]) -> bool:
    """Nextest shows standard output first, and most tests print nothing that says why they failed."""
    return any(line.text.strip() for line in block[1:]) and (
        not _NEXTEST.match(block[0].text)
        or any(_PANICKED.match(line.text) or "Error: " in line.text for line in block)
    )


def _failure(test: str, block: Sequence[Line]) -> Found:
    nextest = _NEXTEST.match(block[0].text)
    doc = _DOC.match(test)
    kind, message, frames = _panic(block[1:])
    if doc:
        frames = (Frame(doc["path"], int(doc["line"])),)
    name = nextest["test"] if nextest else test
    return Found("test-failure", kind, message, block[0].number, block[-1].number, name, frames)


def _panic(lines: Sequence[Line]) -> tuple[str, str, tuple[Frame, ...]]:
    """What panicked, what it said, and the way there: of the first panic, the others follow from
    it.
    """
    for at, line in enumerate(lines):
        panicked = _PANICKED.match(line.text)
        if panicked:
            stack, end = _backtrace(lines, at + 1)
            said = panicked["old"] or _message(lines[at + 1 : end])
            here = (Frame(panicked["path"], int(panicked["line"])),) if panicked["path"] else ()
            inside = any(
                (each.file.removeprefix("./"), each.line) == (place.file, place.line)
                for each in stack
                for place in here
            )
            return "panic", cut(said), stack if inside else (*stack, *here)
        quiet = _NO_PANIC.match(line.text)
        if quiet:
            frames = (Frame(quiet["path"], int(quiet["line"])),) if quiet["path"] else ()
            return "", line.text.removeprefix("note: "), frames
    return "", cut("\n".join(line.text for line in lines).strip()) or "failed", ()


def _backtrace(lines: Sequence[Line], at: int) -> tuple[tuple[Frame, ...], int]:
    """The own places of the backtrace below, outermost first, and where the message above it ends."""
    start = next(
        (
            n
            for n in range(at, min(at + 60, len(lines)))
            if lines[n].text.strip() == "stack backtrace:"
        ),
        None,
    )
    if start is None:
        end = next(
            (n for n in range(at, len(lines)) if lines[n].text.startswith("note: ")), len(lines)
        )
        return (), end
    frames: list[Frame] = []
    name = ""
    for line in lines[start + 1 : start + 800]:
        function, place = _FUNCTION.match(line.text), _AT.match(line.text)
        if function:
            name = function["name"]
        elif place and not _STD.search(place["path"]):
            frames.append(Frame(place["path"], int(place["line"]), name))
        elif not place and line.text.strip() and not line.text.startswith(" "):
            break
    return shortened(frames[::-1]), start


def _message(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines).strip()


def rust_panic(lines: Sequence[Line]) -> list[Found]:
    """A program that panicked outside of any test."""
    at = next((n for n, line in enumerate(lines) if _PANICKED.match(line.text)), None)
    if at is None:
        return []
    kind, message, frames = _panic(lines[at : at + 900])
    return [
        Found(
            "crash",
            kind,
            message,
            lines[at].number,
            lines[min(at + 3, len(lines) - 1)].number,
            "",
            frames,
        )
    ]


def rustc(lines: Sequence[Line]) -> list[Found]:
    """What the compiler or clippy calls an error, at the first place that it points at."""
    found: list[Found] = []
    for at, line in enumerate(lines):
        said = _SAID.match(line.text)
        if not said or _SUMMARY.match(said["text"]):
            continue
        block = _until_blank(lines, at)
        arrow = next(filter(None, (_ARROW.match(each.text) for each in block[:8])), None)
        if arrow:
            lint = next(
                filter(None, (re.search(r"clippy::[\w-]+", each.text) for each in block)), None
            )
            category: Category = (
                "lint"
                if lint or any("rust-clippy" in each.text for each in block)
                else "compile-error"
            )
            code = lint[0] if lint else said["code"] or ""
            place = (Frame(arrow["path"], int(arrow["line"])),)
            told = Found(
                category, code, cut(said["text"]), line.number, block[-1].number, "", place
            )
            found.append(replace(told, tool="clippy" if category == "lint" else ""))
        elif _DEPENDS.match(said["text"]):
            message = "\n".join(each.text for each in block)
            found.append(Found("dependency", "", cut(message), line.number, block[-1].number))
    return found


def _until_blank(lines: Sequence[Line], at: int) -> Sequence[Line]:
    end = next(
        (n for n in range(at, min(at + 60, len(lines))) if not lines[n].text.strip()),
        min(at + 60, len(lines)),
    )
    return lines[at : max(end, at + 1)]
