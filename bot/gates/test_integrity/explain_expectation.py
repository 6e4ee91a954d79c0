"""Tell whether the change of the code itself explains a new expectation of a test.

When the code now says "Hi" where it said "Hello", a test that expects "Hi" follows it. When nothing
in the code speaks of the new value, the test was made to agree with what the code happens to give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from bot.gates.change import Change, keep_handwritten
from bot.gates.test_integrity.expression_scan import STRING, find_atoms, find_numbers, word_set

DEFINITIONS = re.compile(
    r"\b(?:def|class|func|fn|function|struct|enum|interface|trait|type|const|let"
    r"|var|module|object|record|fun)\s+(?:\([^)]*\)\s*)?(\w+)"
    r"|\b(?:public|private|protected|internal|static)\s+[\w<>\[\], ?]+?\s(\w+)\s*\("
    r"|^[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
COMMON_WORDS = word_set(
    """
    a an and or the of to in is not self this return if else for def function const let var int
    str true false none null assert test expect result value data name x y i
    """
)
ROUTE = re.compile(r"""["'`]((?:/|--)[\w/{}:.-]{3,})""")
SMALL, RELATIVE = 1e-9, 1e-6  # how far off two numbers may be and count as equal
# What a proportion may be taken of: times a; plus a of it; less a of it; the same in percent.
BASES = (0.0, 1.0, -1.0, 100.0, -100.0)
MAX_STEPS, MAX_NUMBERS = 200, 50
ROUNDS = re.compile(r"round|toFixed|\bint\(|trunc|floor|ceil|quantize|//|%\.\d", re.IGNORECASE)
REORDERS = re.compile(r"sort|order_?by|reverse|shuffle|\bkey=|compar", re.IGNORECASE)
RESHAPES = re.compile(
    r"normali[sz]e|canonical|fold|\.(?:lower|upper|title|strip|casefold|capitalize|toLowerCase|toUpperCase"
    r"|trim)\b|round\(|toFixed|\bint\(|Math\.\w+|format|f\"|strftime|%[ds.]|join\("
)
BLANK = re.compile(r"[$#]?\{[^{}]*\}|%[-+.\d]*[a-zA-Z]")  # `${name}`, {name}, #{name}, %s
MIN_TEXT_CHARS = 10  # around the blanks, below which a text could be anybody's
STATUS_WORDS = MappingProxyType(
    {
        "ok": "200",
        "created": "201",
        "accepted": "202",
        "no": "204",
        "bad": "400",
        "unauthorized": "401",
        "forbidden": "403",
        "found": "404",
        "conflict": "409",
        "gone": "410",
        "unprocessable": "422",
        "many": "429",
    }
)


@dataclass(frozen=True)
class CodeChange:
    """What the change did to the code that is no test."""

    added: str
    removed: str
    lost_names: frozenset[str]  # that were defined and are no more
    lost_routes: frozenset[str]  # addresses and options that are no more

    def removed_any_of(self, text: str) -> bool:
        """Tell whether the text speaks of something that is gone."""
        if not self.lost_names.isdisjoint(re.findall(r"\w+", text)):
            return True
        return any(route in text for route in self.lost_routes)

    @cached_property
    def new_atoms(self) -> set[str]:
        """Numbers and words that came, and did not only move."""
        return find_atoms(self.added) - find_atoms(self.removed)

    @cached_property
    def old_atoms(self) -> set[str]:
        """Numbers and words that went."""
        return find_atoms(self.removed) - find_atoms(self.added)

    @cached_property
    def other_punctuation(self) -> set[str]:
        """Pieces of punctuation in strings that came, or that went."""
        return _find_punctuation(self.added) ^ _find_punctuation(self.removed)


def read_code_change(change: Change) -> CodeChange:
    """Read what the change did to the code that is no test."""
    added: list[str] = []
    removed: list[str] = []
    for path in change.code_paths:
        added.extend(line for _, line in change.handwritten_lines(path))
        removed.extend(line for _, line in change.removed_lines(path))
    return CodeChange(
        "\n".join(added),
        "\n".join(removed),
        _find_lost_names(change),
        _find_lost_routes(change, removed),
    )


def _find_lost_names(change: Change) -> frozenset[str]:
    lost = _find_definitions(change.before.get(path) for path in change.code_paths)
    for path in change.code_paths:
        if change.after[path] is None:
            lost.add(path.rpartition("/")[2].partition(".")[0])
    return frozenset(lost - _find_definitions(change.after.values()) - COMMON_WORDS)


