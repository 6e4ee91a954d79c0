"""Here lives the search for code that knows its tests: an answer for just their input, a look
whether they run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import Change
from bot.gates.test_integrity.expression_scan import squeezed
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "tests"
VALUE = (
    r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|-?\d[\d_.]*|\[[^\[\]\n]*\]|\([^()\n]*,[^()\n]*\)"""
    r"""|\{[^{}\n]*\}|None|True|False|null|nil|true|false)"""
)
ASKS = re.compile(
    rf"(?:if|elif|case|when|\?|&&|and|\bor\b|\|\|)?.*?\b[\w.\[\]()]+\s*(?:===?|\bis\b|\.equals\()\s*(?P<input>{VALUE})"
    rf"|(?P<turned>{VALUE})\s*===?\s*[\w.]+|\bcase\s+(?P<case>{VALUE})\s*[:=]"
)
GIVES = re.compile(
    rf"\breturn\s+(?P<out>{VALUE})\s*;?\s*(?:\}}|$|#|//|if\b)|(?:=>|->|\?|then)\s*(?P<arrow>{VALUE})|^\s*(?P<last>{VALUE})\s*;?$"
)
ENTRY = re.compile(rf"(?P<key>{VALUE})\s*(?::|=>)\s*(?P<value>{VALUE})\s*,?\s*(?:\}}|$)")
KNOWS = re.compile(
    r"PYTEST_CURRENT_TEST|[\"']pytest[\"']\s+in\s+sys\.modules|[\"']unittest[\"']\s+in\s+sys\.modules"
    r"|JEST_WORKER_ID|VITEST_WORKER_ID|process\.env\.VITEST\b"
    r"|testing\.Testing\(\)|flag\.Lookup\(\s*\"test\.|inspect\.stack\(\).*test"
    r"|sys\._getframe.*test|currentTestName|typeof\s+(?:jest|describe|it)\s*[!=]==?"
    r"|RSPEC|Rails\.env\.test\?|isRunningTest|ISTEST|NODE_ENV\s*===?\s*[\"']test[\"']"
    r"|cfg!\(test\)|sys\.argv\[0\].*test|\bCI[\"']\s*\)\s*(?:==|is)"
)
DULL = frozenset(
    [
        "0",
        "1",
        "-1",
        "2",
        "None",
        "True",
        "False",
        "null",
        "nil",
        "true",
        "false",
        '""',
        "[]",
        "{}",
        "()",
    ]
)
MOST_INPUTS = 10
CHAIN = 3  # cases of one kind: a table, not an exception


def find_hardcoded_answers(change: Change) -> Iterator[Finding]:
    """New lines of code that answer a test's input with its expected value, or look whether a test
    runs.
    """
    known = [
        squeezed(text)
        for path, text in {**change.context, **_tests(change)}.items()
        if kind_of(path) == "test"
    ]
    for path in change.code_paths:
        lines = list(change.handwritten_lines(path))
        for number, line in lines:
            if KNOWS.search(line):
                yield Finding(
                    GATE,
                    path,
                    number,
                    "This looks whether a test runs: code must do the same with and without.",
                    rule="special-case",
                )
        cases = list(_cases(lines))
        if len(cases) >= CHAIN:
            continue
        for number, put, out in cases:
            if _is_tested(put, out, known):
                why = f"This answers {put} with {out}, exactly what a test asks: solve it for every input."
                yield Finding(GATE, path, number, why, rule="special-case")


def find_answered_inputs(change: Change) -> tuple[str, ...]:
    """The values that new lines of code answer by themselves: whoever has other tests looks for
    them there.
    """
    cases = (list(_cases(list(change.handwritten_lines(path)))) for path in change.code_paths)
    found = (
        put.strip('()"[]{}')
        for some in cases
        if len(some) < CHAIN
        for _, put, _ in some
        if put not in DULL
    )
    return tuple(dict.fromkeys(value for value in found if value))[:MOST_INPUTS]


def _tests(change: Change) -> dict[str, str]:
    """Tests as they were: what a change tests anew, it may well name in the code."""
    return {path: text for path, text in change.before.items() if text}


def _cases(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Where an input that is written down gets an answer that is written down: on one line, or on
    the next.
    """
    for at, (number, line) in enumerate(lines):
        entry = ENTRY.search(line)
        asked = ASKS.search(line)
        if asked and re.search(r"\b(?:if|elif|else if|case|when|match)\b|\?|&&|\band\b", line):
            following = [text for _, text in lines[at + 1 : at + 3]]
            rest = line[asked.end() :]
            given = (
                GIVES.search(rest)
                or GIVES.search(line)
                or next(filter(None, (GIVES.search(text) for text in following[:2])), None)
            )
            if given:
                put = asked["input"] or asked["turned"] or asked["case"]
                yield (
                    number,
                    squeezed(put),
                    squeezed(given["out"] or given["arrow"] or given["last"]),
                )
        elif entry:
            yield number, squeezed(entry["key"]), squeezed(entry["value"])


def _is_tested(put: str, out: str, known: list[str]) -> bool:
    """Whether one line of a test holds both, and neither is the kind of value that stands
    everywhere.
    """
    if put in DULL or (out in DULL and len(put) < 5):
        return False
    both = re.compile(
        rf"{_alone(put)}.{{0,120}}?{_alone(out)}|{_alone(out)}.{{0,120}}?{_alone(put)}"
    )
    return any(both.search(text) for text in known)


def _alone(value: str) -> str:
    return rf"(?<![\w.]){re.escape(value.strip('()'))}(?![\w.])"
