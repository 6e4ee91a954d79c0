"""Here live Python's own ways to tell of an error: tracebacks, chains, exception groups, dying
interpreters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, error_type, shortened
from bot.values import Category, Frame

FILE = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:,? in (?P<name>.+))?$')
_HEAD = re.compile(
    r"^(?P<before>.*?)(?P<group>Exception Group )?Traceback \(most recent call last\):$"
)
_CHAIN = re.compile(
    r"(During handling of the above exception, another|The above exception was the direct cause)"
)
_GROUP = re.compile(r"^\s*[|+] ?(?!-)")
_LEAF = re.compile(r"^\s*\+[-+]*-{5,}")
_FATAL = re.compile(r"^(?:(?P<test>\S+::.+?) )?(?P<error>Fatal Python error: .+)$")
_SYNTAX = re.compile(r"^\s*(?:\w+\.)*(?:SyntaxError|IndentationError|TabError): .+")
_STACK = re.compile(r"^~+ Stack of (?P<thread>\S+) .*~+$")
# These say only that a child process failed; what it printed before says why.
_WRAPPERS = ("CalledProcessError", "SystemExit", "SubprocessError", "KeyboardInterrupt")
_WRAPPER = re.compile(
    r"\b(?:failed|exited)!?$|exit(?:ed with)? (?:code|status)|non-?zero|return(?:ed"
    r"|code)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Trace:
    """One traceback with those it is chained to: `at` and `end` are positions in the lines, `end`
    exclusive.
    """

    at: int
    end: int
    error: str
    message: str
    frames: tuple[Frame, ...]
    root_cause: str = ""
    group: bool = False


def tracebacks(lines: Sequence[Line]) -> list[Found]:
    """The last traceback of a script, which is what ended it; each leaf of a group."""
    traces = list(traces_of(lines))
    while len(traces) > 1 and is_wrapper(traces[-1].error, traces[-1].message):
        traces.pop()
    groups = [n for n, trace in enumerate(traces) if trace.group]
    chosen = [trace for trace in traces[groups[-1] :] if not trace.group] if groups else traces[-1:]
    return [_found(trace, lines) for trace in chosen or traces[-1:]]


def is_wrapper(error: str, message: str) -> bool:
    """Whether an error only says that something else failed, which said why before."""
    return error.endswith(_WRAPPERS) or bool(_WRAPPER.search(message.partition("\n")[0][:300]))


def _found(trace: Trace, lines: Sequence[Line]) -> Found:
    category: Category = (
        "compile-error"
        if trace.error in {"SyntaxError", "IndentationError", "TabError"}
        else "crash"
    )
    first, last = lines[trace.at].number, lines[trace.end - 1].number
    return Found(
        category, trace.error, trace.message, first, last, "", trace.frames, trace.root_cause
    )


def traces_of(lines: Sequence[Line]) -> Iterator[Trace]:
    """Every traceback in order; a chain is one, with the first error as its root cause."""
    before: Trace | None = None
    for trace in _single(lines):
        between = lines[before.end : trace.at] if before else []
        if before and any(_CHAIN.search(line.text) for line in between):
            before = replace(
                trace,
                at=before.at,
                root_cause=before.root_cause or f"{before.error}: {before.message}",
            )
            continue
        if before:
            yield before
        before = trace
    if before:
        yield before


def _single(lines: Sequence[Line]) -> Iterator[Trace]:
    end = 0
    for at, line in enumerate(lines):
        head = _HEAD.match(line.text) if at >= end and line.text.endswith("last):") else None
        if head:
            trace = _read(lines, at, head["before"], group=bool(head["group"]))
            end = trace.end
            yield trace


def _read(lines: Sequence[Line], at: int, before: str, *, group: bool) -> Trace:
    """One traceback: pairs of a place and its source, then the error and what it says until a blank
    line.
    """
    frames: list[Frame] = []
    end = at + 1
    while end < len(lines):
        text = _peeled(lines[end].text, before)
        place = FILE.match(text)
        if place:
            frames.append(Frame(place["path"], int(place["line"]), place["name"] or ""))
        elif text[:1].strip() and not _noise(lines, end, before):
            break
        end += 1
    said = _said(lines, end, before)
    error = error_type(said[0]) if said else ""
    message = "\n".join(said).removeprefix(f"{error}: ") if said else ""
    last = min(end + max(len(said), 1), len(lines))
    return Trace(at, last, error or message[:60], cut(message), shortened(frames), group=group)


def _noise(lines: Sequence[Line], at: int, before: str) -> bool:
    """Whether the line is another thread's print in the middle: then the places go on right behind
    it.
    """
    soon = lines[at + 1 : at + 7]
    return not error_type(_peeled(lines[at].text, before)) and any(
        FILE.match(_peeled(x.text, before)) for x in soon
    )


def _said(lines: Sequence[Line], at: int, before: str) -> list[str]:
    said: list[str] = []
    for line in lines[at : at + 30]:
        text = _peeled(line.text, before)
        if said and (not text.strip() or line.mark or _HEAD.match(text) or _LEAF.match(line.text)):
            break
        said.append(text)
    return said


def _peeled(text: str, before: str) -> str:
    """Without what a log or a group puts before each line of a traceback."""
    if before.strip(" +|"):
        return text.removeprefix(before)
    return _GROUP.sub("", text) if _GROUP.match(text) else text.removeprefix(before)


def bad_syntax(lines: Sequence[Line]) -> list[Found]:
    """A file that could not be compiled: a place, the code, a mark below it, and no traceback
    above.
    """
    found = []
    for at, line in enumerate(lines):
        place = FILE.match(line.text)
        said = (
            next((each for each in lines[at + 1 : at + 4] if _SYNTAX.match(each.text)), None)
            if place
            else None
        )
        if place and said:
            kind, _, message = said.text.strip().partition(": ")
            frames = (Frame(place["path"], int(place["line"])),)
            found.append(
                Found("compile-error", kind, message, line.number, said.number, "", frames)
            )
    return found[-1:]


def dying(lines: Sequence[Line]) -> list[Found]:
    """An interpreter that died by a signal: its stack has the most recent call first."""
    for at, line in enumerate(lines):
        fatal = _FATAL.match(line.text)
        if fatal:
            stack = _until_gap([each for each in lines[at + 1 : at + 200] if each.text][1:])
            last = stack[-1].number if stack else line.number
            frames = shortened(_places(stack)[::-1])
            return [
                Found("crash", "", fatal["error"], line.number, last, fatal["test"] or "", frames)
            ]
    return []


def timed_out(lines: Sequence[Line]) -> list[Found]:
    """pytest-timeout's thread method: stacks of all threads and no other word."""
    for at, line in enumerate(lines):
        stack = _STACK.match(line.text)
        if stack and stack["thread"] == "MainThread":
            end = next(
                (n for n in range(at + 1, len(lines)) if lines[n].text[:3] in {"+++", "~~~"}),
                len(lines),
            )
            frames = shortened(_places(lines[at:end]))
            return [
                Found(
                    "timeout", "Timeout", "Timeout", line.number, lines[end - 1].number, "", frames
                )
            ]
    return []


def _until_gap(lines: Sequence[Line]) -> list[Line]:
    count = next((n for n, line in enumerate(lines) if not FILE.match(line.text)), len(lines))
    return list(lines[:count])


def _places(lines: Sequence[Line]) -> list[Frame]:
    found = [FILE.match(line.text) for line in lines]
    return [
        Frame(place["path"], int(place["line"]), place["name"] or "") for place in found if place
    ]
