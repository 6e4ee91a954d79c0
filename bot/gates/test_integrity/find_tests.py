"""Find the tests of a file with their assertions, in any language that has a grammar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from tree_sitter import Node

from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.expression_scan import word_set
from bot.gates.test_integrity.find_assertions import (
    CALLS,
    FUNCTIONS,
    HEAD_CHARS,
    TEXT_CHARS,
    find_assertion,
    find_attribute_rows,
    find_helpers,
    find_row,
    head_of,
)
from bot.gates.test_integrity.syntax_nodes import parse_file
from bot.search.grammars import language_of
from bot.search.syntax_queries import read_text

HEADER_CHARS = 2_000
MAX_DEPTH = 60

CLASSES = frozenset(
    ["class_definition", "class_declaration", "object_declaration", "class", "module", "mod_item"]
)
BLOCKS = word_set(
    """
    arrow_function function_expression function do_block block func_literal lambda_literal
    annotated_lambda lambda
    """
)
DECORATIONS = ("attribute_item", "attribute_list", "decorator", "annotation")
ANNOTATED = re.compile(
    r"@(?:\w+\.)*(?:\w*Test|Property|Theory)\b|\[\s*(?:Fact|Theory|Test|TestMethod"
    r"|TestCase)\b|#\[(?:\w+::)*(?:test|rstest)\b"
)
TEST_NAME = re.compile(r"test|Test|Fuzz|Example|TEST|spec_|should_|it_")
# How runners find tests that bear no mark; where no language is named, by a name of any of them.
NAMES_BY_LANGUAGE = MappingProxyType(
    {
        "python": re.compile(r"test"),
        "go": re.compile(r"(?:Test|Fuzz|Example|Benchmark)(?![a-z])"),
        "rust": re.compile(r"(?!)"),
        "csharp": re.compile(r"(?!)"),
    }
)
JUNIT_3 = re.compile(r"\b(?:extends|:)\s*[\w.<>]*Test")
MARKED_LANGUAGES = ("java", "kotlin")
TEST_CLASS = re.compile(r"\bTest|Test\b|TestCase|Case\b|Tests\b")
FIXTURE = re.compile(r"@(?:\w+\.)*fixture\b")
TEST_CALL = re.compile(
    r"[xf]?(?:it|test|specify|example|scenario|describe|context|suite)(?:[A-Z_]\w*)?(?:\.\w+)*"
    r"\s*[(\s]"
)
SUITE_CALL = re.compile(r"[xf]?(?:describe|context|suite)(?:[A-Z_]\w*)?\b")
TEST_FILE = re.compile(r"(?:^|/)test_\w+\.py$|_test\.go$|\.(?:test|spec)\.\w+$")
RUNS_ITSELF = re.compile(r"set_?up|tear_?down|Test|main$|before|after|pytest_", re.IGNORECASE)
DECORATED = re.compile(r"^\s*@(?!(?:contextlib\.)?(?:async)?contextmanager\b)", re.MULTILINE)
RAISES = re.compile(r"with\s+[\w.]*(?:raises|assertRaises\w*|assertRaisesRegex)\(", re.IGNORECASE)
QUOTED = re.compile(r"""(["'`])((?:(?!\1)[^\n])*)\1""")
NAMED_MARKS = re.compile(
    r"^(\w+)\s*=\s*((?:pytest\.mark|unittest)\.\w+\((?:[^()]|\([^()]*\)){0,400}\))", re.MULTILINE
)
MODULE_MARKS = re.compile(
    r"^(?:pytestmark\s*=.*|pytest\.skip\(.*|collect_ignore.*|__test__.*|raise .*SkipTest.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class FoundTest:
    """A test: where it stands, what is written above and in it, and what it asserts."""

    path: str
    name: str  # with its classes and suites before it; empty for what stands outside of all tests
    line: int
    header: str  # decorators, attributes, the call's head: its own, its classes' and the module's
    body: str
    assertions: tuple[Assertion, ...] = ()

    @property
    def short_name(self) -> str:
        """The name without its classes and suites."""
        return self.name.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a node stands in: names of classes and suites, what is written above them, and whether
    a test runner looks there.
    """

    names: tuple[str, ...]
    header: str
    is_collected: bool = True

    def enter(self, name: str, header: str, *, is_collected: bool = True) -> _Scope:
        """Make the scope of a class or suite in this one."""
        return _Scope(
            (*self.names, name), f"{self.header}\n{header}", self.is_collected and is_collected
        )


def find_tests(path: str, text: str) -> tuple[FoundTest, ...]:
    """Find the tests of a file in their order, and last one without a name for the assertions
    outside of them.
    """
    root = parse_file(path, text)
    if root is None:
        return ()
    finder = _Finder(path, language_of(path) or "", find_helpers(root))
    module = _Scope((), "\n".join(MODULE_MARKS.findall(text)))
    if TEST_FILE.search(path):
        finder.words.update(re.findall(r"\w+", text))
    finder.marks = dict(NAMED_MARKS.findall(text))
    outside = tuple(finder.walk(root, module, 0))
    return (*finder.tests, FoundTest(path, "", 1, "", "", outside))


class _Finder:
    def __init__(self, path: str, language: str, helpers: frozenset[str]) -> None:
        self.path, self.language, self.helpers = path, language, helpers
        self.tests: list[FoundTest] = []
        self.words: Counter[str] = Counter()  # of a file that only its own tests use
        self.marks: dict[str, str] = {}  # that the file gives names to, as decorators

    def walk(self, node: Node, scope: _Scope, depth: int) -> Iterator[Assertion]:
        """Keep each test below the node, and yield the assertions that belong to none."""
        for part in node.named_children if depth < MAX_DEPTH else ():
            child = part.children[-1] if part.type == "decorated_definition" else part
            yield from self._visit(child, scope, depth)

    def _visit(self, node: Node, scope: _Scope, depth: int) -> Iterator[Assertion]:
        head = head_of(node, HEAD_CHARS) if node.type in CALLS else ""
        if node.type in CLASSES:
            yield from self._visit_class(node, scope, depth)
        elif TEST_CALL.match(head) and _is_handed_a_block(node):
            yield from self._visit_call(node, head, scope, depth)
        elif node.type in FUNCTIONS and _is_test_function(node, scope, self.language):
            self._keep(node, scope, (_name_of(node), _header_of(node)), depth)
        elif node.type in FUNCTIONS and self._is_unused(node, scope):
            for unused in self.walk(node, scope, depth + 1):
                yield replace(unused, strictness=Strictness.NOTHING)
        else:
            assertion = find_assertion(node, self.language, self.helpers) or find_row(node)
            if assertion is not None:
                yield replace(assertion, end_line=node.end_point.row + 1)
            elif node.type == "with_statement" and RAISES.match(head_of(node, HEAD_CHARS)):
                yield from self._visit_raises(node, scope, depth)
            else:
                yield from self.walk(node, scope, depth + 1)

    def _is_unused(self, node: Node, scope: _Scope) -> bool:
        """Tell whether nothing calls a function of the file, so that it asserts nothing."""
        if scope.names or self.words[_name_of(node)] != 1 or RUNS_ITSELF.match(_name_of(node)):
            return False
        return not DECORATED.search(_header_of(node))

    def _visit_raises(self, node: Node, scope: _Scope, depth: int) -> Iterator[Assertion]:
        """Visit `with raises(...)`: what stands in it cannot fail the test by being untrue."""
        body = node.child_by_field_name("body")
        for assertion in self.walk(node, scope, depth + 1):
            is_inside = body is not None and assertion.line > body.start_point.row
            strictness = Strictness.NOTHING if is_inside else assertion.strictness
            yield replace(assertion, strictness=strictness)

    def _visit_class(self, node: Node, scope: _Scope, depth: int) -> Iterator[Assertion]:
        header = _header_of(node)
        # pytest looks only into classes that are named so, unittest only into those of a kind.
        is_collected = not self.path.endswith(".py") or bool(TEST_CLASS.search(header))
        inner = scope.enter(_name_of(node), header, is_collected=is_collected)
        yield from self.walk(node, inner, depth + 1)

    def _visit_call(self, node: Node, head: str, scope: _Scope, depth: int) -> Iterator[Assertion]:
        """Visit it("adds", () => ...), or a suite of them."""
        arguments = node.child_by_field_name("arguments")
        quoted = QUOTED.search(read_text(arguments) if arguments else head)
        # Ruby's => stands in the marks of a test, and not before its body.
        start = head if self.language == "ruby" else head.partition("=>")[0]
        header = start.partition("{")[0].partition("\n")[0]
        name = quoted[2] if quoted else header
        if SUITE_CALL.match(head):
            yield from self.walk(node, scope.enter(name, header), depth + 1)
        else:
            self._keep(node, scope, (name, header), depth)

    def _keep(self, node: Node, scope: _Scope, title: tuple[str, str], depth: int) -> None:
        """Keep a test, of which `title` is the name and the header."""
        name, header = title
        inner = _Finder(self.path, self.language, self.helpers)
        used = [self.marks[word] for word in re.findall(r"@(\w+)", header) if word in self.marks]
        assertions = list(find_attribute_rows(header, node))
        definition = _definition_of(node)
        for part in [node] if definition == node else definition.children:
            assertions.extend(inner.walk(part, scope, depth + 1))
        test = FoundTest(
            self.path,
            "::".join((*scope.names, name)),
            node.start_point.row + 1,
            "\n".join((scope.header, header, *used)),
            read_text(node)[:TEXT_CHARS],
            tuple(assertions),
        )
        self.tests.append(test)


def _definition_of(node: Node) -> Node:
    """Return what holds the node and its decorators, where the grammar has such a node."""
    if node.parent is None or node.parent.type != "decorated_definition":
        return node
    return node.parent


def _is_test_function(node: Node, scope: _Scope, language: str) -> bool:
    header = _header_of(node)
    if ANNOTATED.search(header):
        return True
    if language in MARKED_LANGUAGES and not JUNIT_3.search(scope.header):
        return False
    pattern = NAMES_BY_LANGUAGE.get(language, TEST_NAME)
    is_named_so = scope.is_collected and bool(pattern.match(_name_of(node)))
    return is_named_so and not FIXTURE.search(header)


def _name_of(node: Node) -> str:
    name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    if name is None:
        return read_text(node)[:40]
    return read_text(name).partition("{")[0].strip()


def _header_of(node: Node) -> str:
    """Return what is written above the body: decorators, attributes, modifiers, the signature."""
    first = _definition_of(node)
    above = first.prev_sibling
    while above is not None and above.type in DECORATIONS:
        first, above = above, above.prev_sibling
    body = node.child_by_field_name("body")
    header = _text_between(first, body.start_byte if body else node.end_byte)[:HEADER_CHARS]
    if body is None and node.type in CLASSES:
        return header.partition("{")[0]
    return header


def _text_between(first: Node, end: int) -> str:
    """Return the file's text from a node to a byte, by way of the parent, which holds both."""
    holder = first.parent or first
    data = holder.text or b""
    return data[first.start_byte - holder.start_byte : end - holder.start_byte].decode(
        errors="replace"
    )


def _is_handed_a_block(node: Node) -> bool:
    """Tell whether a call is handed something to run."""
    arguments = node.child_by_field_name("arguments")
    handed = arguments.children if arguments else []
    for child in (*handed, *node.children):
        if child.type in BLOCKS or (child.children and child.children[-1].type in BLOCKS):
            return True
    return False
