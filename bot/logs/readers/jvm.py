"""Here lives the Java virtual machine: its stacks, and the reports of JUnit, Surefire, Gradle, Ant
and TestNG.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.values import Frame

AT = re.compile(
    r"^\s*(?:\[ERROR\]\s+)?at (?:(?:[\w.@-]*/){0,2}(?P<owner>[\w.$]+?)\.(?P<method>[\w$<>-]+(?: [^(]*)?)\()?"
    r"(?P<file>[\w$-]+\.(?:java|kt|kts|scala|groovy|clj)):(?P<line>\d+)\)?(?: ~?\[[^\]]*\])?$"
)
_ANY_AT = re.compile(
    r"^\s*(?:\[ERROR\]\s+)?(?:at [\w.$/@<>-]+\(|\.\.\. \d+ (?:more|trimmed|common))"
)
_TYPE = re.compile(
    r"^(?P<type>(?:[a-z_][\w]*\.)+[A-Z][\w$]*|[A-Z]\w*(?:Error|Exception|Failure|Throwable))(?::\s?(?P<text>.*))?$"
)
_CAUSE = re.compile(r"^\s*(?:Caused by|Suppressed|Wrapped by): ")
_UNCAUGHT = re.compile(r'^Exception in thread "[^"]*" (?P<rest>.+)$')
_CONSOLE = re.compile(r"^\d+\) (?P<test>[^\s(]+)\((?P<owner>[\w.$]+)\)$")
_SUREFIRE = re.compile(
    r"^(?:\[(?:ERROR|INFO)\] +)?(?P<test>\S.*?) +(?:-- )?Time elapsed: [\d.,]+ s(?:ec)? *<<< (?:FAILURE|ERROR)!"
)
_SUREFIRE_NAME = re.compile(
    r"^(?P<method>[^\s(]+(?:\[.*\])?(?:\{.*\})?(?:\(.*?\)(?:\[\d+\])?)?)\((?P<owner>[\w.$]+)\)$"
)
_SUMMARY = re.compile(
    r"^(?:\[ERROR\] +|  )(?:Run \d+: )?(?P<owner>[A-Z][\w$]*)(?:\.|>)(?P<method>[\w$]+)(?:\[[^\]]*\])?"
    r"(?:[:>-][\w$.>:-]*?)?:(?P<line>\d+) ?(?P<text>.*)$"
)
_GRADLE = re.compile(r"^(?P<test>\S[^\n]*) FAILED$")
_GRADLE_SHORT = re.compile(r"^(?P<type>[\w.$]+) at (?P<file>[\w$-]+\.\w+):(?P<line>\d+)")
_ANT = re.compile(
    r"^Testcase: (?P<test>\S+?)(?:\((?P<owner>[\w.$]+)\))?(?: took [\d.,]+ sec)?:?\s*(?P<how>FAILED|Caused an ERROR)?$"
)
_TESTNG = re.compile(r"^FAILED: (?P<test>[\w.$]+)(?:\(.*\))?$")


def stack(lines: Sequence[Line], at: int) -> tuple[str, str, tuple[Frame, ...], str, int]:
    """One throwable from the line that names it: type, message, frames outermost first, root cause,
    end.
    """
    said: list[str] = []
    frames: list[Frame] = []
    root = ""
    end = at
    for end in range(at, min(at + 600, len(lines))):
        text = lines[end].text.removeprefix("[ERROR] ")
        place = AT.match(text)
        if place and not root:
            frames.append(_frame(place))
        elif _CAUSE.match(text):
            root = _CAUSE.sub("", text).strip()
        elif not place and not _ANY_AT.match(text):
            if frames or root or len(said) > 40 or _ends(text, said):
                break
            said.append(text.strip() if said else _named(text))
    else:
        end += 1
    kind = _TYPE.match(said[0]) if said else None
    message = "\n".join([(kind["text"] or "") if kind else said[0], *said[1:]]) if said else ""
    return (
        (kind["type"] if kind else ""),
        cut(message.strip("\n")),
        shortened(frames[::-1]),
        root,
        end,
    )


def _named(text: str) -> str:
    uncaught = _UNCAUGHT.match(text)
    return (uncaught["rest"] if uncaught else text).strip()


def _ends(text: str, said: list[str]) -> bool:
    """Whether a message is over: a blank line below it, or the next report's first line."""
    starts = (
        _SUREFIRE.match(text)
        or _GRADLE.match(text)
        or _CONSOLE.match(text)
        or text.startswith(("Tests run:", "[INFO]"))
    )
    return bool(starts) or (bool(said) and not text.strip())


