"""Here lives the finding of assertions and of the cases of tables among the nodes of a test."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bot.gates.test_integrity.assertion_names import EXACT
from bot.gates.test_integrity.claims import Claim, claim, row
from bot.gates.test_integrity.expression_scan import arguments, squeezed

TEXT_CHARS = 20_000
HEAD_CHARS = 300
ASSIGNMENTS = frozenset(
    [
        "assignment",
        "short_var_declaration",
        "variable_declarator",
        "let_declaration",
        "assignment_expression",
    ]
)
EXPECTED = re.compile(r"^(?:expected|want|wanted|exp|should_be|correct)(?:_\w+|[A-Z]\w*)?$")
CALLS = frozenset(
    [
        "call",
        "call_expression",
        "method_invocation",
        "invocation_expression",
        "macro_invocation",
        "member_call_expression",
        "scoped_call_expression",
        "function_call_expression",
        "infix_expression",
    ]
)
ROWS = frozenset(
    [
        "tuple",
        "list",
        "array",
        "literal_value",
        "tuple_expression",
        "array_expression",
        "object",
        "dictionary",
        "initializer_list",
        "hash",
        "array_creation_expression",
        "call",
    ]
)
ASSERTS = re.compile(
    r"(?:await\s+)?(?:(?:self|this|cls|np|numpy|torch|pd|unittest|chai|sinon|tf"
    r"|\w+\.testing)(?:\.|->)|\$this->|self::|static::)*"
    r"(?:assert\w*|expect\w*|should\w*|verify\w*|check_\w+|ensure\w*|fail|raises|warns|XCT\w+|EXPECT_\w+|ASSERT_\w+"
    r"|REQUIRE\w*|CHECK\w*|Assert\w*|require|pytest\.(?:raises|warns|fail)|refute\w*|must_\w+"
    r"|t\.(?:is|deepEqual|equal|same|throws|ok|true|false|Error\w*|Fatal\w*|Fail\w*))\b"
)
SUFFIXED = re.compile(
    r"[\w.$>()\[\]'\"-]{1,200}(?:\.|->)(?:assert_\w+|should\w*|must_\w+)\b|\S{1,200}\s+should\w*\s"
    r"|[\w.()]{1,200}\.Should\("
)
COMPARED = frozenset(
    ["comparison_operator", "binary_expression", "binary_operator", "pair", "keyword_argument"]
)
GO_FAILS = re.compile(r"\b[tbf]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(")
TABLE = re.compile(
    r"parametrize|\.each\b|\w*cases\b|\btests\b|\w*table\b|examples\b|scenarios\b|struct\s*\{|parameters\(",
    re.IGNORECASE,
)
ATTRIBUTE_ROW = re.compile(
    r"\[\s*(?:InlineData|TestCase|DataRow)\((.*?)\)\s*\]|@CsvSource\(\s*\{?(.*?)\}?\s*\)", re.DOTALL
)


def claim_of(node: Node) -> Claim | None:
    line = node.start_point.row + 1
    if node.type in ("assert_statement", "assert_expression"):
        return claim(text_of(node), line)
    if node.type in ASSIGNMENTS:
        return _expected(node, line)
    if node.type == "if_statement":
        return _go_if(node, line)
    if node.type not in CALLS:
        return None
    head = head_of(node, HEAD_CHARS)
    if re.match(r"(?:\w+\.)?(?:assertAll|subTest|assertSoftly|expect\.assertions)\b", head):
        return None
    return (
        claim(head_of(node, TEXT_CHARS), line)
        if ASSERTS.match(head) or SUFFIXED.match(head)
        else None
    )


def _expected(node: Node, line: int) -> Claim | None:
    """Expected = 3: what an assertion below compares with."""
    left = (
        node.child_by_field_name("left")
        or node.child_by_field_name("name")
        or node.child_by_field_name("pattern")
    )
    right = node.child_by_field_name("right") or node.child_by_field_name("value")
    if left is None or right is None or not EXPECTED.match(text_of(left)):
        return None
    value = squeezed(text_of(right))
    return Claim(f"{text_of(left)} = {value}", text_of(left), value, EXACT, bound="=", line=line)


def _go_if(node: Node, line: int) -> Claim | None:
    """Go's assertion: an `if` of what must not be, and a t.Error right in it."""
    then, condition = node.child_by_field_name("consequence"), node.child_by_field_name("condition")
    if then is None or condition is None:
        return None
    statements = [inner for child in then.children for inner in (child, *child.children)]
    if not any(
        one.type == "expression_statement" and GO_FAILS.match(text_of(one)) for one in statements
    ):
        return None
    first = node.child_by_field_name("initializer")
    given = re.match(r"(\w+)\s*:=\s*(.+)$", text_of(first), re.DOTALL) if first else None
    asked = text_of(condition)
    if given:  # if got := add(1, 2); got != 3
        asked = re.sub(rf"\b{given[1]}\b", lambda _: given[2], asked)
    return claim(f"if {asked}", line)


def rows_of(node: Node) -> Iterator[Claim]:
    """A case of a table, when the node is one."""
    is_call = node.type == "call"
    if (
        node.type not in ROWS
        or (is_call and head_of(node, 12) != "pytest.param")
        or not _tabled(node)
    ):
        return
    text = text_of(node)
    inner = text[text.find("(") + 1 : -1] if is_call else text[1:-1]
    parts = [
        part
        for part in arguments(" ".join(inner.split()))
        if not re.match(r"(?:id|marks)\s*=", part)
    ]
    keyed = [re.match(r"""["']?(\w+)["']?\s*:\s*(.+)$""", part) for part in parts]
    keys = [found[1] if found else "" for found in keyed]
    if len(parts) < 2 or (
        any(keys)
        and not re.search("want|expect|output|result|out|exp", " ".join(keys), re.IGNORECASE)
    ):
        return
    yield row(
        [found[2] if found else part for found, part in zip(keyed, parts, strict=True)],
        keys,
        text,
        node.start_point.row + 1,
    )


def _tabled(node: Node) -> bool:
    """Whether the node is a line of a table that is named like one; its lists of lists are not
    lines.
    """
    kinds = ROWS - {"call"}
    inside = [
        child
        for child in node.children
        if child.type in kinds or (child.children and child.children[0].type in kinds)
    ]
    if len(inside) > 1 and len(inside) == len([child for child in node.children if child.is_named]):
        return False
    above = node.parent
    if above is not None and above.type in COMPARED:
        return False
    for _ in range(5):
        if above is None:
            return False
        if TABLE.search(head_of(above, 120)):
            return True
        above = above.parent
    return False


def attribute_rows(header: str, node: Node) -> Iterator[Claim]:
    """[InlineData(1, 2)] and @CsvSource({"1, 2"})."""
    for inline, csv in ATTRIBUTE_ROW.findall(header):
        texts = [inline] if inline else re.findall(r'"([^"]*)"', csv)
        for text in texts:
            parts = arguments(text)
            if len(parts) > 1:
                yield row(parts, [""] * len(parts), text, node.start_point.row + 1)


def head_of(node: Node, length: int) -> str:
    """The first bytes of a node as text: the whole of a large one is not read for them."""
    return (node.text or b"")[:length].decode(errors="replace")


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode(errors="replace") if node else ""
