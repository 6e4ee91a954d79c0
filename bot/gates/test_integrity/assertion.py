"""Hold what one assertion says: of what, which value, how strictly, and how near is near enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType


class Strictness(IntEnum):
    """How much an assertion asks of its value, the least first."""

    NOTHING = 0  # it holds whatever the code does
    SOME = 1  # there is a value, or it counts as true
    BOUND = 2  # larger, smaller, other than, of a type
    PART = 3  # contains, matches, has a length
    NEAR = 4  # equal but for a tolerance
    EXACT = 5


@dataclass(frozen=True, slots=True)
class Assertion:
    """One assertion: `actual` is what it looks at, `expected` what must be there."""

    text: str
    actual: str
    expected: str = ""
    strictness: Strictness = Strictness.SOME
    tolerance: float = 0.0
    bound: str = ""  # the operator of a comparison, or "=" for a value that is set down for later
    line: int = 0
    end_line: int = 0
    is_row: bool = False  # a case of a table


NEGATED_BOUNDS = MappingProxyType(
    {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "in": "not in", "not in": "in"}
)


def negate(assertion: Assertion) -> Assertion:
    """Return what is asserted when this must not be so."""
    bound, expected = assertion.bound, assertion.expected
    if bound == "!=":
        return replace(assertion, bound="", strictness=Strictness.EXACT)
    if bound in NEGATED_BOUNDS:
        return replace(assertion, bound=NEGATED_BOUNDS[bound])
    if expected in ("True", "False"):
        return replace(assertion, expected="False" if expected == "True" else "True")
    if assertion.strictness == Strictness.EXACT:
        strictness = Strictness.SOME if expected == "None" else Strictness.BOUND
        return replace(assertion, strictness=strictness, bound="!=")
    if assertion.strictness == Strictness.NEAR:
        return replace(assertion, tolerance=0.0, bound="!=")  # the wider, the more it asks
    return weaken_to_part(replace(assertion, bound=f"not {bound}".strip()))


def weaken_to_part(assertion: Assertion) -> Assertion:
    """Count the assertion as one of a part of its value at most."""
    return replace(assertion, strictness=min(assertion.strictness, Strictness.PART))
