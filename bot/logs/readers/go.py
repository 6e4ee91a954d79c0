"""Here lives Go: tests as text or as JSON, panics, races, and what the compiler and vet say."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.values import Category, Frame

_RUN = re.compile(r"^\s*=== (?:RUN|CONT|NAME|PAUSE)\s+(?P<test>\S+)")
_RESULT = re.compile(
    r"^(?P<indent>\s*)--- (?P<word>FAIL|PASS|SKIP): (?P<test>\S+)(?: \([\d.]+s\))?"
)
_PACKAGE = re.compile(
    r"^(?:FAIL|ok|\?|---)\s+(?P<package>[\w.-]+(?:/[\w.~-]+)*)\s+(?:[\d.]+s|\[|\(cached)"
)
_PLACE = re.compile(r"^\s+(?P<path>[\w./-]+\.go):(?P<line>\d+): ?(?P<text>.*)$")
_TRACE = re.compile(r"^\s*Error Trace:\s+(?P<path>[\w./-]+\.go):(?P<line>\d+)$")
_FAILING_WORDS = re.compile(
    r"\b(?:got|want|expect\w*|unexpected|err(?:or)?|fail\w*|mismatch|should|must|invalid|cannot|diff)\b|!=|Error Trace",
    re.IGNORECASE,
)
_PANIC = re.compile(r"^\s*(?P<kind>panic|fatal error): (?P<text>.*)$")
_GOROUTINE = re.compile(r"^\s*goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[(?P<state>[^\]]+)\]:")
_CALL = re.compile(r"^\s*(?P<name>[^\s(]+(?:\(\*?[^\s()]+\)[^\s(]*){0,3})\([^\n]*\)$")
_FILE = re.compile(r"^\s+(?P<path>\S+\.go):(?P<line>\d+)(?: \+0x[0-9a-f]+)?$")
_OURS = re.compile(
    r"^(?!.*(?:/go/[\d.]+/x64/src/|/usr/local/go/src/|/go/src/(?:runtime|testing)/|/pkg/mod/|_testmain\.go))"
)
_BUILD = re.compile(
    r"^(?:vet: )?(?P<path>(?:\.{0,2}/)?[\w./@+-]+\.go):(?P<line>\d+)(?::\d+)?: (?P<text>.+)$"
)
_VET = re.compile(
    r"passes lock by value|copies lock|^fmt\.\w+ (?:format|call)|unreachable code|unkeyed fields|possible misuse"
    r"|struct field"
    r"|self-assignment|should have signature|arg list ends|result of .* call not used|\((?:[a-z][a-z0-9]+)\)$"
    r"|\(S[AT]?\d{4}\)"
    r"|call has (?:possible|arguments)|declaration of .* shadows|non-constant format|unusedresult|is not closed"
    r"|context leak"
)
_NO_FAULT = re.compile(r"exit status \d+$|.*\bwarning:")
_MODULE = re.compile(
    r"no required module provides|missing go\.sum entry|cannot find (?:module|package)|is not in (?:GOROOT|std)"
    r"|updates to go\.mod needed|unknown revision|inconsistent vendoring"
)


def go_build(lines: Sequence[Line]) -> list[Found]:
    """What the compiler, vet or a linter says at a line of Go, with the lines that go on below it."""
    found: list[Found] = []
    for at, line in enumerate(lines):
        said = _BUILD.match(line.text) if ".go:" in line.text else None
        if not said or _NO_FAULT.match(said["text"]):
            continue
        more = []
        for below in lines[at + 1 : at + 6]:
            if not below.text.startswith("\t"):
                break
            more.append(below.text.strip())
        message = "\n".join([said["text"], *more])
        place = (Frame(said["path"], int(said["line"])),)
        found.append(
            Found(
                _build_category(said["text"]), "", cut(message), line.number, line.number, "", place
            )
        )
    return found


def _build_category(text: str) -> Category:
    if _MODULE.search(text):
        return "dependency"
    return "lint" if _VET.search(text) else "compile-error"


@dataclass(slots=True)
class _Run:
    """The output of a package's tests so far: who printed what, and who failed."""

    printed: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, Line] = field(default_factory=dict)
    current: str = ""
    depth: int = 0


