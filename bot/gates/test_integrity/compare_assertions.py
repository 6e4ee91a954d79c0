"""Compare a test's assertions before and after: removed, loosened, made to fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from bot.gates.test_integrity.assertion import Assertion, Strictness, weaken_to_part
from bot.gates.test_integrity.explain_expectation import CodeChange, explains_step
from bot.gates.test_integrity.expression_scan import (
    TOKEN,
    find_numbers,
    is_literal,
    split_arguments,
)
from bot.gates.test_integrity.find_tests import FoundTest
from bot.gates.test_integrity.new_assertions import NewAssertions, TestPair, find_literals
from bot.gates.test_integrity.normalize_value import normalize_value
from bot.gates.test_integrity.read_condition import ERROR_TYPE
from bot.values import Finding

GATE = "tests"
ALIKE = 0.6  # likeness of two texts, from which they are taken for one that was edited
LAXER = 1.5  # times as wide
FINE_TOLERANCE = 1e-3  # a float may be compared so without any doubt
MAX_CANDIDATES = 400
MAX_TOKENS = 600
SHOWN_CHARS = 90
# Languages in which nothing but true counts as true: to assert x is to assert that it is true.
STRICT_BOOLEANS = (".java", ".kt", ".scala", ".cs", ".go", ".rs", ".swift")
EMPTY = re.compile(r"\[\]|\{\}|\"\"|(?:list|dict|set|str)\(\)")
MEASURES = re.compile(
    r"\b(?:len|size|count|type|typeof|bool|length|sizeof|cap|any|all)\b", re.IGNORECASE
)


def compare_assertions(
    pair: TestPair, new_assertions: NewAssertions, code: CodeChange
) -> Iterator[Finding]:
    """Find what is less in one test's assertions than before; those that stayed are left out."""
    gone = _subtract(pair.old.assertions, pair.new.assertions)
    come = [
        assertion
        for assertion in _subtract(pair.new.assertions, pair.old.assertions)
        if not new_assertions.is_helper_call(assertion)
    ]
    if not asserts_anything(pair.new) and pair.new.name:  # this is told as emptied
        return
    # Where the code fails now on purpose, nothing can be asked of what it gave.
    is_raising = any(
        new.actual == "raises" and explains_step(code, "", new.expected) for new in come
    )
    wholes = [new for new in come if new.strictness == Strictness.EXACT and not new.is_row]
    for old in gone:
        new = _find_partner(old, come)
        if new is not None:
            come.remove(new)
            yield from _compare_two(pair, old, new, code)
            continue
        # By as many others; a value that is set down beforehand is no assertion by itself.
        is_counted = _count_checks(come) >= _count_checks(gone) and not old.is_row
        is_replaced = is_raising or is_counted or any(_holds(new, old) for new in wholes)
        if not is_replaced and not _is_excused(old, pair, new_assertions, code):
            kind = "A case" if old.is_row else "An assertion"
            text = f"{kind} was removed: {_render(old)}"
            yield make_finding(pair.new, "assertion-removed", text)


def _holds(whole: Assertion, part: Assertion) -> bool:
    """Tell whether all of something is compared now, and what was asserted of a part is in it."""
    if not whole.expected.startswith(("{", "[")) or part.is_row:
        return False
    is_absence = part.expected in ("None", "0") or "not" in part.bound or part.bound == "!="
    values = [value.strip("\"'`") for value in find_literals(part)]
    return is_absence or (bool(values) and all(value in whole.expected for value in values))


def _count_checks(assertions: Sequence[Assertion]) -> int:
    return sum(map(_can_fail, assertions))


def _subtract(assertions: Sequence[Assertion], others: Sequence[Assertion]) -> list[Assertion]:
    unmatched = [assertion.text for assertion in others]
    remaining = []
    for assertion in assertions:
        if assertion.text in unmatched:
            unmatched.remove(assertion.text)
        else:
            remaining.append(assertion)
    return remaining


def _find_partner(old: Assertion, come: Sequence[Assertion]) -> Assertion | None:
    """Find the new assertion of the same thing: exactly, as a part of it, or in much the same
    words.
    """
    candidates = [new for new in come[:MAX_CANDIDATES] if new.is_row == old.is_row]
    for new in candidates:
        if new.actual == old.actual:
            return new
    for new in candidates:
        if not old.is_row and _is_part(old.actual, new.actual):
            return new
    for new in candidates:
        if measure_likeness(old.text, new.text) >= ALIKE:
            return new
    return None


def _is_part(old: str, new: str) -> bool:
    """Tell whether one speaks of the other, as len(x) does of x."""
    if not old or not new:
        return False
    return _has_word(old, new) or _has_word(new, old)


