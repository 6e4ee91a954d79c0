"""Find assertions, and the cases of tables, among the nodes of a test."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.assertion_words import is_assertion_call
from bot.gates.test_integrity.expression_scan import normalize_code, split_arguments, word_set
from bot.gates.test_integrity.read_assertion import read_assertion, read_row
from bot.gates.test_integrity.syntax_nodes import find_nodes
from bot.search.syntax_queries import read_text

TEXT_CHARS = 20_000
HEAD_CHARS = 300
TABLE_LEVELS = 8  # how far above a row its table's name may stand
LOOPS = frozenset(["for_statement", "for_in_statement", "for_expression", "for_in_clause"])
ASSIGNMENTS = word_set(
    """
    assignment short_var_declaration variable_declarator let_declaration assignment_expression
    """
)
EXPECTED_NAME = re.compile(r"^(?:expected|want|wanted|exp|should_be|correct)(?:_\w+|[A-Z]\w*)?$")
FUNCTIONS = word_set(
    """
    function_definition function_declaration method_declaration function_item method
    method_definition
    """
)
CALLS = word_set(
    """
    call call_expression method_invocation invocation_expression macro_invocation
    member_call_expression scoped_call_expression function_call_expression infix_expression
    """
)
STATEMENTS = word_set("expression_statement arrow_function return_statement await_expression")
CHAI_PROPERTY = re.compile(r"(?:chai\.)?expect\(|[\w.()\[\]]+\.should\.")
LISTS = word_set(
    """
    tuple list array literal_value tuple_expression array_expression object dictionary
    initializer_list hash array_creation_expression
    """
)
HELPERS = FUNCTIONS | {"variable_declarator"}
MAY_ASSERT = re.compile(
    r"\bassert\s|\b(?:assert|Assert|expect|EXPECT_|ASSERT_|refute|should)\w*[!.(]|\.should\b|\bfail\("
    r"|\.(?:Fatal|Error)f?\(|\bpytest\.fail|AssertionError"
)
CALLEE = re.compile(r"(?:(?:self|this|cls)\.)?(\w+)\s*\(")
SAYS_IT_ASSERTS = re.compile("check|verify|ensure|expect|must|should")
COMPARISONS = frozenset(
    ["comparison_operator", "binary_expression", "binary_operator", "pair", "keyword_argument"]
)
GO_FAILS = re.compile(r"\b[tbf]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(")
GO_ASSIGNS = re.compile(r"(\w+)\s*:=\s*(.+)$", re.DOTALL)
TABLE_NAME = re.compile(
    r"cases$|^tests$|table$|^examples$|scenarios$|^data$|^params$", re.IGNORECASE
)
TABLE_CALL = re.compile(
    r"parametri[sz]e\w*$|\b(?:each|forEach|map|for_each|each_with_index|with_them)\)?$"
    r"|\w*(?i:parameters)$|cases$",
)
STRUCT = re.compile(r"(?:\[\]|map\[\w+\])\s*(?:struct\b|\w*(?:[tT]est|[cC]ase)\w*)")
# What may stand between a case and what its table is called or handed to.
WRAPPERS = LISTS | word_set(
    """
    literal_element keyed_element argument_list arguments argument keyword_argument
    expression_list array_initializer array_expression reference_expression
    parenthesized_expression as_expression satisfies_expression
    """
)
OUTPUT_NAME = re.compile("want|expect|output|result|out|exp", re.IGNORECASE)
KEYED_PART = re.compile(r"""["']?(\w+)["']?\s*:\s*(.+)$""")
ATTRIBUTE_ROW = re.compile(
    r"\[\s*(?:InlineData|TestCase|DataRow)\((.*?)\)\s*\]|@CsvSource\(\s*\{?(.*?)\}?\s*\)", re.DOTALL
)


def find_helpers(root: Node) -> frozenset[str]:
    """Find the functions of a file that assert, so that to call one is to assert."""
    helpers = set()
    for node in find_nodes(root, HELPERS):
        name, body = node.child_by_field_name("name"), _find_field(node, ("body", "value"))
        if name is not None and MAY_ASSERT.search(read_text(body)):
            helpers.add(read_text(name))
    return frozenset(name for name in helpers if not name.lower().startswith("test"))


def find_assertion(node: Node, language: str, helpers: frozenset[str]) -> Assertion | None:
    """Read the assertion that the node is; None for any other node.

    `helpers` are functions that assert.
    """
    line = node.start_point.row + 1
    if node.type in ("assert_statement", "assert_expression"):
        return read_assertion(read_text(node), line)
    if node.type in ASSIGNMENTS:
        return _read_expected_value(node, line)
    if node.type == "if_statement":
        return _read_go_if(node, line)
    if node.type == "member_expression":
        return _read_property(node, line)
    return _read_call(node, language, helpers) if node.type in CALLS else None


def _read_property(node: Node, line: int) -> Assertion | None:
    """Read chai's `expect(x).to.be.true`, which asserts without a call at its end."""
    is_whole = node.parent is not None and node.parent.type in STATEMENTS
    if is_whole and CHAI_PROPERTY.match(head_of(node, HEAD_CHARS)):
        return read_assertion(head_of(node, TEXT_CHARS), line)
    return None


def _read_call(node: Node, language: str, helpers: frozenset[str]) -> Assertion | None:
    head, line = head_of(node, HEAD_CHARS), node.start_point.row + 1
    callee = CALLEE.match(head)
    name = callee[1] if callee else ""
    is_helper = name in helpers
    if is_assertion_call(head, language) or (is_helper and SAYS_IT_ASSERTS.match(name)):
        return read_assertion(head_of(node, TEXT_CHARS), line)
    if is_helper:  # what its arguments mean, nobody can tell
        text = normalize_code(head_of(node, TEXT_CHARS))
        return Assertion(text, text, line=line)
    return None


def _read_expected_value(node: Node, line: int) -> Assertion | None:
    """Read `expected = 3`, with which an assertion below compares."""
    left = _find_field(node, ("left", "name", "pattern"))
    right = _find_field(node, ("right", "value"))
    if left is None or right is None or not EXPECTED_NAME.match(read_text(left)):
        return None
    name, value = read_text(left), normalize_code(read_text(right))
    return Assertion(f"{name} = {value}", name, value, Strictness.EXACT, bound="=", line=line)


def _find_field(node: Node, names: tuple[str, ...]) -> Node | None:
    for name in names:
        child = node.child_by_field_name(name)
        if child is not None:
            return child
    return None


def _read_go_if(node: Node, line: int) -> Assertion | None:
    """Read Go's assertion: an `if` of what must not be, and a t.Error right in it."""
    body, condition = node.child_by_field_name("consequence"), node.child_by_field_name("condition")
    if body is None or condition is None or not _fails_directly(body):
        return None
    asserted = read_text(condition)
    assigned = GO_ASSIGNS.match(read_text(node.child_by_field_name("initializer")))
    if assigned:  # if got := add(1, 2); got != 3
        name, value = assigned.groups()
        asserted = re.sub(rf"\b{name}\b", lambda _: value, asserted)
    return read_assertion(f"if {asserted}", line)


def _fails_directly(body: Node) -> bool:
    """Tell whether a statement of the body, or of the list in it, fails the test."""
    for child in body.children:
        for statement in (child, *child.children):
            if statement.type == "expression_statement" and GO_FAILS.match(read_text(statement)):
                return True
    return False


def find_row(node: Node) -> Assertion | None:
    """Read the case of a table that the node is; None for any other node."""
    is_param = node.type == "call" and head_of(node, 12) == "pytest.param"
    if not is_param and node.type not in LISTS:
        return None
    if not _is_row_of_table(node):
        return None
    text = read_text(node)
    inner = text[text.find("(") + 1 : -1] if is_param else text[1:-1]
    parts, keys = [], []
    for part in split_arguments(" ".join(inner.split())):
        if re.match(r"(?:id|marks)\s*=", part):
            continue
        keyed = KEYED_PART.match(part)
        keys.append(keyed[1] if keyed else "")
        parts.append(keyed[2] if keyed else part)
    if len(parts) < 2 or (any(keys) and not OUTPUT_NAME.search(" ".join(keys))):
        return None
    return read_row(parts, keys, text, node.start_point.row + 1)


def _is_row_of_table(node: Node) -> bool:
    """Tell whether the node is an item of a table of cases; a list of lists is none.

    A table has such a name, is handed to what runs a test for each, or is looped over by parts.
    """
    above = node.parent
    if _is_list_of_lists(node) or above is None or above.type not in WRAPPERS:
        return False
    levels = 0
    while above is not None and above.type in WRAPPERS and levels < TABLE_LEVELS:
        above, levels = above.parent, levels + 1
        if above is not None and above.type == "composite_literal":
            if STRUCT.match(read_text(above.child_by_field_name("type"))):
                return True
            above = above.parent
    if above is None or (levels == 1 and above.type in CALLS and node.type != "call"):
        return False
    return _holds_cases(above)


def _holds_cases(holder: Node) -> bool:
    if holder.type in CALLS:
        called = _find_field(holder, ("function", "method", "name", "macro"))
        return called is not None and bool(TABLE_CALL.search(_tail_of(called)))
    if holder.type in ("member_expression", "field_expression", "attribute"):
        return bool(TABLE_CALL.search(_tail_of(holder)))
    if holder.type in LOOPS:
        target = _find_field(holder, ("left", "pattern"))
        return target is not None and bool(re.search(r"[,{\[(]", read_text(target)))
    named = _find_field(holder, ("left", "name", "pattern"))
    return named is not None and bool(TABLE_NAME.search(read_text(named)))


def _tail_of(node: Node) -> str:
    return (node.text or b"")[-60:].decode(errors="replace")


def _is_list_of_lists(node: Node) -> bool:
    lists, named = 0, 0
    for child in node.children:
        named += child.is_named
        lists += child.type in LISTS or (child.child_count > 0 and child.children[0].type in LISTS)
    return lists > 1 and lists == named


def find_attribute_rows(header: str, node: Node) -> Iterator[Assertion]:
    """Read the cases in attributes: [InlineData(1, 2)] and @CsvSource({"1, 2"})."""
    for inline, csv in ATTRIBUTE_ROW.findall(header):
        texts = [inline] if inline else re.findall(r'"([^"]*)"', csv)
        for text in texts:
            parts = split_arguments(text)
            if len(parts) > 1:
                yield read_row(parts, [""] * len(parts), text, node.start_point.row + 1)


def head_of(node: Node, length: int) -> str:
    """Return the first bytes of a node as text: the whole of a large one is not read for them."""
    return (node.text or b"")[:length].decode(errors="replace")
