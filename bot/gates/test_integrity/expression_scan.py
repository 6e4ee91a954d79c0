"""Here lives the reading of expressions without a grammar: split where no bracket or string is
open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_PARTS = 50
OPENING, CLOSING = "([{", ")]}"
STRING = re.compile(
    r"""(?<!\w)(?:[rbuf]{0,2})(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)""",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
TOKEN = re.compile(
    STRING.pattern + r"|(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+|[^\w\s]", re.IGNORECASE
)
LITERAL = re.compile(
    r"""^(?:[rbuf]{0,2}["'`]|[-+]?\.?\d|&?\[\]|(?:True|False|None|true|false|null|nil|undefined|NULL)\b"""
    r"""|Some\(|Ok\(|Err\(|vec!|new\s|List\.of|Map\.of|set\(|frozenset\(|Decimal\(|expected|want\b|exp\b|\w*Expected)""",
    re.IGNORECASE,
)


def squeezed(text: str) -> str:
    """On one line, one kind of quote, no comma before a closing bracket."""
    flat = " ".join(text.split())
    flat = re.sub(r"(?<=[(\[{])\s+|\s+(?=[)\]},])", "", flat)
    return re.sub(r",\s*([)\]}])", r"\1", flat).strip().rstrip(";").replace("'", '"')


def depths(text: str) -> Iterator[tuple[int, str]]:
    """Each place outside of strings and brackets, with its sign; a bracket counts as outside of
    itself.
    """
    depth, at = 0, 0
    while at < len(text):
        found = STRING.match(text, at) if text[at] in "\"'`rbufRBUF" else None
        if found:
            at = found.end()
            continue
        sign = text[at]
        depth -= sign in CLOSING
        if depth <= 0:
            yield at, sign
        depth += sign in OPENING
        at += 1


def arguments(text: str) -> list[str]:
    """The parts between the outermost commas."""
    parts, begin = [], 0
    for at, sign in depths(text):
        if sign == ",":
            parts.append(text[begin:at].strip())
            begin = at + 1
    last = text[begin:].strip()
    return [*parts, last] if last or parts else []


def split_at(text: str, operators: re.Pattern[str]) -> tuple[str, str, str] | None:
    """Left side, operator and right side of the first operator that stands outside of everything."""
    for at, _ in depths(text):
        found = operators.match(text, at)
        if found:
            return text[:at].strip(), found[0].strip(), text[found.end() :].strip()
    return None


def called(text: str) -> tuple[str, str, str] | None:
    """Callee, what stands between its brackets, and what follows, for a text that begins with a
    call.
    """
    start = text.find("(")
    if start < 0:
        return None
    for at, sign in depths(text[start:]):
        if sign == ")":
            return (
                text[:start].strip(),
                text[start + 1 : start + at].strip(),
                text[start + at + 1 :].strip(),
            )
    return None


def links(chain: str) -> list[tuple[str, str]]:
    """The matchers of a chain with what is handed to them."""
    found, rest = [], chain
    while rest:
        step = re.match(
            r"[.!?\s]*(?:to|be|have|been|is|that|and|not_to|to_not|resolves|rejects"
            r"|not|deep|eventually)?[.\s]*(\w+[!?]?)\s*",
            rest,
        )
        if not step:
            break
        rest = rest[step.end() :]
        inner = called(f"_{rest}") if rest.startswith("(") else None
        if inner:
            rest = inner[2]
        loose = re.match(r"[^.(]+", rest) if not inner else None
        found.append((step[1], inner[1] if inner else loose[0].strip() if loose else ""))
        rest = rest[loose.end() :] if loose else rest
    return found


def literal(text: str) -> bool:
    """Whether the text is a value that somebody wrote down; a list is one, when all that it holds
    is.
    """
    plain = text.strip()
    if plain[:1] in OPENING and plain[-1:] in CLOSING and len(plain) > 1:
        parts = arguments(plain[1:-1])
        return all(literal(part.partition(": ")[2] or part) for part in parts[:MOST_PARTS])
    return bool(LITERAL.match(plain))


def atoms(text: str) -> set[str]:
    """The numbers and words of which literals are made, those of strings taken apart."""
    found: set[str] = set()
    for token in TOKEN.findall(text):
        if token[:1].isdigit():
            found.add(token.replace("_", "").lower())
        else:
            found.update(re.findall(r"[^\W_]+", token))
    return found


def numbers(text: str) -> list[float]:
    return [float(found.replace("_", "")) for found in NUMBER.findall(text)]
