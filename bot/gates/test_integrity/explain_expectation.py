"""Here lives the question whether the change of the code itself explains a new expectation of a
test.

When the code now says "Hi" where it said "Hello", a test that expects "Hi" follows it. When nothing
in the code speaks
of the new value, the test was made to agree with what the code happens to give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from bot.gates.change import Change, keep_handwritten
from bot.gates.test_integrity.expression_scan import STRING, atoms, numbers

DEFINES = re.compile(
    r"\b(?:def|class|func|fn|function|struct|enum|interface|trait|type|const|let"
    r"|var|module|object|record|fun)\s+(?:\([^)]*\)\s*)?(\w+)"
    r"|\b(?:public|private|protected|internal|static)\s+[\w<>\[\], ?]+?\s(\w+)\s*\("
    r"|^[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
DULL = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "the",
        "of",
        "to",
        "in",
        "is",
        "not",
        "self",
        "this",
        "return",
        "if",
        "else",
        "for",
        "def",
        "function",
        "const",
        "let",
        "var",
        "int",
        "str",
        "true",
        "false",
        "none",
        "null",
        "assert",
        "test",
        "expect",
        "result",
        "value",
        "data",
        "name",
        "x",
        "y",
        "i",
    ]
)
ROUTE = re.compile(r"""["'`]((?:/|--)[\w/{}:.-]{3,})""")
SMALL, ALMOST = 1e-9, 1e-6
ROUNDS = re.compile(r"round|toFixed|\bint\(|trunc|floor|ceil|quantize|//|%\.\d", re.IGNORECASE)
REORDERS = re.compile(r"sort|order_?by|reverse|shuffle|\bkey=|compar", re.IGNORECASE)
SHAPES = re.compile(
    r"\.(?:lower|upper|title|strip|casefold|capitalize|toLowerCase|toUpperCase"
    r"|trim)\b|round\(|toFixed|\bint\(|Math\.\w+|format|f\"|strftime|%[ds.]|join\("
)
STATUS = MappingProxyType(
    {
        "200": "ok",
        "201": "created",
        "202": "accepted",
        "204": "no",
        "400": "bad",
        "401": "unauthorized",
        "403": "forbidden",
        "404": "found",
        "409": "conflict",
        "410": "gone",
        "422": "unprocessable",
        "429": "many",
    }
)


@dataclass(frozen=True)
class Code:
    """What the change did to the code that is no test."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    lost: frozenset[str]  # names that were defined and are no more
    routes: frozenset[str]  # addresses and options that are no more

    def lost_what(self, text: str) -> bool:
        """Whether the text speaks of something that is gone."""
        words = set(re.findall(r"\w+", text))
        return not self.lost.isdisjoint(words) or any(route in text for route in self.routes)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.removed)


def code_of(change: Change) -> Code:
    added = tuple(line for path in change.code_paths for _, line in change.handwritten_lines(path))
    removed = tuple(line for path in change.code_paths for _, line in change.removed_lines(path))
    before = _defined(change.before.get(path) for path in change.code_paths)
    after = _defined(change.after.get(path) for path in change.after)
    after_text = "\n".join(change.after.get(path) or "" for path in change.code_paths)
    routes = {route for line in removed for route in ROUTE.findall(line) if route not in after_text}
    stems = {
        path.rpartition("/")[2].partition(".")[0]
        for path in change.code_paths
        if change.after.get(path) is None
    }
    return Code(added, removed, frozenset((before | stems) - after - DULL), frozenset(routes))


def _defined(texts: Iterable[str | None]) -> set[str]:
    return {
        name
        for text in texts
        if text
        for found in DEFINES.findall(keep_handwritten(text))
        for name in found
        if len(name) > 1
    }


def explains(code: Code, old: str, new: str) -> bool:
    """Whether the code's own change speaks of the step from the old expectation to the new one."""
    if not code.changed:
        return False
    gone, come = "\n".join(code.removed), "\n".join(code.added)
    left, new_there = atoms(gone) - atoms(come), atoms(come) - atoms(gone)
    missing, appeared = atoms(old) - atoms(new), atoms(new) - atoms(old)
    if (appeared - DULL) & (new_there | _status(new_there)) or (missing - DULL) & left:
        return True
    if not missing and not appeared and (REORDERS.search(come) or _signs(come) - _signs(gone)):
        return True  # the same words in another order or dress
    same_letters = re.sub(r"[\W_]+", "", old).casefold() == re.sub(r"[\W_]+", "", new).casefold()
    if same_letters and SHAPES.search(come):
        return True
    return _moved_alike(old, new, gone, come)


def _status(words: set[str]) -> set[str]:
    lower = {word.casefold() for word in words}
    return {
        number
        for number, name in STATUS.items()
        if any(name == part for word in lower for part in word.split("_"))
    }


def _signs(text: str) -> set[str]:
    """Pieces of punctuation in strings."""
    return {
        sign for found in STRING.findall(text) for sign in re.findall(r"[^\w\s]+|\s+", found[1:-1])
    }


def _moved_alike(old: str, new: str, gone: str, come: str) -> bool:
    """Whether a number of the expectation moved as a number of the code did: by as much, or in
    proportion.
    """
    pairs = [(x, y) for x, y in zip(numbers(old), numbers(new), strict=False) if x != y]
    was, now = numbers(gone), numbers(come)
    steps = [(a, b) for a in was for b in now if a != b and a not in now][:200]
    fresh = [b for b in now if b not in was and abs(b) > 1][:50]
    return any(
        any(_alike(x, y, a, b) for a, b in steps)
        or any(_by(x, y, b) for b in fresh)
        or _rounded(x, y, come)
        for x, y in pairs
    )


def _by(x: float, y: float, b: float) -> bool:
    """Whether one is so many times the other, or so much more or less."""
    return any(
        abs(gap) < ALMOST * max(1.0, abs(x), abs(y))
        for gap in (y - x * b, x - y * b, abs(y - x) - abs(b))
    )


def _rounded(x: float, y: float, come: str) -> bool:
    """Whether the code rounds now, and the new value is the old one with fewer digits."""
    digits = len(f"{y:g}".partition(".")[2])
    return (
        bool(ROUNDS.search(come))
        and abs(x - y) < 10.0**-digits
        and digits < len(f"{x:.10g}".partition(".")[2])
    )


def _alike(x: float, y: float, a: float, b: float) -> bool:
    if abs((y - x) - (b - a)) < SMALL:
        return True
    for base in (
        0.0,
        1.0,
        -1.0,
        100.0,
        -100.0,
    ):  # times a; plus a of it; less a of it; the same in percent
        if abs(x * (base + b) - y * (base + a)) < ALMOST * max(1.0, abs(x), abs(y)) and x and y:
            return True
    return False
