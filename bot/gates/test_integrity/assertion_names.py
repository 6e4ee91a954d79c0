"""Read what an assertion's name says: how strict it is, how near is near enough, a bare value."""

from __future__ import annotations

import re
from types import MappingProxyType

from bot.gates.test_integrity.assertion import Strictness
from bot.gates.test_integrity.expression_scan import find_first_number, find_numbers

TOLERANCES = re.compile(
    r"\b(?:rel|abs|rel_tol|abs_tol|rtol|atol|delta|accuracy|places|decimal|precision"
    r"|epsilon|tolerance)\s*[=:]\s*([-\d.eE_]+)"
)
DIGITS = re.compile(r"\b(?:places|decimal|precision)\b")
CALLED_WITH = r"(?:called|awaited)(?:once)?_?(?:once_?)?with|returnedwith"
WHOLE_LIST = r"contains?_?exactly|elements_?are$"
RANGE = r"between|in_?range$|within$"
CALLED_ONCE = re.compile(r"called_?once$", re.IGNORECASE)
CALL_COUNT = re.compile(r"calledtimes|callcount", re.IGNORECASE)
LENGTH = re.compile(r"(?:length(?:of)?|count|size|len)$", re.IGNORECASE)
# What a name says, the most telling first.
NAMES = (
    (
        (
            r"almost|close_?to|in_?delta|in_?epsilon|approx|near$|allclose|withaccuracy"
            r"|isclose|_ulps|_close(?:_fraction)?$"
        ),
        Strictness.NEAR,
    ),
    (
        r"not_?equal|notequals|(?:^|_)ne!?$|notsame|notdeep|(?:^|_)differ|doesnotequal|unequal",
        Strictness.BOUND,
    ),
    (
        (
            r"greater|less|(?:^|_)(?:gt|ge|lt|le)$|instance|typeof|above|below|least$|most$"
            rf"|be_a\b|be_kind|{RANGE}"
        ),
        Strictness.BOUND,
    ),
    (
        (
            r"not_?(?:nil|null|none|empty|undefined)|notbe|defined$|truthy|no_?error|exists"
            r"|be_present|occurred$"
        ),
        Strictness.SOME,
    ),
    (r"doesnotthrow|nothrow|isok$|_ok!?$", Strictness.SOME),
    (CALLED_WITH, Strictness.EXACT),
    (r"any_?call|has_?calls|calledtimes|callcount", Strictness.PART),
    (r"called|tohavereturned", Strictness.SOME),
    (r"equalerror$|match_?error$", Strictness.EXACT),
    (r"errorcontains$", Strictness.PART),
    (r"raises|throw|panic|warns|reject|error", Strictness.PART),
    (WHOLE_LIST, Strictness.EXACT),
    (
        (
            r"contain|include|match|regex|subset|equivalent|starts?_?with|ends?_?with|substring"
            r"|like$|assertin$"
        ),
        Strictness.PART,
    ),
    (r"any_?of$|one_?of$|either$", Strictness.PART),
    (r"_in$|length|hasitem|count$|property|size$|len$|have_key", Strictness.PART),
    (
        (
            r"equal|(?:_|str|case)eq!?$|same|(?:^|[._])(?:is_?|eq|eql|be|tobe|identical)$|^tobe$"
            r"|deepeq|snapshot|isdeeply"
        ),
        Strictness.EXACT,
    ),
)
VALUES = MappingProxyType(
    {
        "true": "True",
        "false": "False",
        "nil": "None",
        "null": "None",
        "none": "None",
        "undefined": "None",
        "empty": "empty",
        "falsy": "False",
    }
)
VALUE = re.compile(r"(true|false|nil|null|none|undefined|empty|falsy)[!?]?$", re.IGNORECASE)
NOT_VALUE = re.compile(
    r"not?_?(?:be_?)?(?:nil|null|none|undefined|empty|false|true)!?$", re.IGNORECASE
)
REFUTES = re.compile(r"refute_(\w+)$")  # Minitest's contrary of assert_
EXPECTED_FIRST = re.compile(
    r"^(?:assertEquals|assertSame|assertArrayEquals|assert_equal|assertNotEquals"
    r"|InDelta|InEpsilon|assert_in_delta|assert_in_epsilon"
    r"|Equal|EqualValues|Exactly|areEqual|assertStringContains\w*)$|^assert_eq",
    re.IGNORECASE,
)
DEFAULT_TOLERANCE = 1e-6  # of pytest.approx
# Of toBeCloseTo, and of Minitest.
DEFAULT_TOLERANCES = ((r"close_?to", 5e-3), (r"in_?delta|in_?epsilon", 1e-3))
MAX_DIGITS = 30


def find_strictness(name: str) -> Strictness | None:
    """Tell how strictly an assertion of this name holds its value; None when it does not say."""
    for pattern, strictness in NAMES:
        if re.search(pattern, name, re.IGNORECASE):
            return strictness
    return None


def find_value(name: str) -> str:
    """Find the value that stands in the name itself, as in assertNull; empty when there is none."""
    value = VALUE.search(name)
    if value is None or NOT_VALUE.search(name):
        return ""
    return VALUES[value[1].lower()]


def read_tolerance(name: str, arguments: list[str], positional: list[str]) -> float:
    """Read how far off is near enough: as a number, larger is laxer."""
    named = [tolerance for part in arguments if (tolerance := _read_named(part)) is not None]
    if named:
        return max(named)
    third = positional[2] if len(positional) > 2 else ""
    if find_numbers(third):
        number = find_first_number(third)
        is_digits = abs(number) < MAX_DIGITS and number == int(number) and _counts_digits(name)
        return 10.0**-number if is_digits else number
    for pattern, tolerance in DEFAULT_TOLERANCES:
        if re.search(pattern, name, re.IGNORECASE):
            return tolerance
    return DEFAULT_TOLERANCE


def _read_named(argument: str) -> float | None:
    """Read `abs=0.1`, or `places=3`, which counts digits."""
    tolerance = TOLERANCES.search(argument)
    if tolerance is None:
        return None
    number = find_first_number(tolerance[1])
    return 10.0 ** -max(number, -MAX_DIGITS) if DIGITS.search(argument) else number


def _counts_digits(name: str) -> bool:
    """Tell whether the third argument counts digits, as in assertAlmostEqual(a, b, 3)."""
    return bool(re.search(r"almost|beclose", name, re.IGNORECASE))


def has_tolerance_third(positional: list[str]) -> bool:
    """Tell whether the third argument is a tolerance, as in assertEquals(0.3, x, 0.001)."""
    if len(positional) < 3:
        return False
    return bool(re.fullmatch(r"\d*\.\d+[fd]?|1?e-\d+", positional[2], re.IGNORECASE))


def find_bound(name: str) -> str:
    """Find the operator for which the name stands, as in assertGreater; empty when none."""
    if re.search(r"not", name, re.IGNORECASE):
        return "!="
    if re.search(r"greater|above|least$|(?:^|_)g(?:t|e)$", name, re.IGNORECASE):
        return ">"
    if re.search(r"less|below|most$|(?:^|_)l(?:t|e)$", name, re.IGNORECASE):
        return "<"
    return ""
