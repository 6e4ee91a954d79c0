"""Here lives Ruby: RSpec, Minitest, test-unit, and the traces of its interpreter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, error_type, shortened
from bot.logs.sections import numbered
from bot.values import Category, Frame

AT = re.compile(
    r"^\s*(?:# |from |\d+: from )?(?P<path>[^\s:#][^:#]*|<internal:[^>]+>):(?P<line>\d+):in [`'](?P<name>.*?)'"
    r"(?::? .*)?$"
)
_PLACE = re.compile(r"^\s*# (?P<path>[^\s:]\S*?):(?P<line>\d+)(?::in [`'](?P<name>.*)')?$")
_NUMBER = re.compile(r"^\s{0,4}(?P<number>\d+)\) (?P<title>\S.*)$")
_LOADING = re.compile(
    r"^An error occurred (?:while loading (?P<path>[^\s]+?)\.?(?: - Did you mean.*)?|in .*)$"
)
_MINI = re.compile(r"^\s*(?:\d+\) )?(?P<word>Error|Failure):\s*$")
_MINI_NAME = re.compile(r"^(?P<test>[A-Z][\w:]*#\S.*?)(?: \[(?P<path>[^\]]+?):(?P<line>\d+)\])?:$")
_UNIT = re.compile(r"^(?P<word>Error|Failure): (?P<test>test\S.*?)(?:: (?P<kind>[\w:]+).*)?$")
_UNCAUGHT = re.compile(
    r"^(?P<path>[^\s:][^:]*|<internal:[^>]+>):(?P<line>\d+):in [`'](?P<name>.*?)': (?P<text>.*?)(?: \("
    r"(?P<kind>[A-Z][\w:]*)\))?$"
)
_ABORTED = re.compile(r"^(?:rake|rails|bin/rails|cap) aborted!$")
_SYNTAX = re.compile(
    r"^(?P<path>[^\s:][^:]*\.\w+):(?P<line>\d+): (?P<text>(?:syntax errors? found|syntax error, ).*?)"
    r"(?: \(SyntaxError\))?$"
)


def rspec_report(lines: Sequence[Line]) -> list[Found]:
    """Each numbered failure below `Failures:`, and files that could not be loaded."""
    found = [_loading(lines, at) for at, line in enumerate(lines) if _LOADING.match(line.text)]
    start = next((n for n, line in enumerate(lines) if line.text.strip() == "Failures:"), None)
    if start is not None:
        end = next(
            (n for n in range(start, len(lines)) if lines[n].text.startswith("Finished in ")),
            len(lines),
        )
        found += [_example(block) for block in numbered(lines[start:end], _NUMBER)]
    return found


def _example(block: Sequence[Line]) -> Found:
    title = _NUMBER.match(block[0].text)
    texts = [line.text for line in block[1:]]
    places = [place for text in texts if (place := _PLACE.match(text))]
    said = [text.strip() for text in texts if not _PLACE.match(text)]
    body = _below_source(said)
    kind = error_type(body[0].rstrip(":")) if body else ""
    message = "\n".join(body[1:] if kind and body[0].rstrip(":") == kind else body)
    frames = [Frame(place["path"], int(place["line"]), place["name"] or "") for place in places]
    last = max((line.number for line in block if line.text.strip()), default=block[0].number)
    test = title["title"] if title else ""
    return Found(
        "test-failure", kind, cut(message.strip("\n")), block[0].number, last, test, _once(frames)
    )


def _below_source(said: Sequence[str]) -> list[str]:
    """What is said below `Failure/Error:` and the code it quotes, up to a blank line."""
    at = next((n for n, text in enumerate(said) if text.startswith("Failure/Error:")), None)
    if at is None:
        return [text for text in said if text]
    blank = next((n for n in range(at, len(said)) if not said[n]), at)
    rest = list(said[blank + 1 :])
    return rest or [said[at].removeprefix("Failure/Error:").strip()]


def _once(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Outermost first; blocks and iterators print one line several times in a row."""
    kept: list[Frame] = []
    for frame in reversed(frames):
        if not kept or (kept[-1].file, kept[-1].line) != (frame.file, frame.line):
            kept.append(frame)
    return shortened(kept)


def _loading(lines: Sequence[Line], at: int) -> Found:
    named = _LOADING.match(lines[at].text)
    block = lines[at + 1 : at + 60]
    end = next(
        (
            n
            for n, line in enumerate(block)
            if n > 2 and not line.text.strip() and _PLACE.match(block[n - 1].text)
        ),
        30,
    )
    block = block[:end]
    places = [place for line in block if (place := _PLACE.match(line.text))]
    body = _below_source([line.text.strip() for line in block if not _PLACE.match(line.text)])
    kind = error_type(body[0].rstrip(":")) if body else ""
    frames = [Frame(place["path"], int(place["line"]), place["name"] or "") for place in places]
    test = (named["path"] or "").removeprefix("./") if named else ""
    last = block[-1].number if block else lines[at].number
    return Found(
        "test-failure",
        kind,
        cut("\n".join(body[1:] or body)),
        lines[at].number,
        last,
        test,
        _once(frames),
    )


