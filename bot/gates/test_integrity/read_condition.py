"""Read what a condition, or an assertion of a name and its arguments, asserts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.gates.test_integrity.assertion import Assertion, Strictness, negate, weaken_to_part
from bot.gates.test_integrity.assertion_names import (
    CALL_COUNT,
    CALLED_ONCE,
    CALLED_WITH,
    EXPECTED_FIRST,
    LENGTH,
    RANGE,
    REFUTES,
    TOLERANCES,
    find_bound,
    find_strictness,
    find_value,
    has_tolerance_third,
    read_tolerance,
)
from bot.gates.test_integrity.expression_scan import (
    find_first_number,
    is_literal,
    split_arguments,
    split_call,
    split_operator,
    strip_parentheses,
)

OR = re.compile(r"\bor\b(?=[\s(])|\|\|")
MINUS = re.compile(r"-(?=\s)")
MAX_TURNS = 10
NEGATIONS = re.compile(r"(?:not(?=[\s(])\s*|!(?!=)\s*)*")
COMPARES = re.compile(
    r"===|!==|==|!=|<=|>=|(?<![-=<>])[<>](?![<>=])|(?<=\s)(?:not in|in|is not|is)(?=[\s(\[{])"
)
ALWAYS_TRUE = ("True", "true", "1", "!0", "not False", "!false")
TRUE_LITERAL = re.compile(r'-?\d*[1-9][\d._]*|"[^"]+"')
DISTANCE = re.compile(r"^(?:\w+\.)*(?:abs|fabs|Abs)\((.+)\)$|^\((.+)\)\.abs\(\)$")
MATCHERS = re.compile(r"approx|within|close_?to|isclose", re.IGNORECASE)
# Calls that are true or false, and whose names and arguments say what they ask.
PREDICATES = re.compile(
    r"isclose|allclose|almost|DeepEqual|equals$|^eq$|isinstance|startswith"
    r"|starts_with|endswith|contain|include|matche?s?$|search$|test$"
    r"|issubset|is_subset"
)
LIBRARIES = re.compile(r"math|np|numpy|torch|re|reflect|cmp|bytes|strings|Objects|Arrays")
EXACT_TRUTHS = ("isTrue", "isFalse")  # chai's: a value that only counts as true is none
PLAIN_NAMES = re.compile(r"assert|expect|check|require|verify|true|truthy|ok|should", re.IGNORECASE)
RAISES = re.compile(r"raises|throw|panic|warns|reject|error", re.IGNORECASE)
ERROR_TYPE = re.compile(
    r"[\w.:&]*(?:Error|Exception|Warning|Exit|Interrupt|Fault|\.class)\b|[A-Z]\w+$"
)
BROAD_ERROR = re.compile(r"(?:Base)?Exception|Error|Throwable|StandardError")
ERROR_MESSAGE = re.compile(r"\{?\s*(?:match|message|expected_regex|msg)\s*[=:]|[rbf]{0,2}[\"/`]")


def read_condition(expression: str, depth: int = 0) -> Assertion:
    """Read what a condition asserts; nobody means one that turns itself around a hundred times."""
    inner = strip_parentheses(expression)
    either = split_operator(inner, OR)
    if either:
        left = read_condition(either.left)
        if holds_always(either.left) or holds_always(either.right):
            return replace(left, strictness=Strictness.NOTHING)
        return weaken_to_part(left)
    turns = NEGATIONS.match(inner)
    if turns and turns[0] and depth < MAX_TURNS:
        condition = read_condition(inner[turns.end() :], depth + 1)
        is_odd = (turns[0].count("not") + turns[0].count("!")) % 2
        return negate(condition) if is_odd else condition
    sides = split_operator(inner, COMPARES)
    if sides:
        return _read_comparison(sides.left, sides.operator, sides.right)
    return _read_truth(inner)


def holds_always(text: str) -> bool:
    """Tell whether a condition holds whatever the code does."""
    plain = text.strip()
    sides = split_operator(plain, COMPARES)
    if sides is None:
        return plain in ALWAYS_TRUE or bool(TRUE_LITERAL.fullmatch(plain))
    return sides.left == sides.right and is_literal(sides.left)


def _read_comparison(left: str, operator: str, right: str) -> Assertion:
    if operator in ("in", "not in"):
        return _read_membership(left, operator, right)
    is_turned = is_literal(left) and not is_literal(right)
    actual, expected = (right, left) if is_turned else (left, right)
    if operator in ("==", "===", "is"):
        strictness = Strictness.NOTHING if left == right else Strictness.EXACT
        return _apply_matcher(Assertion("", actual, expected, strictness))
    if operator in ("!=", "!==", "is not"):
        is_nothing = re.fullmatch(r"None|nil|null|undefined", expected)
        strictness = Strictness.SOME if is_nothing else Strictness.BOUND
        return Assertion("", actual, expected, strictness, bound="!=")
    if is_turned:
        operator = operator.translate(str.maketrans("<>", "><"))
    distance = DISTANCE.match(actual)
    if distance and "<" in operator:
        return _read_distance(distance[1] or distance[2], find_first_number(expected))
    return Assertion("", actual, expected, Strictness.BOUND, bound=operator)


def _read_membership(left: str, operator: str, right: str) -> Assertion:
    """Read that a list holds a value, or that a value is one of a few that are written down."""
    if is_literal(right) and not is_literal(left):
        return Assertion("", left, right, Strictness.PART, bound=operator)
    return Assertion("", right, left, Strictness.PART, bound=operator)


def _read_distance(difference: str, tolerance: float) -> Assertion:
    """Read abs(a - b) < tolerance."""
    sides = split_operator(difference, MINUS)
    if sides is None:
        return Assertion("", difference, "", Strictness.NEAR, tolerance)
    return Assertion("", sides.left, sides.right, Strictness.NEAR, tolerance)


def _apply_matcher(assertion: Assertion) -> Assertion:
    """Lower `== approx(1)` and closeTo() to NEAR: they compare with a tolerance."""
    matcher = split_call(assertion.expected)
    if matcher is None or not MATCHERS.search(matcher.callee):
        return assertion
    rest = re.sub(r"\.(\w+)\(", r"\1=", matcher.rest)  # Approx(1).epsilon(0.1)
    arguments = [*split_arguments(matcher.inside), rest]
    return replace(
        assertion,
        expected=arguments[0],
        strictness=Strictness.NEAR,
        tolerance=read_tolerance("approx", arguments, arguments[:-1]),
    )


def _read_truth(inner: str) -> Assertion:
    """Read a condition without an operator: a value that counts as true, or a call that asks."""
    if holds_always(inner):
        return Assertion("", inner, "", Strictness.NOTHING)
    call = split_call(inner)
    owner, _, name = call.callee.rpartition(".") if call and not call.rest else ("", "", "")
    if call and owner and not call.inside and find_value(name) not in ("", "True", "False"):
        return _read_value_in_name(find_value(name), [owner], is_exact=True)  # x.is_none()
    if call is None or not PREDICATES.search(name):
        return Assertion("", inner, "True")
    arguments = split_arguments(call.inside)
    if owner and not LIBRARIES.search(owner):
        arguments = [owner, *arguments]
    # JavaScript's pattern.test(text) asks whether the text is like the pattern.
    named = read_named_assertion("test_like" if name == "test" else name, arguments)
    return replace(named, bound="")


def read_named_assertion(name: str, arguments: list[str]) -> Assertion:
    """Read what an assertion of this name asserts of its arguments."""
    plain = name.rstrip("!?")
    refuted = REFUTES.match(plain)
    if refuted:
        return negate(_read_plain_name(f"assert_{refuted[1]}", arguments))
    return _read_plain_name(plain, arguments)


def _read_plain_name(plain: str, arguments: list[str]) -> Assertion:
    value = find_value(plain)
    if value:
        return _read_value_in_name(value, arguments, is_exact=plain in EXACT_TRUTHS)
    if not arguments:
        return Assertion("", plain)
    strictness = find_strictness(plain)
    if strictness is None:
        return _read_unknown(plain, arguments)
    if strictness == Strictness.SOME:
        return _read_some(plain, arguments)
    if strictness == Strictness.PART and RAISES.search(plain):
        return read_raises(arguments)
    return _read_two_sided(plain, arguments, strictness)


def _read_unknown(name: str, arguments: list[str]) -> Assertion:
    """Read an assertion whose name does not say how strict it is: assertTrue(x > 1), check(x)."""
    if PLAIN_NAMES.search(name):
        return read_condition(arguments[0])
    return Assertion("", name, ", ".join(arguments))


def _read_some(name: str, arguments: list[str]) -> Assertion:
    if CALLED_ONCE.search(name):
        return _count_calls(arguments[0], "1")
    return Assertion("", arguments[0], ", ".join(arguments[1:]))


def _read_value_in_name(value: str, arguments: list[str], *, is_exact: bool) -> Assertion:
    actual = arguments[0] if arguments else ""
    if value == "empty":
        return Assertion("", f"len({actual})", "0", Strictness.EXACT)
    if is_exact or value not in ("True", "False"):
        return Assertion("", actual, value, Strictness.EXACT)
    condition = read_condition(actual) if arguments else Assertion("", "")
    return negate(condition) if value == "False" else condition


def read_raises(arguments: list[str]) -> Assertion:
    """Read which error must come: with its message exactly, by its type in part, or any at all."""
    error_type = next((part for part in arguments if ERROR_TYPE.match(part)), "")
    if any(ERROR_MESSAGE.match(part) for part in arguments):
        strictness = Strictness.EXACT
    elif not error_type or BROAD_ERROR.match(error_type):
        strictness = Strictness.SOME
    else:
        strictness = Strictness.PART
    expected = [part for part in arguments if ERROR_TYPE.match(part) or ERROR_MESSAGE.match(part)]
    expected = expected or [part for part in arguments if part.isidentifier()]
    return Assertion("", "raises", ", ".join(expected), strictness)


def _read_two_sided(name: str, arguments: list[str], strictness: Strictness) -> Assertion:
    if re.search(CALLED_WITH, name, re.IGNORECASE) and len(arguments) > 2:
        return Assertion("", arguments[0], f"({', '.join(arguments[1:])})", strictness)
    positional = [part for part in arguments if not re.match(r"\w+\s*=(?!=)", part)]
    if len(positional) < 2:
        return Assertion("", arguments[0], "", strictness)
    actual, expected = _order_sides(name, positional[0], positional[1])
    has_tolerance = any(TOLERANCES.search(part) for part in arguments)
    if strictness == Strictness.EXACT and (has_tolerance or has_tolerance_third(positional)):
        strictness = Strictness.NEAR
    assertion = Assertion("", actual, expected, strictness)
    if strictness == Strictness.NEAR:
        tolerance = read_tolerance(name, arguments, positional)
        assertion = replace(assertion, tolerance=tolerance)
    if strictness == Strictness.BOUND:
        return _read_bound(name, assertion, positional)
    if strictness == Strictness.PART and CALL_COUNT.search(name):
        return _count_calls(actual, expected)
    if strictness == Strictness.PART and LENGTH.search(name):
        return Assertion("", f"len({actual})", expected, Strictness.EXACT)
    return _apply_matcher(assertion)


def _read_bound(name: str, assertion: Assertion, positional: list[str]) -> Assertion:
    if len(positional) > 2 and re.search(RANGE, name, re.IGNORECASE):
        limits = f"({', '.join(positional[1:3])})"
        return replace(assertion, actual=positional[0], expected=limits, bound="within")
    return replace(assertion, bound=find_bound(name))


def _count_calls(mock: str, expected: str) -> Assertion:
    return Assertion("", f"len({mock}.mock.calls)", expected, Strictness.EXACT)


def _order_sides(name: str, first: str, second: str) -> tuple[str, str]:
    """Return what is looked at, then what must be there, in whichever order they stand."""
    if is_literal(second):
        return first, second
    if is_literal(first) or EXPECTED_FIRST.search(name):
        return second, first
    return first, second
