"""Here lives the reading of test files: each test with its claims, in any language that has a
grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from bot.gates.test_integrity.assertions import (
    CALLS,
    HEAD_CHARS,
    TEXT_CHARS,
    attribute_rows,
    claim_of,
    head_of,
    rows_of,
    text_of,
)
from bot.gates.test_integrity.claims import Claim
from bot.search.grammars import language_of, parse

FILE_CHARS = 400_000
DEPTH = 60

FUNCTIONS = frozenset(
    [
        "function_definition",
        "function_declaration",
        "method_declaration",
        "function_item",
        "method",
        "method_definition",
    ]
)
CLASSES = frozenset(
    ["class_definition", "class_declaration", "object_declaration", "class", "module", "mod_item"]
)
BLOCKS = frozenset(
    [
        "arrow_function",
        "function_expression",
        "function",
        "do_block",
        "block",
        "func_literal",
        "lambda_literal",
        "annotated_lambda",
        "lambda",
    ]
)
ANNOTATED = re.compile(
    r"@(?:\w+\.)*(?:\w*Test|Property|Theory)\b|\[\s*(?:Fact|Theory|Test|TestMethod"
    r"|TestCase)\b|#\[(?:\w+::)*(?:test|rstest)\b"
)
NAMED = re.compile(r"test|Test|Fuzz|Example|TEST|spec_|should_|it_")
FIXTURE = re.compile(r"@(?:\w+\.)*fixture\b")
SPOKEN = re.compile(
    r"[xf]?(?:it|test|specify|example|scenario|describe|context|suite)(?:\.\w+)*\s*[(\s]"
)
SUITE = re.compile(r"[xf]?(?:describe|context|suite)\b")
MODULE_SAYS = re.compile(
    r"^(?:pytestmark\s*=.*|pytest\.skip\(.*|collect_ignore.*|__test__.*|raise .*SkipTest.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Test:
    """A test: where it stands, what is written above and in it, and what it claims."""

    path: str
    name: str  # with its classes and suites before it; empty for what stands outside of all tests
    line: int
    header: (
        str  # decorators, attributes, the call's head: its own, those around it and the module's
    )
    body: str
    claims: tuple[Claim, ...] = ()


def tests_in(path: str, text: str) -> tuple[Test, ...]:
    """The tests of a file in their order, and last one without a name for the claims outside of
    them.
    """
    language = language_of(path) if len(text) <= FILE_CHARS else None
    tree = parse(language, text.encode(errors="replace")) if language else None
    if tree is None:
        return ()
    reader = _Reader(path)
    outside = tuple(
        reader.walk(tree.root_node, _Around((), "\n".join(MODULE_SAYS.findall(text))), 0)
    )
    return (*reader.found, Test(path, "", 1, "", "", outside))


@dataclass(frozen=True, slots=True)
class _Around:
    """What a node stands in: names of classes and suites, what is written above them, whether a
    runner looks there.
    """

    names: tuple[str, ...]
    header: str
    collected: bool = True

    def inside(self, name: str, header: str, *, collected: bool = True) -> _Around:
        return _Around(
            (*self.names, name), f"{self.header}\n{header}", self.collected and collected
        )


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Test] = []

    def walk(self, node: Node, around: _Around, depth: int) -> Iterator[Claim]:
        """Keep each test below the node, and give the claims that belong to none."""
        for part in node.named_children if depth < DEPTH else ():
            child = part.children[-1] if part.type == "decorated_definition" else part
            head = head_of(child, HEAD_CHARS) if child.type in CALLS else ""
            if child.type in CLASSES:
                header = _header(child)
                inner = around.inside(
                    _name(child), header, collected=_collected(child, header, self.path)
                )
                yield from self.walk(child, inner, depth + 1)
            elif child.type in CALLS and SPOKEN.match(head) and _block(child):
                yield from self._spoken(child, head, around, depth)
            elif child.type in FUNCTIONS and _is_test(child, around):
                self._keep(child, around, _name(child), _header(child), depth)
            elif (made := claim_of(child)) is not None:
                yield made
            elif rows := tuple(rows_of(child)):
                yield from rows
            else:
                yield from self.walk(child, around, depth + 1)

    def _spoken(self, node: Node, head: str, around: _Around, depth: int) -> Iterator[Claim]:
        """it("adds", () => ...), or a suite of them."""
        handed = node.child_by_field_name("arguments")
        said = re.search(r"""["'`]([^"'`\n]*)["'`]""", text_of(handed) if handed else head)
        above = head.partition("=>")[0].partition("{")[0].partition("\n")[0]
        name = said[1] if said else above
        if SUITE.match(head):
            yield from self.walk(node, around.inside(name, above), depth + 1)
        else:
            self._keep(node, around, name, above, depth)

    def _keep(self, node: Node, around: _Around, name: str, header: str, depth: int) -> None:
        inner = _Reader(self.path)
        decorated = (
            node.parent
            if node.parent is not None and node.parent.type == "decorated_definition"
            else None
        )
        parts = (*decorated.children[:-1], node) if decorated else (node,)
        below = (found for part in parts for found in inner.walk(part, around, depth + 1))
        claims = (*attribute_rows(header, node), *below)
        whole = "::".join((*around.names, name))
        body = text_of(node)[:TEXT_CHARS]
        self.found.append(
            Test(
                self.path,
                whole,
                node.start_point.row + 1,
                f"{around.header}\n{header}",
                body,
                claims,
            )
        )


def _is_test(node: Node, around: _Around) -> bool:
    header = _header(node)
    return bool(ANNOTATED.search(header)) or (
        around.collected and bool(NAMED.match(_name(node))) and not FIXTURE.search(header)
    )


def _collected(node: Node, header: str, path: str) -> bool:
    """Pytest looks only into classes that are named so, unittest only into those of a kind."""
    return (
        not path.endswith(".py")
        or bool(re.search(r"\bTest|Test\b|TestCase|Case\b|Tests\b", header))
        or node.type not in CLASSES
    )


def _name(node: Node) -> str:
    named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    return text_of(named).partition("{")[0].strip() if named else text_of(node)[:40]


def _header(node: Node) -> str:
    """What is written above the body: decorators, attributes, modifiers, the signature."""
    start, first = node.start_byte, node
    if node.parent is not None and node.parent.type == "decorated_definition":
        start, first = node.parent.start_byte, node.parent
    while (above := first.prev_sibling) is not None and above.type in (
        "attribute_item",
        "attribute_list",
        "decorator",
        "annotation",
    ):
        start, first = above.start_byte, above
    body = node.child_by_field_name("body")
    stop = body.start_byte if body else node.end_byte
    written = _above(first, start, stop)[:2_000]
    return written if body or node.type not in CLASSES else written.partition("{")[0]


def _above(first: Node, start: int, stop: int) -> str:
    """The bytes of the file from one place to another, by way of the node's parent, which holds
    both.
    """
    holder = first.parent or first
    return (holder.text or b"")[start - holder.start_byte : stop - holder.start_byte].decode(
        errors="replace"
    )


def _block(node: Node) -> bool:
    """Whether a call is handed something to run."""
    handed = node.child_by_field_name("arguments")
    inside = (*(handed.children if handed else ()), *node.children)
    return any(
        child.type in BLOCKS or (child.children and child.children[-1].type in BLOCKS)
        for child in inside
    )