def go_tests(lines: Sequence[Line]) -> list[Found]:
    """Failed tests without failed subtests; a panic or a race tells of its test in its own way."""
    plain = (
        list(_from_json(lines))
        if any(line.text.startswith('{"Time"') for line in lines[:4000])
        else lines
    )
    found: list[Found] = []
    run = _Run()
    told = 0  # the last line of a panic that was read: it is printed once more, "recovered"
    for at, line in enumerate(plain):
        package = _PACKAGE.match(line.text)
        if line.number <= told:
            continue
        if package:
            found += _failures(run, package["package"])
            run = _Run()
        elif _PANIC.match(line.text) and _is_panic(plain, at):
            found += _panic(plain, at, run)
            told = found[-1].last
            run.current = ""
        else:
            _sort(run, line)
    return found + _failures(run, "")


def _sort(run: _Run, line: Line) -> None:
    begun, result = _RUN.match(line.text), _RESULT.match(line.text)
    if begun:
        run.current, run.depth = begun["test"], 0
    elif result:
        run.current, run.depth = result["test"], len(result["indent"]) + 1
        if result["word"] == "FAIL":
            run.failed[result["test"]] = line
    else:
        run.printed[run.current].append(line)


def _failures(run: _Run, package: str) -> list[Found]:
    leaves = [
        test for test in run.failed if not any(other.startswith(f"{test}/") for other in run.failed)
    ]
    return [_failure(test, run, package) for test in leaves]


def _failure(test: str, run: _Run, package: str) -> Found:
    lines = run.printed.get(test, []) or run.printed.get(test.partition("/")[0], [])
    race = _race(lines) or _race(run.printed.get("", []))
    told = [(line, place) for line in lines if (place := _PLACE.match(line.text))]
    telling = [each for each in told if _FAILING_WORDS.search(each[1]["text"])]
    first = run.failed[test].number
    if race:
        return replace(
            race,
            test=test,
            message="race detected during execution of test",
            first=min(first, race.first),
        )
    traced = [place for line in lines if (place := _TRACE.search(line.text))]
    if not told and traced:
        said = "\n".join(
            line.text.strip() for line in lines if not line.text.startswith(("=", "-"))
        ).partition("Error:")[2]
        frames = (Frame(_inside(package, traced[0]["path"]), int(traced[0]["line"])),)
        return Found(
            "test-failure", "", cut(said.strip()), first, max(lines[-1].number, first), test, frames
        )
    if not told:
        said = "\n".join(line.text.strip() for line in lines[-20:]) or "failed"
        return Found("test-failure", "", cut(said), first, first, test)
    line, place = (telling or told[-1:])[0]
    message = _message(lines, line, place["text"])
    frames = (Frame(_inside(package, place["path"]), int(place["line"])),)
    last = max(lines[-1].number, first)
    return Found("test-failure", "", cut(message), min(line.number, first), last, test, frames)


def _inside(package: str, path: str) -> str:
    """Go prints only a file's name; the package says where it is."""
    return path if "/" in path or not package else f"{package}/{path}"


def _message(lines: Sequence[Line], at: Line, text: str) -> str:
    said = [text]
    below = [line.text for line in lines if line.number > at.number]
    for more in below[:40]:
        if _PLACE.match(more) or _RESULT.match(more) or not more[:1].isspace():
            break
        said.append(more.strip())
    return "\n".join(said).strip()


def _is_panic(lines: Sequence[Line], at: int) -> bool:
    return any(_GOROUTINE.match(line.text) for line in lines[at + 1 : at + 12])


