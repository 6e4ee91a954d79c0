"""Find code that knows its tests: an answer for just their input, a look whether they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.gates.change import Change
from bot.gates.test_integrity.expression_scan import normalize_code, word_set
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "tests"
VALUE = (
    r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|-?\d[\d_.]*|\[[^\[\]\n]*\]|\([^()\n]*,[^()\n]*\)"""
    r"""|\{[^{}\n]*\}|None|True|False|null|nil|true|false)"""
)
ASKS = re.compile(
    r"(?:if|elif|case|when|\?|&&|and|\bor\b|\|\|)?.*?\b[\w.\[\]()]+"
    rf"\s*(?:===?|\bis\b|\.equals\()\s*(?P<input>{VALUE})"
    rf"|(?P<turned>{VALUE})\s*===?\s*[\w.]+|\bcase\s+(?P<case>{VALUE})\s*[:=]"
)
BRANCHES = re.compile(r"\b(?:if|elif|else if|case|when|match)\b|\?|&&|\band\b")
GIVES = re.compile(
    rf"\breturn\s+(?P<returned>{VALUE})\s*;?\s*(?:\}}|$|#|//|if\b)"
    rf"|(?:=>|->|\?|then)\s*(?P<arrow>{VALUE})|^\s*(?P<last>{VALUE})\s*;?$"
)
ENTRY = re.compile(rf"(?P<key>{VALUE})\s*(?::|=>)\s*(?P<value>{VALUE})\s*,?\s*(?:\}}|$)")
LOOKS_FOR_TESTS = re.compile(
    r"PYTEST_CURRENT_TEST|[\"']pytest[\"']\s+in\s+sys\.modules"
    r"|[\"']unittest[\"']\s+in\s+sys\.modules"
    r"|JEST_WORKER_ID|VITEST_WORKER_ID|process\.env\.VITEST\b"
    r"|testing\.Testing\(\)|flag\.Lookup\(\s*\"test\.|inspect\.stack\(\).*test"
    r"|sys\._getframe.*test|currentTestName|typeof\s+(?:jest|describe|it)\s*[!=]==?"
    r"|RSPEC|Rails\.env\.test\?|isRunningTest|ISTEST|NODE_ENV\s*===?\s*[\"']test[\"']"
    r"|cfg!\(test\)|sys\.argv\[0\].*test|\bCI[\"']\s*\)\s*(?:==|is)"
)
# Values that stand everywhere.
COMMON_VALUES = word_set('0 1 -1 2 None True False null nil true false "" [] {} ()')
QUOTES = ('"', "'")
SHORT_INPUT = 5  # letters, below which an input with a common answer is no proof
MAX_INPUTS = 10
TABLE_ENTRIES = 3  # so many answers in a file are a table, not an exception
FOLLOWING_LINES = 2


class Answer(NamedTuple):
    """An input that is written down and gets an answer that is written down."""

    line: int
    given: str
    returned: str


def find_hardcoded_answers(change: Change) -> Iterator[Finding]:
    """Find new lines of code that answer a test's input with its expected value, or look whether
    a test runs.
    """
    # Tests as they were: what a change tests anew, it may well name in the code.
    before = {path: text for path, text in change.before.items() if text}
    tests = []
    for path, text in {**change.context, **before}.items():
        if kind_of(path) == "test":
            tests.append(normalize_code(text))
    for path in change.code_paths:
        for number, line in change.handwritten_lines(path):
            if LOOKS_FOR_TESTS.search(line):
                text = "This looks whether a test runs: code must do the same with and without."
                yield Finding(GATE, path, number, text, rule="special-case")
        known = normalize_code(change.read_before(path) or "")
        for answer in _find_answers(change, path):
            if not _is_vocabulary(answer, known) and _is_tested(answer, tests):
                text = (
                    f"This answers {answer.given} with {answer.returned}, exactly what a test "
                    "asks: solve it for every input."
                )
                yield Finding(GATE, path, answer.line, text, rule="special-case")


def find_answered_inputs(change: Change) -> tuple[str, ...]:
    """List the values that new lines of code answer by themselves.

    Whoever has other tests looks for them there.
    """
    inputs: dict[str, None] = {}
    for path in change.code_paths:
        for answer in _find_answers(change, path):
            value = answer.given.strip('()"[]{}')
            if value and answer.given not in COMMON_VALUES:
                inputs[value] = None
    return tuple(inputs)[:MAX_INPUTS]


def _find_answers(change: Change, path: str) -> list[Answer]:
    """Find where an input gets its answer: on one line or on the next. A table has none."""
    lines = list(change.handwritten_lines(path))
    texts = [line for _, line in lines]
    answers = []
    for index, (number, line) in enumerate(lines):
        answer = _read_answer(number, line, texts[index + 1 : index + 1 + FOLLOWING_LINES])
        if answer is not None:
            answers.append(answer)
    return answers if len(answers) < TABLE_ENTRIES else []


def _read_answer(number: int, line: str, following: Sequence[str]) -> Answer | None:
    asked = ASKS.search(line)
    if asked and BRANCHES.search(line):
        given = asked["input"] or asked["turned"] or asked["case"]
        returned = _find_returned((line[asked.end() :], line, *following))
        if not returned:
            return None
        return Answer(number, normalize_code(given), normalize_code(returned))
    entry = ENTRY.search(line)
    if entry:
        return Answer(number, normalize_code(entry["key"]), normalize_code(entry["value"]))
    return None


def _find_returned(texts: Sequence[str]) -> str:
    for text in texts:
        gives = GIVES.search(text)
        if gives:
            return gives["returned"] or gives["arrow"] or gives["last"]
    return ""


def _is_tested(answer: Answer, tests: Sequence[str]) -> bool:
    """Tell whether one line of a test holds both values, and neither stands everywhere."""
    if answer.given in COMMON_VALUES:
        return False
    if answer.returned in COMMON_VALUES and len(answer.given) < SHORT_INPUT:
        return False
    given, returned = _match_alone(answer.given), _match_alone(answer.returned)
    both = re.compile(rf"{given}.{{0,120}}?{returned}|{returned}.{{0,120}}?{given}")
    return any(both.search(test) for test in tests)


def _is_vocabulary(answer: Answer, known: str) -> bool:
    """Tell whether the code speaks of the input or knows the answer to it already."""
    is_word = answer.given[:1] in QUOTES and answer.given in known
    return is_word or bool(
        re.search(rf"{_match_alone(answer.given)}\W{{1,6}}{_match_alone(answer.returned)}", known)
    )


def _match_alone(value: str) -> str:
    return rf"(?<![\w.]){re.escape(value.strip('()'))}(?![\w.])"
