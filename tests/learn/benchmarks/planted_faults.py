"""Small faults put into lines of Python: each keeps the file one that can be parsed."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random
from tokenize import TokenInfo
from types import MappingProxyType

# fmt: off
SWAPS = MappingProxyType({
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "+": "-", "-": "+",
    "*": "/", "+=": "-=", "-=": "+=", "and": "or", "or": "and", "in": "not in",
    "True": "False", "False": "True",
})
# fmt: on
MOST_DIGITS = 3
FEWEST_LETTERS = 5
KINDS = ("another operator", "a number off by one", "a misspelt name", "another name")
Slip = tuple[TokenInfo, str]


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A fault of one of KINDS: the whole file with it, and the line that has it."""

    kind: str
    text: str
    line: int


def plant_faults(text: str, lines: Collection[int], random: Random) -> Iterator[PlantedFault]:
    """Plant one fault of each kind in these lines, each into the text as it is."""
    try:
        tree = ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError):
        return
    own = [each for each in tokens if each.start[0] in lines and each.start[0] == each.end[0]]
    names = list(_replace_names(tree, own, random))
    spelt = [(each, _misspell(each.string, random)) for each in own if _is_long_name(each)]
    swaps = [(each, SWAPS[each.string]) for each in own if each.string in SWAPS]
    for kind, slips in zip(KINDS, (swaps, list(_count_wrong(own)), spelt, names), strict=True):
        random.shuffle(slips)
        faults = (_plant(kind, text, slip) for slip in slips)
        if fault := next((each for each in faults if _can_be_parsed(each.text, text)), None):
            yield fault


def _plant(kind: str, text: str, slip: Slip) -> PlantedFault:
    token, new = slip
    lines = text.split("\n")
    row, column = token.start
    line = lines[row - 1]
    lines[row - 1] = line[:column] + new + line[token.end[1] :]
    return PlantedFault(kind, "\n".join(lines), row)


def _can_be_parsed(text: str, before: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return text != before


def _count_wrong(tokens: Collection[TokenInfo]) -> Iterator[Slip]:
    for token in tokens:
        if token.string.isdecimal() and len(token.string) <= MOST_DIGITS:
            number = int(token.string)
            yield token, str(number + 1)
            yield token, str(max(number - 1, 0))


def _is_long_name(token: TokenInfo) -> bool:
    is_name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
    return is_name and len(token.string) >= FEWEST_LETTERS


def _misspell(name: str, random: Random) -> str:
    """Leave a letter out, or turn two around."""
    place = random.randrange(1, len(name) - 1)
    if random.random() < 0.5:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _replace_names(
    tree: ast.Module, tokens: Collection[TokenInfo], random: Random
) -> Iterator[Slip]:
    """Put another variable of the same function where one is read."""
    by_place = {token.start: token for token in tokens if token.line.isascii()}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
            bound |= {argument.arg for argument in function.args.args} - {"self", "cls"}
            for node in names:
                token = by_place.get((node.lineno, node.col_offset))
                if (
                    token
                    and isinstance(node.ctx, ast.Load)
                    and node.id in bound
                    and bound > {node.id}
                ):
                    yield token, random.choice(sorted(bound - {node.id}))