def _has_word(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _is_excused(
    old: Assertion, pair: TestPair, new_assertions: NewAssertions, code: CodeChange
) -> bool:
    """Tell whether it asserted nothing, moved elsewhere, or spoke of something that is gone."""
    if old.strictness == Strictness.NOTHING or old.bound == "=":
        return True
    if new_assertions.contain(old) or new_assertions.calls_helper(pair.new.body):
        return True
    return code.removed_any_of(old.text)


def _compare_two(
    pair: TestPair, old: Assertion, new: Assertion, code: CodeChange
) -> Iterator[Finding]:
    is_measured = old.actual in new.actual and bool(MEASURES.search(new.actual))
    is_empty = new.expected == "0" and EMPTY.fullmatch(old.expected)
    if is_measured and not is_empty and not old.is_row and old.actual != new.actual:
        new = weaken_to_part(new)  # how long it is says little of what it is
    rule = _find_rule(pair, old, new, code)
    if rule:
        text = f"{RULE_WORDS[rule]} {_render(old)} became {_render(new)}"
        yield make_finding(pair.new, rule, text, line=new.line)


def _find_rule(pair: TestPair, old: Assertion, new: Assertion, code: CodeChange) -> str:
    """Name the rule that the step from old to new breaks; empty when nothing is less."""
    step = old.expected, new.expected
    if _is_wider(old, new) and not (new.bound and explains_step(code, *step)):
        return "tolerance-widened"
    is_same_truth = pair.new.path.endswith(STRICT_BOOLEANS) and _is_same_truth(old, new)
    if _is_looser(old, new) and _is_of_same(old, new) and not is_same_truth:
        return "assertion-loosened"
    if _has_other_value(old, new, pair) and not explains_step(code, *step):
        return "expectation-changed"
    return ""


RULE_WORDS = MappingProxyType(
    {
        "tolerance-widened": "What is near enough was widened:",
        "assertion-loosened": "An assertion was loosened:",
        "expectation-changed": "The expected value was changed:",
    }
)


def _is_wider(old: Assertion, new: Assertion) -> bool:
    both_near = old.strictness == new.strictness == Strictness.NEAR
    if both_near and old.tolerance and new.tolerance:
        return new.tolerance > old.tolerance * LAXER
    was, now = find_numbers(old.expected), find_numbers(new.expected)
    if old.bound == new.bound == "within" and len(was) == len(now) == 2:
        return now[0] < was[0] or now[1] > was[1]
    if old.bound != new.bound or old.bound[:1] not in ("<", ">"):
        return False
    if len(was) != 1 or len(now) != 1:
        return False
    return now[0] > was[0] if old.bound[0] == "<" else now[0] < was[0]


def _is_of_same(old: Assertion, new: Assertion) -> bool:
    """Tell whether both look at the same thing, as far as words tell."""
    if _is_part(old.actual, new.actual) or old.actual == new.actual:
        return True
    return measure_likeness(old.actual, new.actual) >= ALIKE


def _is_looser(old: Assertion, new: Assertion) -> bool:
    is_fine = new.strictness == Strictness.NEAR and new.tolerance <= FINE_TOLERANCE
    if old.strictness == Strictness.EXACT and is_fine and "." in old.expected:
        return False  # floats are compared so
    return new.strictness < old.strictness


def _is_same_truth(old: Assertion, new: Assertion) -> bool:
    truth = old.expected.lower()
    return truth in ("true", "false") and truth == new.expected.lower() and not new.bound


def _has_other_value(old: Assertion, new: Assertion, pair: TestPair) -> bool:
    """Tell whether of the same thing, with the same input, something else must come out."""
    if old.actual != new.actual or normalize_value(old.expected) == normalize_value(new.expected):
        return False
    if new.strictness > old.strictness or not new.expected or old.bound == "!=":
        return False
    if ("not" in old.bound) != ("not" in new.bound):
        return False
    is_value = _is_value(old, new) or (old.expected != "" and old.expected in new.actual)
    return is_value and (old.is_row or not pair.has_other_input)


def _is_value(old: Assertion, new: Assertion) -> bool:
    """Tell whether what must be there is written down; of several things, what became another."""
    if old.actual == "raises" and not is_literal(old.expected):
        return _list_error_types(old) != _list_error_types(new)
    if is_literal(old.expected):
        return True
    if not (old.expected.startswith("(") and new.expected.startswith("(")):
        return False
    was, now = split_arguments(old.expected[1:-1]), split_arguments(new.expected[1:-1])
    pairs = zip(was, now, strict=False)
    changed = [old_item for old_item, new_item in pairs if old_item != new_item]
    return len(was) == len(now) and all(map(is_literal, changed))


def _list_error_types(raising: Assertion) -> list[str]:
    return [part for part in split_arguments(raising.expected) if ERROR_TYPE.match(part)]


def _render(assertion: Assertion) -> str:
    text = assertion.text.replace("`", "'")
    if len(text) > SHOWN_CHARS:
        text = f"{text[: SHOWN_CHARS - 3]}..."
    return f"`{text}`"


def measure_likeness(old: str, new: str) -> float:
    """Measure how alike two texts are, token by token: from 0 to 1."""
    old_tokens, new_tokens = TOKEN.findall(old)[:MAX_TOKENS], TOKEN.findall(new)[:MAX_TOKENS]
    return SequenceMatcher(None, old_tokens, new_tokens, autojunk=False).ratio()


def asserts_anything(test: FoundTest) -> bool:
    """Tell whether an assertion of the test can fail."""
    return any(map(_can_fail, test.assertions))


def _can_fail(assertion: Assertion) -> bool:
    return assertion.strictness > Strictness.NOTHING and assertion.bound != "="


def make_finding(
    test: FoundTest, rule: str, text: str, *, line: int = 0, blocks: bool = True
) -> Finding:
    """Make a finding about a test and name the test in it, so that a plan can name it too."""
    name = test.short_name
    if name and f"`{name}`" not in text:
        text = f"`{name}`: {text}"
    return Finding(GATE, test.path, line or test.line, text, blocks, rule)
