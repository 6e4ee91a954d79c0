"""Read expressions without a grammar: split them where no bracket or string is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_ITEMS = 50
OPENING, CLOSING = "([{", ")]}"
STRING = re.compile(
    r"""(?<!\w)(?:[rbuf]{0,2})(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)""",
    re.IGNORECASE,
)
STRING_STARTS = "\"'`rbufRBUF"
NUMBER = re.compile(r"(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
TOKEN = re.compile(
    STRING.pattern + r"|(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+|[^\w\s]", re.IGNORECASE
)
ESCAPE = re.compile(r"\\(?:x1b\[[\d;]*m|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|[a-z])")
LITERAL = re.compile(
    r"""^(?:[rbuf]{0,2}["'`]|[-+]?\.?\d|&?\[\]|/[^/\s*].*/[a-z]*$|:\w"""
    r"""|(?:True|False|None|true|false|null|nil|undefined|NULL)\b"""
    r"""|Some\(|Ok\(|Err\(|vec!|new\s|new\[\]|(?:List|Set|Map|Array)\.?of\(|Arrays\.asList\("""
    r"""|set\(|frozenset\(|Decimal\(|call\(|times\("""
    r"""|expected|want\b|exp\b|\w*Expected)""",
    re.IGNORECASE,
)
JOINS = "to|be|have|been|is|that|and|not_to|to_not|resolves|rejects|not|deep|eventually"
# A matcher of a chain behind the words that only join: `.not.to.be.closeTo`.
MATCHER = re.compile(rf"(?:->|[.!?\s])*(?:(?:{JOINS})(?:->|[.\s])+(?=[A-Za-z]))*(\w+[!?]?)(\s*)")


class Call(NamedTuple):
    """The text of a call: what is called, what stands between its brackets, what follows."""

    callee: str
    inside: str
    rest: str


class Comparison(NamedTuple):
    """An expression that is split at an operator."""

    left: str
    operator: str
    right: str


def word_set(text: str) -> frozenset[str]:
    """Make a set of the words of a text, which reads better than a list of many strings."""
    return frozenset(text.split())


def normalize_code(text: str) -> str:
    """Put the text on one line, with one kind of quote and no comma before a closing bracket."""
    flat = " ".join(text.split())
    flat = re.sub(r"(?<=[(\[{])\s+|\s+(?=[)\]},])", "", flat)
    flat = re.sub(r",\s*([)\]}])", r"\1", flat).strip().rstrip(";")
    return STRING.sub(_use_double_quotes, flat)


def _use_double_quotes(string: re.Match[str]) -> str:
    """Write a string with the one kind of quote, unless that would end it early."""
    text = string[0]
    if not text.endswith("'") or '"' in text:
        return text
    return text.replace("'", '"', 1)[:-1] + '"'


def scan_outside(text: str) -> Iterator[tuple[int, str]]:
    """Yield each place outside of strings and brackets, and its sign.

    A bracket counts as outside of itself.
    """
    depth, index = 0, 0
    while index < len(text):
        sign = text[index]
        string = STRING.match(text, index) if sign in STRING_STARTS else None
        if string:
            index = string.end()
            continue
        depth -= sign in CLOSING
        if depth <= 0:
            yield index, sign
        depth += sign in OPENING
        index += 1


def split_arguments(text: str) -> list[str]:
    """Split at the outermost commas."""
    parts, start = [], 0
    for index, sign in scan_outside(text):
        if sign == ",":
            parts.append(text[start:index].strip())
            start = index + 1
    last = text[start:].strip()
    if last or parts:
        parts.append(last)
    return parts


def split_operator(text: str, operators: re.Pattern[str]) -> Comparison | None:
    """Split at the first operator that stands outside of all strings and brackets."""
    for index, _ in scan_outside(text):
        operator = operators.match(text, index)
        if operator:
            left, right = text[:index].strip(), text[operator.end() :].strip()
            return Comparison(left, operator[0].strip(), right)
    return None


def split_call(text: str) -> Call | None:
    """Split a text that begins with a call; None when it does not, or no bracket closes it."""
    start = text.find("(")
    if start < 0:
        return None
    for offset, sign in scan_outside(text[start:]):
        if sign == ")":
            end = start + offset
            return Call(
                text[:start].strip(), text[start + 1 : end].strip(), text[end + 1 :].strip()
            )
    return None


def strip_parentheses(text: str) -> str:
    """Take off the pairs of parentheses that hold the whole text."""
    inner = text.strip()
    while inner.startswith("("):
        call = split_call(f"_{inner}")
        if call is None or call.rest:
            break
        inner = call.inside
    return inner


def split_chain(chain: str) -> list[tuple[str, str]]:
    """List the matchers of a chain with what is handed to them: `.to eq 1`, `.toBe(1)`."""
    matchers, rest = [], chain
    while rest:
        matcher = MATCHER.match(rest)
        if not matcher:
            break
        rest = rest[matcher.end() :]
        call = split_call(f"_{rest}") if rest.startswith("(") else None
        if call:
            matchers.append((matcher[1], call.inside))
            rest = call.rest
        else:
            handed = _find_handed(rest) if matcher[2] else ""
            matchers.append((matcher[1], handed.strip()))
            rest = rest[len(handed) :]
    return matchers


def _find_handed(rest: str) -> str:
    """Find what is handed to a matcher without brackets: a block ends it, else the text does."""
    if not rest.startswith("{"):
        return rest
    ends = (index for index, sign in scan_outside(rest) if sign == "}")
    return rest[: next(ends, len(rest)) + 1]


def is_literal(text: str) -> bool:
    """Tell whether the text is a value that somebody wrote down.

    A list is one when all that it holds is.
    """
    plain = text.strip()
    if plain[:1] in OPENING and plain[-1:] in CLOSING and len(plain) > 1:
        items = split_arguments(plain[1:-1])[:MAX_ITEMS]
        return all(is_literal(item) or is_literal(_drop_key(item)) for item in items)
    return bool(LITERAL.match(plain))


def _drop_key(item: str) -> str:
    return re.sub(r"^\w+=(?!=)", "", item.partition(": ")[2] or item)


def find_atoms(text: str) -> set[str]:
    """Find the numbers and words of which literals are made, those of strings taken apart."""
    atoms: set[str] = set()
    for token in TOKEN.findall(text):
        if token[:1].isdigit():
            atoms.add(token.replace("_", "").lower())
        else:
            atoms.update(re.findall(r"[^\W_]+", ESCAPE.sub(" ", token)))
    return atoms


def find_numbers(text: str) -> list[float]:
    """Find the numbers in a text, in their order."""
    return [float(number.replace("_", "")) for number in NUMBER.findall(text)]


def find_first_number(text: str) -> float:
    """Find the first number in a text, 0 when there is none."""
    return next(iter(find_numbers(text)), 0.0)
