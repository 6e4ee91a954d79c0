"""Change code a little, one place at a time: a test of these lines should notice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from types import MappingProxyType

from tree_sitter import Node

from bot.search.grammars import language_of, parse
from bot.search.syntax_queries import read_text
from bot.text.code_line import shorten_code_line

SWAPPED: Mapping[str, str] = MappingProxyType(
    {
        "<": "<=",
        "<=": "<",
        ">": ">=",
        ">=": ">",
        "==": "!=",
        "!=": "==",
        "===": "!==",
        "!==": "===",
        "+": "-",
        "-": "+",
        "*": "+",
        "/": "*",
        "//": "*",
        "%": "*",
        "+=": "-=",
        "-=": "+=",
        "and": "or",
        "or": "and",
        "&&": "||",
        "||": "&&",
        "in": "not in",
        "not in": "in",
        "is": "is not",
        "is not": "is",
        "true": "false",
        "false": "true",
        "True": "False",
        "False": "True",
    }
)
OPERATIONS = re.compile(
    r"binary|boolean_op|comparison|augmented|infix|equality|additive|multiplicative"
)
BOOLEANS = frozenset({"true", "false", "boolean_literal", "boolean"})
NUMBERS = re.compile(r"^(decimal_)?(integer|number|int)(_literal)?$")
STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal"})
NO_VALUES = re.compile(r"import|include|expression_statement|annotation|attribute|type|decorator")
RETURNS = frozenset({"return_statement", "return"})
NOTHING = MappingProxyType(  # what a function may give back in place of its value
    {"python": "None", "javascript": "null", "typescript": "null", "tsx": "null", "ruby": "nil"}
)
LINE_CHARS = 80
CONDITION, OPERATION, RETURN, VALUE, WORDS = range(5)  # the order in which they are tried on a line


@dataclass(frozen=True, slots=True)
class CodeMutation:
    """One small change: what stood in a line, what stands there instead, and the whole text."""

    line: int
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class _Replacement:
    rank: int
    node: Node
    new: str


def list_mutations(
    path: str, text: str, lines: tuple[int, int], most: int
) -> tuple[CodeMutation, ...]:
    """List at most so many changes between two lines, spread over them; each still parses.

    None where the language has no grammar here.
    """
    language = language_of(path)
    data = text.encode(errors="replace")
    tree = parse(language, data) if language else None
    if language is None or tree is None:
        return ()
    by_line: dict[int, list[_Replacement]] = defaultdict(list)
    for replacement in _iter_replacements(tree.root_node, language, lines):
        by_line[replacement.node.start_point.row + 1].append(replacement)
    for replacements in by_line.values():
        replacements.sort(key=lambda each: (each.rank, each.node.start_byte))
    has_error = tree.root_node.has_error

    def still_parses(mutation: CodeMutation) -> bool:
        mutated = parse(language, mutation.text.encode(errors="replace"))
        return mutated is not None and mutated.root_node.has_error == has_error

    chosen = [by_line[line] for line in _spread(sorted(by_line), most)]
    mutations = (_apply(data, replacement) for replacement in _take_turns(chosen))
    return tuple(islice(filter(still_parses, mutations), most))


def _take_turns(lines: Sequence[Sequence[_Replacement]]) -> Iterator[_Replacement]:
    """Give the first change of every line, then the second of each, and so on."""
    return filter(None, chain.from_iterable(zip_longest(*lines)))


def _spread(lines: Sequence[int], most: int) -> Sequence[int]:
    """Choose so many lines, evenly, where there are more."""
    if len(lines) <= most:
        return lines
    return [lines[index * len(lines) // most] for index in range(most)]


def _apply(data: bytes, replacement: _Replacement) -> CodeMutation:
    node = replacement.node
    before = data[node.start_byte : node.end_byte].decode(errors="replace")
    text = data[: node.start_byte] + replacement.new.encode() + data[node.end_byte :]
    return CodeMutation(
        node.start_point.row + 1,
        _shorten(before),
        _shorten(replacement.new),
        text.decode(errors="replace"),
    )


def _shorten(text: str) -> str:
    return shorten_code_line(" ".join(text.split()), LINE_CHARS)


def _iter_replacements(root: Node, language: str, lines: tuple[int, int]) -> Iterator[_Replacement]:
    first, last = lines
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.end_point.row + 1 < first or node.start_point.row + 1 > last:
            continue
        waiting.extend(reversed(node.children))
        if node.start_point.row + 1 >= first:
            yield from _replace(node, language)


def _replace(node: Node, language: str) -> Iterator[_Replacement]:
    """Give the changes that a node itself can have."""
    text = read_text(node)
    parent = node.parent
    kind = parent.type if parent is not None else ""
    if parent is not None and parent.child_by_field_name("condition") == node:
        yield from _negate(node, text, language)
    if text in SWAPPED and (OPERATIONS.search(kind) or node.type in BOOLEANS):
        yield _Replacement(OPERATION, node, SWAPPED[text])
    if kind in RETURNS and node.is_named and language in NOTHING and text != NOTHING[language]:
        yield _Replacement(RETURN, node, NOTHING[language])
    if NUMBERS.search(node.type) and text.isdecimal():
        yield _Replacement(VALUE, node, str(int(text) + 1))
    if node.type in STRINGS and not NO_VALUES.search(kind) and _is_plain(text):
        yield _Replacement(WORDS, node, f"{text[0]}{text[-1]}")


def _negate(node: Node, text: str, language: str) -> Iterator[_Replacement]:
    """Turn a condition round; one that binds names, as Rust's `if let`, is left."""
    if node.type.startswith("let"):
        return
    turned = f"(!{text})" if text.startswith("(") and text.endswith(")") else f"!({text})"
    yield _Replacement(CONDITION, node, f"not ({text})" if language == "python" else turned)


def _is_plain(text: str) -> bool:
    """Tell whether a literal is a short text in plain quotes."""
    inner = text[1:-1]
    return text[0] in "\"'" and text[0] == text[-1] and inner != "" and text[0] not in inner