def _find_lost_routes(change: Change, removed: Iterable[str]) -> frozenset[str]:
    code = "\n".join(change.after[path] or "" for path in change.code_paths)
    routes = ROUTE.findall("\n".join(removed))
    return frozenset(route for route in routes if route not in code)


def _find_definitions(texts: Iterable[str | None]) -> set[str]:
    names: set[str] = set()
    for text in texts:
        for groups in DEFINITIONS.findall(keep_handwritten(text)):
            names.update(name for name in groups if len(name) > 1)
    return names


def explains_step(code: CodeChange, old: str, new: str) -> bool:
    """Tell whether the code's own change speaks of the step from old expectation to new."""
    if not code.added and not code.removed:
        return False
    missing, appeared = find_atoms(old) - find_atoms(new), find_atoms(new) - find_atoms(old)
    if (appeared - COMMON_WORDS) & (code.new_atoms | _find_statuses(code.new_atoms)):
        return True
    if (missing - COMMON_WORDS) & code.old_atoms:
        return True
    if not missing and not appeared and (REORDERS.search(code.added) or code.other_punctuation):
        return True  # the same words in another order or dress
    if _keep_letters(old) == _keep_letters(new) and RESHAPES.search(code.added):
        return True
    return _follows_text(code, old, new) or _moves_as_code(code, old, new)


def _follows_text(code: CodeChange, old: str, new: str) -> bool:
    """Tell whether each is what a text of the code says, with something put into it."""
    if not any(_is_said_by(text, old) for text in STRING.findall(code.removed)):
        return False
    texts = STRING.findall(code.added)
    return any(_is_said_by(text, new) and not _is_said_by(text, old) for text in texts)


def _is_said_by(text: str, expected: str) -> bool:
    """Tell whether the parts of a text around its blanks stand in what is expected, in order."""
    parts = BLANK.split(text[1:-1])
    if len(parts) < 2 or len("".join(parts)) < MIN_TEXT_CHARS:
        return False
    place = 0
    for part in parts:
        place = expected.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def _keep_letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _find_statuses(atoms: set[str]) -> set[str]:
    """Find the HTTP statuses that the words name, as not_found does 404."""
    return {STATUS_WORDS[word] for atom in atoms if (word := atom.casefold()) in STATUS_WORDS}


def _find_punctuation(text: str) -> set[str]:
    punctuation: set[str] = set()
    for string in STRING.findall(text):
        inner = string[1:-1].replace("\\n", "\n").replace("\\t", "\t")
        punctuation.update(re.findall(r"[^\w\s]+|\s+", inner))
    return punctuation


def _moves_as_code(code: CodeChange, old: str, new: str) -> bool:
    """Tell whether a number of the expectation moved as one of the code did, or was rounded."""
    was, now = find_numbers(code.removed), find_numbers(code.added)
    steps = [(left, right) for left in was if left not in now for right in now][:MAX_STEPS]
    fresh = [number for number in now if number not in was and abs(number) > 1][:MAX_NUMBERS]
    for before, after in zip(find_numbers(old), find_numbers(new), strict=False):
        if before == after:
            continue
        if any(_is_like_step(before, after, left, right) for left, right in steps):
            return True
        if any(_is_moved_by(before, after, number) for number in fresh):
            return True
        if ROUNDS.search(code.added) and _is_rounded(before, after):
            return True
    return False


def _is_like_step(before: float, after: float, left: float, right: float) -> bool:
    """Tell whether a value moved by as much as a number of the code, or in proportion."""
    if abs((after - before) - (right - left)) < SMALL:
        return True
    if not before or not after:
        return False
    for base in BASES:
        if _is_equal(before * (base + right), after * (base + left), before, after):
            return True
    return False


def _is_moved_by(before: float, after: float, number: float) -> bool:
    """Tell whether one is `number` times the other, or so much more or less."""
    if _is_equal(after, before * number, before, after):
        return True
    if _is_equal(before, after * number, before, after):
        return True
    return _is_equal(abs(after - before), abs(number), before, after)


def _is_equal(left: float, right: float, before: float, after: float) -> bool:
    return abs(left - right) < RELATIVE * max(1.0, abs(before), abs(after))


def _is_rounded(before: float, after: float) -> bool:
    """Tell whether the new value is the old one with fewer digits."""
    old_digits, new_digits = _count_digits(f"{before:.10g}"), _count_digits(f"{after:g}")
    return abs(before - after) < 10.0**-new_digits and new_digits < old_digits


def _count_digits(number: str) -> int:
    return len(number.partition(".")[2])
