"""Here lives what an assertion's name says: how firm it is, how near is near enough, and the bare
words in it.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from bot.gates.test_integrity.expression_scan import numbers

EXACT, NEAR, PART, BOUND, SOME, NOTHING = 5, 4, 3, 2, 1, 0
TOLERANCES = re.compile(
    r"\b(?:rel|abs|rel_tol|abs_tol|rtol|atol|delta|accuracy|places|decimal|precision"
    r"|epsilon|tolerance)\s*[=:]\s*([-\d.eE_]+)"
)
DIGITS = re.compile(r"\b(?:places|decimal|precision)\b")
# What a name says, the most telling first.
NAMES = (
    (
        r"almost|closeto|indelta|inepsilon|approx|near$|allclose|within|withaccuracy|isclose|_ulps",
        NEAR,
    ),
    (r"not_?equal|notequals|_ne!?$|notsame|notdeep|(?:^|_)differ|doesnotequal|unequal", BOUND),
    (
        r"greater|less|_(?:gt|ge|lt|le)$|instance|typeof|above|below|at_?least|at_?most|between|be_a\b|be_kind",
        BOUND,
    ),
    (
        r"not_?(?:nil|null|none|empty|undefined)|notbe|defined$|truthy|no_?error|exists|be_present",
        SOME,
    ),
    (r"doesnotthrow|nothrow|isok$|_ok!?$", SOME),
    (r"called(?:once)?_?(?:once_?)?with|lastcalledwith|nthcalledwith", EXACT),
    (r"called|tohavereturned", SOME),
    (r"raises|throw|panic|warns|reject|error", PART),
    (
        r"contain|include|match|regex|subset|starts?_?with|ends?_?with|substring|like$|assertin$",
        PART,
    ),
    (r"_in$|length|hasitem|count$|property|size$|len$|have_key", PART),
    (
        r"equal|_eq!?$|same|(?:^|[._])(?:is|eq|eql|be|tobe|identical)$|^tobe$|deepeq|snapshot|isdeeply",
        EXACT,
    ),
)
WORDS = MappingProxyType(
    {
        "true": "True", "false": "False", "nil": "None", "null": "None", "none": "None", "undefined": "None",
        "empty": "empty", "falsy": "False",
    }
)  # fmt: skip
WORD = re.compile(r"(true|false|nil|null|none|undefined|empty|falsy)!?$", re.IGNORECASE)
NOT_WORD = re.compile(r"not?_?(?:nil|null|none|undefined|empty|false|true)!?$", re.IGNORECASE)
EXPECTED_FIRST = re.compile(
    r"^(?:assertEquals|assertSame|assertArrayEquals|assert_equal|assertNotEquals"
    r"|Equal|EqualValues|Exactly|areEqual|assertStringContains\w*)$|^assert_eq",
    re.IGNORECASE,
)


def firmness_of(name: str) -> int | None:
    """How firmly an assertion of this name holds its value; None when the name tells nothing."""
    return next((firm for pattern, firm in NAMES if re.search(pattern, name, re.IGNORECASE)), None)


def word_of(name: str) -> str:
    """The value that stands in the name itself, as in assertNull; empty when there is none."""
    word = WORD.search(name)
    return WORDS[word[1].lower()] if word and not NOT_WORD.search(name) else ""


def tolerance_of(name: str, parts: list[str], positional: list[str]) -> float:
    """How far off is near enough: as a number, larger is laxer."""
    told = [(part, TOLERANCES.search(part)) for part in parts]
    named = [
        10.0 ** -(numbers(found[1]) or [0])[0]
        if DIGITS.search(part)
        else (numbers(found[1]) or [0.0])[0]
        for part, found in told
        if found
    ]
    if named:
        return max(named)
    last = positional[2:3]
    digits = re.search(r"almost|close", name, re.IGNORECASE) and not re.search(
        r"allclose|isclose", name, re.IGNORECASE
    )
    if last and numbers(last[0]):
        number = numbers(last[0])[0]
        return 10.0**-number if digits and number == int(number) and abs(number) < 30 else number
    return 5e-3 if re.search("closeto", name, re.IGNORECASE) else 1e-6


def third_is_gap(positional: list[str]) -> bool:
    """assertEquals(0.3, x, 0.001)"""
    return len(positional) > 2 and bool(
        re.fullmatch(r"\d*\.\d+[fd]?|1?e-\d+", positional[2], re.IGNORECASE)
    )


def bound_of(name: str) -> str:
    if re.search(r"not", name, re.IGNORECASE):
        return "!="
    if re.search(r"greater|above|at_?least|_g(?:t|e)$", name, re.IGNORECASE):
        return ">"
    return "<" if re.search(r"less|below|at_?most|_l(?:t|e)$", name, re.IGNORECASE) else ""
