"""Here lives native code: GoogleTest, CTest, Catch2, sanitizers, failed assertions, the chains of
C++ templates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, shortened
from bot.values import Frame

_RUN = re.compile(r"^(?:\d+: )?\[ RUN      \] (?P<test>\S+)")
_DONE = re.compile(r"^(?:\d+: )?\[  (?:FAILED | SKIPPED|     OK|  PASSED) ?\] ")
_LISTED = re.compile(
    r"^(?:\d+: )?\[  FAILED  \] (?P<test>[^\s,]+\.[^\s,]+)(?:, where .+?)?(?: \(\d+ ms\))?$"
)
_FAILURE = re.compile(
    r"^(?:\d+: )?(?P<path>\S.*?)(?::(?P<line>\d+)|\((?P<line2>\d+)\)): (?:Failure|error:)(?P<rest>.*)$"
)
_CTEST = re.compile(
    r"^\s*\d+/\d+ Test +#\d+: (?P<test>\S.*?) \.*\s*(?:[\w ]*\*\*\*)(?P<how>\S.*?)\s+[\d.]+ sec"
)
_CTEST_LIST = re.compile(r"^\s+\d+ - (?P<test>\S+) \((?P<how>[^)]+)\)")
_ASSERT = re.compile(
    r"(?<![\w./@+-])(?P<path>[\w./@+-]{1,300}\.(?:c|cc|cpp|cxx|h|hh|hpp)):(?P<line>\d+): (?P<name>.{0,500}?): "
    r"(?P<text>Assertion [`'].*failed\.?)"
)
_SANITIZER = re.compile(
    r"^==\d+==\s*(?:ERROR|WARNING): (?P<tool>\w+Sanitizer): (?P<text>.*)$|^WARNING: (?P<tool2>ThreadSanitizer): "
    r"(?P<text2>.*)$"
)
_UB = re.compile(r"^(?P<path>[^\s:][^:]*):(?P<line>\d+):\d+: runtime error: (?P<text>.+)$")
_STACK = re.compile(
    r"^\s+#\d+ (?:0x[0-9a-f]+ )?(?:in )?(?P<name>.*?) ?(?P<path>[^\s():]+\.\w+):(?P<line>\d+)(?::\d+)?(?: \(.*\))?$"
)
_ANY_STACK = re.compile(r"^\s+#\d+ ")
_CATCH_PLACE = re.compile(r"^(?P<path>\S+\.\w+)(?::(?P<line>\d+)|\((?P<line2>\d+)\)): FAILED:$")


def gtest_report(lines: Sequence[Line]) -> list[Found]:
    """Failed tests with their first failure; one that crashed is known from having no end."""
    found: dict[str, Found] = {}
    test, block = "", list[Line]()
    for line in lines:
        run, listed = _RUN.match(line.text), _LISTED.match(line.text)
        if run:
            test, block = run["test"], []
        elif listed:
            name = listed["test"]
            if name not in found:
                found[name] = _gtest(name, block if name == test else [], line)
            test = ""
        elif _DONE.match(line.text):
            test = ""
        elif test and len(block) < 400:
            block.append(line)
    return list(found.values())


def _gtest(test: str, block: Sequence[Line], line: Line) -> Found:
    at = next((n for n, each in enumerate(block) if _FAILURE.match(each.text)), None)
    if at is None:
        said = "\n".join(each.text for each in block).strip()
        return Found(
            "test-failure",
            "",
            cut(said) or "failed",
            block[0].number if block else line.number,
            line.number,
            test,
        )
    place = _FAILURE.match(block[at].text)
    end = next((n for n in range(at + 1, len(block)) if _FAILURE.match(block[n].text)), len(block))
    said = "\n".join(
        [place["rest"] if place else "", *(each.text for each in block[at + 1 : end])]
    ).strip()
    frames = (Frame(place["path"], int(place["line"] or place["line2"])),) if place else ()
    return Found("test-failure", "", cut(said), block[at].number, line.number, test, frames)


def ctest_report(lines: Sequence[Line]) -> list[Found]:
    """Tests that failed, unless what they printed was read by another reader: then they only wrap
    it.
    """
    found: dict[str, Found] = {}
    heads = [n for n, line in enumerate(lines) if re.match(r"^\s*\d+/\d+ Test +#\d+: ", line.text)]
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        head = _CTEST.match(lines[at].text)
        if head:
            found[head["test"]] = _ctest(head, lines[at:after])
    for line in lines:
        listed = _CTEST_LIST.match(line.text)
        if listed and listed["test"] not in found:
            found[listed["test"]] = Found(
                "test-failure", "", listed["how"], line.number, line.number, listed["test"]
            )
    return list(found.values())


def _ctest(head: re.Match[str], block: Sequence[Line]) -> Found:
    end = next(
        (
            n
            for n, line in enumerate(block)
            if n and re.match(r"^\s+Start +\d+: |^\d+% tests passed", line.text)
        ),
        len(block),
    )
    block = block[: min(end, 200)]
    said = asserted(block)
    how = head["how"].strip("* ")
    if said:
        return Found(
            "test-failure",
            "",
            said[0].message,
            block[0].number,
            block[-1].number,
            head["test"],
            said[0].frames,
        )
    place = next(filter(None, (_FAILURE.match(line.text) for line in block)), None)
    frames = (Frame(place["path"], int(place["line"] or place["line2"])),) if place else ()
    printed = "\n".join(line.text for line in block[1:]).strip()
    return Found(
        "test-failure",
        "",
        cut(f"{how}\n{printed}".strip()),
        block[0].number,
        block[-1].number,
        head["test"],
        frames,
    )


def asserted(lines: Sequence[Line]) -> list[Found]:
    """C's `assert`: it names the place itself."""
    found = []
    for line in lines:
        said = _ASSERT.search(line.text) if "Assertion " in line.text else None
        if said:
            frames = (Frame(said["path"], int(said["line"]), said["name"].partition("(")[0]),)
            found.append(
                Found("crash", "", cut(said["text"]), line.number, line.number, "", frames)
            )
    return found