def _panic(lines: Sequence[Line], at: int, run: _Run) -> list[Found]:
    said = _PANIC.match(lines[at].text)
    stacks, end = _stacks(lines, at)
    frames = next((stack for stack in stacks if stack), ())
    text = said["text"] if said else ""
    timeout = text.startswith("test timed out")
    named = [
        frame.function
        for frame in frames
        if frame.function.startswith(("Test", "Fuzz", "Example", "Benchmark"))
    ]
    deepest = max(run.failed, key=len, default="")
    test = deepest or (named[0].partition(".")[0] if named else run.current)
    for parent in [each for each in run.failed if test == each or test.startswith(f"{each}/")]:
        del run.failed[parent]
    category: Category = "timeout" if timeout else "crash"
    message = text.removesuffix(" [recovered]")
    return [
        Found(
            category,
            said["kind"] if said else "",
            cut(message),
            lines[at].number,
            end,
            test,
            shortened(frames),
        )
    ]


def _stacks(lines: Sequence[Line], at: int) -> tuple[list[tuple[Frame, ...]], int]:
    """The stacks of all goroutines below a panic, only our own places, and the last line's number."""
    stacks: list[list[Frame]] = []
    name, end = "", lines[at].number
    for line in lines[at + 1 : at + 3000]:
        if line.text.startswith(("FAIL", "exit status", "ok  ")):
            break
        file, call = _FILE.match(line.text), _CALL.match(line.text)
        if _GOROUTINE.match(line.text):
            stacks.append([])
        elif file and stacks:
            if name and _OURS.match(file["path"]):
                stacks[-1].append(Frame(file["path"], int(file["line"]), _short(name)))
            end = line.number
        name = call["name"] if call and not line.text.startswith("created by") else ""
    return [tuple(stack[::-1]) for stack in stacks], end


def _short(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[2] or name


def _race(lines: Sequence[Line]) -> Found | None:
    at = next((n for n, line in enumerate(lines) if "WARNING: DATA RACE" in line.text), None)
    if at is None:
        return None
    frames: list[Frame] = []
    name = ""
    for line in lines[at + 2 :]:
        file, call = _FILE.match(line.text), _CALL.match(line.text)
        if not line.text.strip():
            break
        if file and _OURS.match(file["path"]):
            frames.append(Frame(file["path"], int(file["line"]), _short(name)))
        name = call["name"] if call else name
    return Found(
        "test-failure", "DATA RACE", "", lines[at].number, lines[-1].number, "", tuple(frames[::-1])
    )


def go_panic(lines: Sequence[Line]) -> list[Found]:
    """A program that panicked outside of any test."""
    for at, line in enumerate(lines):
        if _PANIC.match(line.text) and _is_panic(lines, at):
            return _panic(lines, at, _Run())
    return []


def _from_json(lines: Sequence[Line]) -> Iterator[Line]:
    """`go test -json` as the text it stands for: each test's lines together, as if nothing ran
    beside it.
    """
    by_test: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        event = _event(line.text)
        if event is None:
            yield line
        elif event.get("Action") in {"output", "build-output"} and isinstance(
            event.get("Output"), str
        ):
            key = (str(event.get("Package", "")), str(event.get("Test", "")))
            text = str(event["Output"]).rstrip("\n")
            if key[1] and not _RUN.match(text):
                by_test[key].append(Line(line.number, text))
            elif not key[1]:
                if _PACKAGE.match(text):
                    yield from _of_package(by_test, key[0])
                yield Line(line.number, text)


def _of_package(by_test: dict[tuple[str, str], list[Line]], package: str) -> Iterator[Line]:
    for key in [key for key in by_test if key[0] == package]:
        told = by_test.pop(key)
        yield Line(told[0].number, f"=== RUN   {key[1]}")
        yield from told


def _event(text: str) -> dict[str, object] | None:
    if not text.startswith('{"'):
        return None
    try:
        event = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "Action" in event else None