def minitest_report(lines: Sequence[Line]) -> list[Found]:
    """`Failure:` or `Error:`, a line with the test's name, what it says, its trace."""
    found = []
    for at, line in enumerate(lines[:-1]):
        name = _MINI_NAME.match(lines[at + 1].text) if _MINI.match(line.text) else None
        if name:
            found.append(_mini(lines, at, name))
    return found


def _mini(lines: Sequence[Line], at: int, name: re.Match[str]) -> Found:
    said: list[str] = []
    frames: list[Frame] = []
    end = at + 1
    for end in range(at + 2, min(at + 200, len(lines))):
        text = lines[end].text
        place = AT.match(text)
        if place:
            frames.append(Frame(place["path"], int(place["line"]), place["name"]))
        elif (
            _MINI.match(text)
            or re.match(
                r"^(?:\d+ (?:runs|tests)|(?:bin/)?rails test|rake test"
                r"|Finished in)",
                text,
            )
            or (frames and not text.strip())
            or (not text.strip() and name["path"] and said and not said[-1].strip())
        ):
            break
        else:
            said.append(text)
    kind = error_type(said[0].partition(":")[0].strip()) if said else ""
    message = "\n".join(said).strip("\n").removeprefix(f"{kind}: ")
    place_of = [Frame(name["path"], int(name["line"]))] if name["path"] else []
    frames = frames or place_of
    return Found(
        "test-failure",
        kind,
        cut(message),
        lines[at].number,
        lines[end - 1].number,
        name["test"],
        _once(frames),
    )


def unit_report(lines: Sequence[Line]) -> list[Found]:
    """test-unit: `Failure: test_x(TestX)` between rules of `=`."""
    found = []
    for at, line in enumerate(lines):
        head = _UNIT.match(line.text)
        if not head:
            continue
        end = next(
            (
                n
                for n in range(at + 1, min(at + 100, len(lines)))
                if lines[n].text.startswith("=====")
            ),
            at + 1,
        )
        texts = [each.text for each in lines[at + 1 : end]]
        places = [place for text in texts if (place := AT.match(text))]
        frames = [Frame(place["path"], int(place["line"]), place["name"]) for place in places]
        said = "\n".join(text for text in texts if not AT.match(text)).strip()
        found.append(
            Found(
                "test-failure",
                head["kind"] or "",
                cut(said),
                line.number,
                lines[end - 1].number,
                head["test"],
                _once(frames),
            )
        )
    return found


def rake_abort(lines: Sequence[Line]) -> list[Found]:
    """`rake aborted!`, then the exception and its trace, innermost first."""
    for at, line in enumerate(lines):
        if not _ABORTED.match(line.text):
            continue
        texts = [each.text for each in lines[at + 1 : at + 120]]
        end = next(
            (n for n, text in enumerate(texts) if text.startswith(("Tasks: ", "(See full"))),
            len(texts),
        )
        places = [place for text in texts[:end] if (place := AT.match(text))]
        said = "\n".join(text for text in texts[:end] if not AT.match(text)).strip()
        kind = error_type(said.partition(":")[0])
        frames = _once(
            [Frame(place["path"], int(place["line"]), place["name"]) for place in places]
        )
        if frames and "Command failed with status" not in said:
            message = cut(said.removeprefix(f"{kind}: "))
            return [Found("crash", kind, message, line.number, lines[at + end].number, "", frames)]
    return []


def ruby_trace(lines: Sequence[Line]) -> list[Found]:
    """The exception that ended a script: its first line names the innermost place."""
    for at in range(len(lines) - 1, -1, -1):
        syntax = _SYNTAX.match(lines[at].text)
        said = None if syntax else _UNCAUGHT.match(lines[at].text)
        if syntax:
            frames: tuple[Frame, ...] = (Frame(syntax["path"], int(syntax["line"])),)
            return [
                Found(
                    "compile-error",
                    "SyntaxError",
                    syntax["text"],
                    lines[at].number,
                    lines[at].number,
                    "",
                    frames,
                )
            ]
        if said and (said["kind"] or _traced(lines, at)):
            return [_uncaught(lines, at, said)]
    return []


def _traced(lines: Sequence[Line], at: int) -> bool:
    return any(line.text.startswith("\tfrom ") for line in lines[at + 1 : at + 12])


def _uncaught(lines: Sequence[Line], at: int, said: re.Match[str]) -> Found:
    frames = [Frame(said["path"], int(said["line"]), said["name"])]
    end = at
    for n in range(at + 1, min(at + 300, len(lines))):
        place = AT.match(lines[n].text) if lines[n].text.lstrip().startswith("from ") else None
        if place:
            frames.append(Frame(place["path"], int(place["line"]), place["name"]))
            end = n
    kind = said["kind"] or ""
    category: Category = "compile-error" if kind == "SyntaxError" else "crash"
    return Found(
        category, kind, cut(said["text"]), lines[at].number, lines[end].number, "", _once(frames)
    )
