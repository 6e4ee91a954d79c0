"""Here lives the comparison of a test's claims before and after: removed, loosened, made to fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from types import MappingProxyType

from bot.gates.change import Change
from bot.gates.test_integrity.assertion_names import EXACT, NEAR, NOTHING, PART
from bot.gates.test_integrity.claims import Claim
from bot.gates.test_integrity.explain_expectation import Code, explains
from bot.gates.test_integrity.expression_scan import NUMBER, STRING, TOKEN, literal, numbers
from bot.gates.test_integrity.test_suite import Test
from bot.values import Finding

GATE = "tests"
ALIKE = 0.6
LAXER = 1.5  # times as wide
FINE = 1e-3  # a float may be compared so without any doubt
OUTCOME = re.compile(r"assert|expect|should|want|raises|\b[tb]\.(?:Error|Fatal)|verify|check")
LITERALS = re.compile(f"{STRING.pattern}|{NUMBER.pattern}", re.IGNORECASE)
CONSTANTS = ("True", "False", "None", "true", "false", "null", "nil")
MOST_PAIRS = 400
MEASURES = re.compile(r"\b(?:len|size|count|type|bool|length|sizeof|cap|any|all)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A test as it was and as it is."""

    old: Test
    new: Test

    @property
    def other_input(self) -> bool:
        """Whether other values are put in: what is written down outside of its assertions changed."""
        return _put_in(self.old) != _put_in(self.new)


class Loose:
    """Claims that appeared somewhere, where those that went may have gone."""

    def __init__(self, after: Sequence[Test], pairs: Sequence[Pair], change: Change) -> None:
        old = {pair.new: {claim.text for claim in pair.old.claims} for pair in pairs}
        self.claims = [
            claim
            for test in after
            for claim in test.claims
            if claim.text not in old.get(test, set())
        ]
        self.texts = {claim.text for claim in self.claims}
        self.helpers = {
            name
            for path in change.test_paths
            for name in re.findall(
                r"(?:def|function|func|fn|fun)\s+(\w+)",
                "\n".join(text for _, text in change.added_lines(path)),
            )
        }

    def helps(self, claim: Claim) -> bool:
        """Whether it is a call of a helper that the change wrote."""
        return claim.text.partition("(")[0].rpartition(".")[2] in self.helpers

    def has(self, claim: Claim) -> bool:
        if claim.text in self.texts:
            return True
        values = written(claim)
        return bool(values) and any(
            row.is_row and values <= set(TOKEN.findall(row.text)) for row in self.claims
        )


def weaker(pair: Pair, loose: Loose, code: Code) -> Iterator[Finding]:
    """The claims of one test, those that stayed as they were left out."""
    gone, come = (
        _without(pair.old.claims, pair.new.claims),
        _without(pair.new.claims, pair.old.claims),
    )
    come = [claim for claim in come if not loose.helps(claim)]
    if not claims_anything(pair.new) and pair.new.name:  # told as emptied
        return
    for old in gone:
        new = _partner(old, come)
        if new is None:
            if not _excused(old, pair, loose, code, len(come) >= len(gone)):
                yield found(
                    pair.new, "assertion-removed", f"An assertion was removed: {_shown(old)}"
                )
            continue
        come.remove(new)
        yield from _compared(pair, old, new, code)


def _without(claims: Sequence[Claim], others: Sequence[Claim]) -> list[Claim]:
    left = [claim.text for claim in others]
    found = []
    for claim in claims:
        if claim.text in left:
            left.remove(claim.text)
        else:
            found.append(claim)
    return found


def _partner(old: Claim, come: Sequence[Claim]) -> Claim | None:
    """Of the new claims the one that speaks of the same: exactly, as a part of it, or in much the
    same words.
    """
    like = [new for new in come[:MOST_PAIRS] if new.is_row == old.is_row]
    exact = (new for new in like if new.actual == old.actual)
    partly = (new for new in like if not old.is_row and _holds(old.actual, new.actual))
    wordly = (new for new in like if likeness(old.text, new.text) >= ALIKE)
    return next((new for found in (exact, partly, wordly) for new in found), None)


def _holds(one: str, other: str) -> bool:
    """len(x) speaks of x."""
    pairs = ((one, other), (other, one))
    return bool(one and other) and any(
        re.search(rf"(?<!\w){re.escape(a)}(?!\w)", b) for a, b in pairs
    )