def _frame(place: re.Match[str]) -> Frame:
    owner = (place["owner"] or "").partition("$")[0]
    package = owner.rpartition(".")[0].replace(".", "/")
    file = f"{package}/{place['file']}" if package else place["file"]
    short = owner.rpartition(".")[2]
    return Frame(file, int(place["line"]), f"{short}.{place['method']}" if place["method"] else "")


def _titled(lines: Sequence[Line], title: Callable[[str], str], gap: int = 1) -> list[Found]:
    """Each throwable below a line that `title` reads a test's name from."""
    found: list[Found] = []
    for at, line in enumerate(lines):
        test = title(line.text)
        if not test:
            continue
        start = next(
            (n for n in range(at + 1, min(at + 1 + gap, len(lines))) if lines[n].text.strip()), at
        )
        kind, message, frames, root, end = (
            stack(lines, start) if start > at else ("", "", (), "", at + 1)
        )
        if kind or message or frames:
            last = lines[max(end - 1, at)].number
            found.append(
                Found("test-failure", kind, message or kind, line.number, last, test, frames, root)
            )
    return found


def junit_console(lines: Sequence[Line]) -> list[Found]:
    """`1) test(Class)`, then its throwable."""
    return _titled(
        lines,
        lambda text: f"{named['owner']}.{named['test']}" if (named := _CONSOLE.match(text)) else "",
    )


def surefire(lines: Sequence[Line]) -> list[Found]:
    """Maven's tests: each `<<< FAILURE!` with its throwable; the summary only where there is
    nothing else.
    """
    return _titled(lines, _surefire_name) or _summary(lines)


def _surefire_name(text: str) -> str:
    head = _SUREFIRE.match(text) if "<<<" in text else None
    if not head or head["test"].startswith("Tests run:"):
        return ""
    old = _SUREFIRE_NAME.match(head["test"])
    return f"{old['owner']}.{old['method']}" if old else head["test"]


def _summary(lines: Sequence[Line]) -> list[Found]:
    found = []
    for line in lines:
        said = _SUMMARY.match(line.text)
        if said:
            frames = (Frame(f"{said['owner']}.java", int(said["line"])),)
            kind = _TYPE.match(said["text"].strip().lstrip("» "))
            message = said["text"].strip() or "failed"
            test = f"{said['owner']}.{said['method']}"
            found.append(
                Found(
                    "test-failure",
                    kind["type"] if kind else "",
                    message,
                    line.number,
                    line.number,
                    test,
                    frames,
                )
            )
    return found


def gradle_tests(lines: Sequence[Line]) -> list[Found]:
    """`Class > test FAILED`, then an indented throwable."""
    found = _titled(
        lines,
        lambda text: named["test"] if " > " in text and (named := _GRADLE.match(text)) else "",
        gap=3,
    )
    return [_short(one) for one in found]


def _short(one: Found) -> Found:
    """By default Gradle says no more than the type and the place of a failure, on one line."""
    said = _GRADLE_SHORT.match(one.message) if not one.frames else None
    if not said:
        return one
    owner = re.split(r" > ", one.test)[0].rpartition(".")[0].replace(".", "/")
    file = f"{owner}/{said['file']}" if owner else said["file"]
    return replace(
        one, error=said["type"], message=said["type"], frames=(Frame(file, int(said["line"])),)
    )


def ant_junit(lines: Sequence[Line]) -> list[Found]:
    """`Testcase: test(Class): FAILED`, then its throwable."""

    def title(text: str) -> str:
        named = _ANT.match(text) if text.startswith("Testcase: ") else None
        if not named or not named["how"]:
            return ""
        return f"{named['owner']}.{named['test']}" if named["owner"] else named["test"]

    return _titled(lines, title)


def testng(lines: Sequence[Line]) -> list[Found]:
    """`FAILED: test`, then its throwable."""
    return _titled(lines, lambda text: named["test"] if (named := _TESTNG.match(text)) else "")


def uncaught(lines: Sequence[Line]) -> list[Found]:
    """The last throwable that ended a program."""
    tops = [n for n, line in enumerate(lines) if _UNCAUGHT.match(line.text)]
    tops = tops or [
        n - 1
        for n in range(1, len(lines))
        if AT.match(lines[n].text) and _TYPE.match(lines[n - 1].text.strip())
    ]
    for at in reversed(tops):
        kind, message, frames, root, end = stack(lines, at)
        if kind and frames:
            return [
                Found(
                    "crash",
                    kind,
                    message,
                    lines[at].number,
                    lines[end - 1].number,
                    "",
                    frames,
                    root,
                )
            ]
    return []