def sanitized(lines: Sequence[Line]) -> list[Found]:
    """The first stack of each report of a sanitizer; those of who freed and who allocated are not
    the failure.
    """
    found = []
    for at, line in enumerate(lines):
        said, ub = (
            _SANITIZER.match(line.text),
            _UB.match(line.text) if "runtime error: " in line.text else None,
        )
        if ub:
            frames: tuple[Frame, ...] = (Frame(ub["path"], int(ub["line"])),)
            found.append(
                Found("crash", "runtime error", ub["text"], line.number, line.number, "", frames)
            )
        elif said:
            frames, end = _first_stack(lines, at + 1)
            tool, text = said["tool"] or said["tool2"], said["text"] or said["text2"]
            kind = text.partition(" ")[0].rstrip(":")
            found.append(Found("crash", kind, cut(f"{tool}: {text}"), line.number, end, "", frames))
    return found


def _first_stack(lines: Sequence[Line], at: int) -> tuple[tuple[Frame, ...], int]:
    frames: list[Frame] = []
    begun, end = False, at
    for end in range(at, min(at + 300, len(lines))):
        place = _STACK.match(lines[end].text)
        if _ANY_STACK.match(lines[end].text):
            begun = True
            frames += (
                [Frame(place["path"], int(place["line"]), place["name"].partition("(")[0])]
                if place
                else []
            )
        elif begun:
            break
    return shortened(frames[::-1]), lines[max(end - 1, 0)].number if lines else 0


def catch_report(lines: Sequence[Line]) -> list[Found]:
    """Catch2: a block of dashes with the test's name, the place, the expression."""
    found = []
    for at, line in enumerate(lines):
        place = _CATCH_PLACE.match(line.text)
        if not place:
            continue
        rules = [n for n in range(max(at - 40, 0), at) if lines[n].text.startswith("-----")]
        names = (
            [each.text.strip() for each in lines[rules[-2] + 1 : rules[-1]]]
            if len(rules) > 1
            else []
        )
        end = next(
            (
                n
                for n in range(at + 1, min(at + 40, len(lines)))
                if lines[n].text.startswith(("-----", "====="))
                or (
                    not lines[n].text.strip()
                    and n + 1 < len(lines)
                    and _CATCH_PLACE.match(lines[n + 1].text)
                )
            ),
            at + 1,
        )
        said = "\n".join(each.text.strip() for each in lines[at + 1 : end]).strip()
        frames = (Frame(place["path"], int(place["line"] or place["line2"])),)
        found.append(
            Found(
                "test-failure",
                "",
                cut(said),
                line.number,
                lines[end - 1].number,
                " > ".join(names),
                frames,
            )
        )
    return found