def _excused(old: Claim, pair: Pair, loose: Loose, code: Code, as_many: bool) -> bool:  # noqa: FBT001 - a fact of the pair
    """Moved elsewhere, of something that is gone, of nothing, or followed by as many others."""
    if old.firmness == NOTHING or old.bound == "=" or loose.has(old) or code.lost_what(old.text):
        return True
    if any(re.search(rf"\b{helper}\(", pair.new.body) for helper in loose.helpers):
        return True
    return as_many and not old.is_row


def _compared(pair: Pair, old: Claim, new: Claim, code: Code) -> Iterator[Finding]:
    if (
        not old.is_row
        and old.actual != new.actual
        and old.actual in new.actual
        and MEASURES.search(new.actual)
    ):
        new = replace(
            new, firmness=min(new.firmness, PART)
        )  # how long it is says little of what it is
    if rule := _rule(pair, old, new, code):
        why = f"{WORDS[rule]} {_shown(old)} became {_shown(new)}"
        yield found(pair.new, rule, why, line=new.line or pair.new.line)


def _rule(pair: Pair, old: Claim, new: Claim, code: Code) -> str:
    """What is less in the new claim than in the old; empty when nothing is."""
    if _wider(old, new) and not (new.bound and explains(code, old.expected, new.expected)):
        return "tolerance-widened"
    if _looser(old, new):
        return "assertion-loosened"
    if _other_value(old, new, pair) and not explains(code, old.expected, new.expected):
        return "expectation-changed"
    return ""


WORDS = MappingProxyType(
    {
        "tolerance-widened": "What is near enough was widened:",
        "assertion-loosened": "An assertion was loosened:",
        "expectation-changed": "The expected value was changed, and nothing in the code's change speaks of it:",
    }
)


def _put_in(test: Test) -> set[str]:
    lines = (line for line in test.body.split("\n")[1:] if not OUTCOME.search(line))
    return {token for line in lines for token in LITERALS.findall(line)}


def _wider(old: Claim, new: Claim) -> bool:
    if old.firmness == new.firmness == NEAR and old.tolerance and new.tolerance:
        return new.tolerance > old.tolerance * LAXER
    if old.bound and old.bound == new.bound and old.bound[0] in "<>":
        was, now = numbers(old.expected), numbers(new.expected)
        return len(was) == len(now) == 1 and (
            now[0] > was[0] if old.bound[0] == "<" else now[0] < was[0]
        )
    return False


def _looser(old: Claim, new: Claim) -> bool:
    if (
        old.firmness == EXACT
        and new.firmness == NEAR
        and "." in old.expected
        and new.tolerance <= FINE
    ):
        return False  # floats are compared so
    if old.expected == "True" and new.expected == "True" and old.firmness == new.firmness:
        return False
    if old.firmness == new.firmness == EXACT and old.actual == "raises":
        return False
    return new.firmness < old.firmness


def _other_value(old: Claim, new: Claim, pair: Pair) -> bool:
    """The same thing is looked at, with the same input, and something else must come out."""
    same = (
        old.actual == new.actual and old.expected != new.expected and new.firmness <= old.firmness
    )
    judged = literal(old.expected) or old.expected in new.actual
    return same and judged and (old.is_row or not pair.other_input)


def _shown(claim: Claim) -> str:
    text = claim.text if len(claim.text) <= 90 else f"{claim.text[:87]}..."
    return f"`{text.replace('`', chr(39))}`"


def likeness(old: str, new: str) -> float:
    return SequenceMatcher(
        None, TOKEN.findall(old)[:600], TOKEN.findall(new)[:600], autojunk=False
    ).ratio()


def written(claim: Claim) -> set[str]:
    """The values that a claim writes down."""
    return {
        token
        for token in TOKEN.findall(claim.text)
        if token[0] in "\"'`" or token[0].isdigit() or token in CONSTANTS
    }


def claims_anything(test: Test) -> bool:
    return any(claim.firmness > NOTHING and claim.bound != "=" for claim in test.claims)


def found(test: Test, rule: str, text: str, *, line: int = 0, blocks: bool = True) -> Finding:
    """A finding about a test, whose name it tells: by that a plan may have named it."""
    name = test.name.rpartition("::")[2]
    told = text if not name or f"`{name}`" in text else f"`{name}`: {text}"
    return Finding(GATE, test.path, line or test.line, told, blocks, rule)
