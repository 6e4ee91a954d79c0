"""Find assertions, and the cases of tables, among the nodes of a test."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.expression_scan import normalize_code, split_arguments, word_set
from bot.gates.test_integrity.read_assertion import read_assertion, read_row

TEXT_CHARS = 20_000
HEAD_CHARS = 300
TABLE_LEVELS = 5  # how far above a row its table's name may stand
ASSIGNMENTS = word_set(
    """
    assignment short_var_declaration variable_declarator let_declaration assignment_expression
    """
)
EXPECTED_NAME = re.compile(r"^(?:expected|want|wanted|exp|should_be|correct)(?:_\w+|[A-Z]\w*)?$")
CALLS = word_set(
    """
    call call_expression method_invocation invocation_expression macro_invocation
    member_call_expression scoped_call_expression function_call_expression infix_expression
    """
)
LISTS = word_set(
    """
    tuple list array literal_value tuple_expression array_expression object dictionary
    initializer_list hash array_creation_expression
    """
)
ASSERTS = re.compile(
    r"(?:await\s+)?(?:(?:self|this|cls|np|numpy|torch|pd|unittest|chai|sinon|tf"
    r"|\w+\.testing)(?:\.|->)|\$this->|self::|static::)*"
    r"(?:assert\w*|expect\w*|should\w*|verify\w*|check_\w+|ensure\w*|fail|raises|warns|XCT\w+"
    r"|EXPECT_\w+|ASSERT_\w+"
    r"|REQUIRE\w*|CHECK\w*|Assert\w*|require|pytest\.(?:raises|warns|fail)|refute\w*|must_\w+"
    r"|t\.(?:is|deepEqual|equal|same|throws|ok|true|false|Error\w*|Fatal\w*|Fail\w*))\b"
)
ASSERTS_AT_END = re.compile(
    r"[\w.$>()\[\]'\"-]{1,200}(?:\.|->)(?:assert_\w+|should\w*|must_\w+)\b"
    r"|\S{1,200}\s+should\w*\s"
    r"|[\w.()]{1,200}\.Should\("
)
GROUPS = re.compile(r"(?:\w+\.)?(?:assertAll|subTest|assertSoftly|expect\.assertions)\b")
COMPARISONS = frozenset(
    ["comparison_operator", "binary_expression", "binary_operator", "pair", "keyword_argument"]
)
GO_FAILS = re.compile(r"\b[tbf]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(")
GO_ASSIGNS = re.compile(r"(\w+)\s*:=\s*(.+)$", re.DOTALL)
TABLE = re.compile(
    r"parametrize|\.each\b|\w*cases\b|\btests\b|\w*table\b|examples\b|scenarios\b"
    r"|struct\s*\{|parameters\(",
    re.IGNORECASE,
)
OUTPUT_NAME = re.compile("want|expect|output|result|out|exp", re.IGNORECASE)
KEYED_PART = re.compile(r"""["']?(\w+)["']?\s*:\s*(.+)$""")
ATTRIBUTE_ROW = re.compile(
    r"\[\s*(?:InlineData|TestCase|DataRow)\((.*?)\)\s*\]|@CsvSource\(\s*\{?(.*?)\}?\s*\)", re.DOTALL
)


def find_assertion(node: Node) -> Assertion | None:
    """Read the assertion that the node is; None for any other node."""
    line = node.start_point.row + 1
    if node.type in ("assert_statement", "assert_expression"):
        return read_assertion(text_of(node), line)
    if node.type in ASSIGNMENTS:
        return _read_expected_value(node, line)
    if node.type == "if_statement":
        return _read_go_if(node, line)
    if node.type in CALLS and _is_assertion_call(head_of(node, HEAD_CHARS)):
        return read_assertion(head_of(node, TEXT_CHARS), line)
    return None


def _is_assertion_call(head: str) -> bool:
    if GROUPS.match(head):  # the assertions in it are found one by one
        return False
    return bool(ASSERTS.match(head) or ASSERTS_AT_END.match(head))


def _read_expected_value(node: Node, line: int) -> Assertion | None:
    """Read `expected = 3`, with which an assertion below compares."""
    left = _find_field(node, ("left", "name", "pattern"))
    right = _find_field(node, ("right", "value"))
    if left is None or right is None or not EXPECTED_NAME.match(text_of(left)):
        return None
    name, value = text_of(left), normalize_code(text_of(right))
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
    asserted = text_of(condition)
    assigned = GO_ASSIGNS.match(text_of(node.child_by_field_name("initializer")))
    if assigned:  # if got := add(1, 2); got != 3
        name, value = assigned.groups()
        asserted = re.sub(rf"\b{name}\b", lambda _: value, asserted)
    return read_assertion(f"if {asserted}", line)


def _fails_directly(body: Node) -> bool:
    """Tell whether a statement of the body, or of the list in it, fails the test."""
    for child in body.children:
        for statement in (child, *child.children):
            if statement.type == "expression_statement" and GO_FAILS.match(text_of(statement)):
                return True
    return False


def find_row(node: Node) -> Assertion | None:
    """Read the case of a table that the node is; None for any other node."""
    is_param = node.type == "call" and head_of(node, 12) == "pytest.param"
    if not is_param and node.type not in LISTS:
        return None
    if not _is_row_of_table(node):
        return None
    text = text_of(node)
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
    """Tell whether the node is a line of a table that is named so; a list of lists is none."""
    if _is_list_of_lists(node):
        return False
    above = node.parent
    if above is not None and above.type in COMPARISONS:
        return False
    for _ in range(TABLE_LEVELS):
        if above is None:
            return False
        if TABLE.search(head_of(above, 120)):
            return True
        above = above.parent
    return False


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


def text_of(node: Node | None) -> str:
    """Return a node's text; empty when there is no node."""
    if node is None:
        return ""
    return (node.text or b"").decode(errors="replace")
