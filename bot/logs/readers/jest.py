"""Here live the reports of jest and vitest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.readers.v8 import first_stack, frame, kind_and_message, message_of
from bot.logs.sections import sections
from bot.values import Frame

_BULLET = re.compile(r"^\s{0,4}● (?P<title>\S.*)$")
_SUITE = re.compile(r"^\s*(?P<word>FAIL|PASS|RUNS)\s+(?P<rest>\S.*)$")
_PATH = re.compile(r"\S{1,400}\.(?:[cm]?[jt]sx?|vue|svelte|snap)")
_END = re.compile(
    r"^(?:Test Suites:|Tests:|Snapshots:|Snapshot Summary|Summary of all failing tests| › \d+ )"
)
_NO_FAILURE = re.compile(
    r"^(?:Console|Deprecation Warning|Validation Warning|.*Cannot log after tests are done)"
)
_BAD_SYNTAX = re.compile(
    r"(?<![\w@./\\+-])(?P<path>(?:\w:)?[\w@./\\+-]{1,300}\.[cm]?[jt]sx?)(?:: [^\n]{0,300}?\((?P<line>\d+):\d+\)"
    r"|:(?P<line2>\d+):\d+ - error|:(?P<line3>\d+):\d+\]|:(?P<line4>\d+)\n)"
)
_VITEST = re.compile(r"^\s*FAIL\s+(?:\|?[\w@/-]+\|?\s+)?(?P<title>\S+\.\S+(?: > .+| \[ .+ \])?)$")
_BUN = re.compile(r"^(?P<word>✓|✗|\((?:pass|fail|skip|todo)\)) (?P<test>\S.*?)(?: \[[\d.]+m?s\])?$")
_BUN_ERROR = re.compile(r"^(?:error|\w*Error): ")
_DENO = re.compile(r"^(?P<test>\S.*?) => (?P<path>\S+?):(?P<line>\d+):\d+$")
_VITEST_RULE = re.compile(r"^\s*⎯{5,}")
_UNHANDLED = re.compile(
    r"^\s*⎯{2,} (?:Unhandled (?:Errors?|Rejection)|Uncaught Exception|Startup Error) ⎯{2,}"
)


def jest_report(lines: Sequence[Line]) -> list[Found]:
    """Each `●` block, once: a summary at the end repeats them."""
    return [_jest_failure(title, suite, block) for title, suite, block in _bullets(lines)]


def _bullets(lines: Sequence[Line]) -> Iterator[tuple[str, str, list[Line]]]:
    suite, title, block = "", "", list[Line]()
    for line in lines:
        bullet, file = _BULLET.match(line.text), _SUITE.match(line.text)
        if bullet or file or _END.match(line.text):
            if title:
                yield title, suite, block
            title, block = "", []
        if file:
            paths = [word for word in file["rest"].split() if _PATH.fullmatch(word)]
            suite = paths[-1] if paths else suite
        if bullet and not _NO_FAILURE.match(bullet["title"]):
            title = bullet["title"].strip()
        if title:
            block.append(line)
    if title:
        yield title, suite, block


def _jest_failure(title: str, suite: str, block: Sequence[Line]) -> Found:
    texts = [line.text for line in block[1:]]
    whole = title == "Test suite failed to run"
    said = message_of(texts)
    kind, message = kind_and_message(said)
    frames = first_stack(texts)
    if whole:
        kind, message, frames = _suite_failure(said, frames or _code_frame(texts, suite))
    test = suite if whole else title
    frames = frames or ((Frame(suite, None),) if suite else ())
    return Found(
        "test-failure", kind, message or title, block[0].number, _last(block), test, frames
    )


def _suite_failure(said: str, frames: tuple[Frame, ...]) -> tuple[str, str, tuple[Frame, ...]]:
    """A file that could not be loaded: what says so stands below pages of advice, and names the
    place itself.
    """
    details = said.partition("Details:\n")[2].strip() or said
    kind, message = kind_and_message(details)
    bad = _BAD_SYNTAX.search(details)
    if bad:
        number = next(filter(None, (bad["line"], bad["line2"], bad["line3"], bad["line4"])))
        frames = (Frame(bad["path"], int(number)),)
    return kind, message, frames


def _code_frame(texts: Sequence[str], suite: str) -> tuple[Frame, ...]:
    """The line that the excerpt of code points at."""
    arrow = next(filter(None, (re.match(r"^\s*> +(\d+) \|", text) for text in texts)), None)
    return (Frame(suite, int(arrow[1])),) if arrow and suite else ()


def _last(block: Sequence[Line]) -> int:
    return next((line.number for line in reversed(block) if line.text.strip()), block[0].number)


def vitest_report(lines: Sequence[Line]) -> list[Found]:
    """Each block below `FAIL`, where several tests may share one error, and errors that no test
    caught.
    """
    found: list[Found] = []
    titles: list[str] = []
    block: list[Line] = []
    for line in lines:
        title = _VITEST.match(line.text)
        ends = bool(_VITEST_RULE.match(line.text)) or (title and len(block) > len(titles))
        if ends and titles:
            found += _vitest_failures(titles, block)
            titles, block = [], []
        if _UNHANDLED.match(line.text):
            titles, block = [""], [line]
        elif title:
            titles.append(title["title"])
            block.append(line)
        elif titles:
            block.append(line)
    return found + (_vitest_failures(titles, block) if titles else [])


def _vitest_failures(titles: Sequence[str], block: Sequence[Line]) -> list[Found]:
    texts = [line.text for line in block[len(titles) :]]
    until = next(
        (n for n, text in enumerate(texts) if text.startswith(("Caused by:", "Serialized Error:"))),
        len(texts),
    )
    kind, message = kind_and_message(message_of(texts[:until]))
    frames = tuple(_stack(texts[:until]))
    first, last = block[0].number, _last(block)
    found = []
    for title in titles:
        path, _, rest = title.partition(" [ ")
        place = frames or ((Frame(path.split(" > ", 1)[0], None),) if path else ())
        found.append(
            Found("test-failure", kind, cut(message), first, last, path if rest else title, place)
        )
    return [one for one in found if one.message or one.frames]


def _stack(texts: Sequence[str]) -> list[Frame]:
    return [
        place for text in texts if (place := frame(text)) and "node_modules/" not in place.file
    ][::-1]


def bun_report(lines: Sequence[Line]) -> list[Found]:
    """`(fail) a test [1 ms]`, with what it says above it."""
    found: list[Found] = []
    begin = 0
    for at, line in enumerate(lines):
        result = _BUN.match(line.text)
        if not result:
            continue
        if result["word"] in {"✗", "(fail)"}:
            texts = [each.text for each in lines[max(begin, at - 80) : at]]
            start = next((n for n, text in enumerate(texts) if _BUN_ERROR.match(text)), len(texts))
            kind, message = kind_and_message(message_of(texts[start:]).removeprefix("error: "))
            first = lines[max(at - len(texts) + start, 0)].number
            frames = first_stack(texts)
            found.append(
                Found(
                    "test-failure",
                    kind,
                    message or "failed",
                    first,
                    line.number,
                    result["test"],
                    frames,
                )
            )
        begin = at + 1
    return found


def deno_report(lines: Sequence[Line]) -> list[Found]:
    """Below `ERRORS`: `a test => ./file.ts:3:6`, then `error: ` and a stack."""
    start = next((n for n, line in enumerate(lines) if line.text.strip() == "ERRORS"), len(lines))
    end = next((n for n, line in enumerate(lines) if line.text.strip() == "FAILURES"), len(lines))
    found = []
    for head, block in sections(lines[start:end], _DENO, 120):
        texts = [line.text for line in block[1:]]
        kind, message = kind_and_message(message_of(texts).removeprefix("error: "))
        frames = first_stack(texts) or (Frame(head["path"], int(head["line"])),)
        found.append(
            Found(
                "test-failure",
                kind,
                message,
                block[0].number,
                block[-1].number,
                head["test"],
                frames,
            )
        )
    return found
