"""Find functions that do nothing, or only say that they are not written yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bot.gates.unfinished.comment_words import DEED
from bot.gates.unfinished.comments import strip_marks
from bot.search.syntax_queries import find_comments, find_kinds, is_comment

FUNCTIONS = frozenset(
    [
        "function_definition",  # Python, PHP, Scala, C, C++
        "function_declaration",  # JavaScript, TypeScript, Go, Kotlin, Swift
        "generator_function_declaration",
        "method_definition",  # JavaScript, TypeScript
        "method_declaration",  # Go, Java, C#, PHP
        "local_function_statement",
        "function_item",
        "method",  # Ruby
        "singleton_method",
        "variable_declarator",  # `const save = () => {}`
    ]
)
CLASSES = frozenset(
    [
        "class_definition",
        "class_declaration",
        "class",
        "abstract_class_declaration",
        "interface_declaration",
        "protocol_declaration",
        "trait_declaration",
        "trait_item",
        "trait_definition",
        "impl_item",
        "object_declaration",
        "object_definition",
        "struct_declaration",
        "record_declaration",
        "enum_declaration",
        "module",
        "class_specifier",
        "struct_specifier",
    ]
)
# The whole body, without blanks and comments, of a function that does nothing.
NOTHING = re.compile(
    r"(?:pass|\.\.\.|return;?|return None|;|\{\s*;?\s*\}|end|do\s+end|\{\s*return;?\s*\})*"
)
GIVES_UP = re.compile(
    r"(?:\{\s*)?(?:raise NotImplementedError\b(?:\(\s*\))?|throw new NotImplementedException\(\s*\)"
    r"|throw new \\?(?:Error|Exception|RuntimeException|LogicException)\(\s*\))\s*;?\s*(?:\})?"
)
# What a test does that proves nothing, and what a function answers whatever it is asked.
PROVES_NOTHING = re.compile(
    r"(?:\{\s*)?(?:assert True|assert 1|expect\(true\)\.to\w+\(true\)|assert\(true\)"
    r"|self\.assertTrue"
    r"\(True\)|assert!\(true\)|assertTrue\(true\));?(?:\s*\})?"
)
ANSWERS = re.compile(
    r"(?:\{\s*)?(?:return )?(?:None|nil|null|undefined|True|False|true|false|0|0\.0|\"\"|''|\[\]"
    r"|\{\})"
    r";?(?:\s*\})?"
)
MANY_ABSTRACT = 3  # methods that raise NotImplementedError: an interface, in the older way
BASES = re.compile(r"\b(?:class|impl)\s+\w+[^\S\n]*([(<:\w][^\n{]{0,200})")
MAX_BODY_BYTES = 3_000  # with its comments
# Where a body of nothing is what is meant.
LETS_STAND = re.compile(
    r"abstract|overload|group|callback|hook|fixture|signal|extern|native|singledispatch|deprecated"
    r"|event|listener|override|virtual|property|setter|parametrize|validator|register|partial"
    r"|\bdefault\b|\bdeclare\b|\bcommand\b\(.*invoke_without",
    re.IGNORECASE,
)
BASE_WORDS = re.compile(
    r"\b(?:abstract|interface|protocol|trait|mixin|sealed|open|partial|external)\b"
    r"|Protocol\b|\bABC\b|ABCMeta|\b\w*(?:Base|Interface|Abstract|Mixin|Stub|Null|No-?[Oo]p|Dummy"
    r"|Fake|Mock|Silent|Empty)\w*"
)
IDLE_NAME = re.compile(
    r"_*(?:no_?op|nop|null|dummy|empty|ignore|identity|do_?nothing|pass_?|void|sink|unused|stub"
    r"|mock"
    r"|fake|on|before|after|pre|post|handle|setup|set_up|tear_?down|close|flush|shutdown|start|stop"
    r"|init|dispose|destroy|cleanup|clean_up|reset|update|visit|enter|exit|leave|log|debug|trace|is"
    r"|drop|free|release|connect|disconnect|finali[sz]e|configure|register|marker|lock|unlock"
    r"|__\w+__|constructor|seal|assert)(?:$|_\w*|[A-Z]\w*)",
)
SAYS_WHY = re.compile(
    r"\b(?:no-?op|nothing|do not|don't|doesn't|does not|isn't|never|no (?:need|longer|work)|ignor"
    r"|intention|deliberate|empty|by design|default|hook|overrid|subclass|derived|abstract|unused"
    r"|already|noop|silen|discard|swallow|interface|required (?:by|for|to)|satisf|marker|optional"
    r"|extension point|callback|unsupported|compat|deprecat|for (?:the )?(?:type|typing|mypy)"
    r"|used by|entry point|base (?:class|method)|sentinel|prevent|avoid|suppress|unavailable"
    r"|skip\w* (?:as|because)|inherited|not (?:needed|used|required|applicable|supported|necessary"
    r"|relevant|possible|available|allowed)|implemented (?:in|by))",
    re.IGNORECASE,
)
SAYS_WORK = re.compile(rf"^\W*{DEED}\b", re.IGNORECASE)


class Surroundings(NamedTuple):
    """What is around a file: classes from which others derive, whether it is a test, and new."""

    bases: frozenset[str] = frozenset()
    is_test: bool = False
    is_new: bool = False


def list_bases(texts: Iterable[str | None]) -> frozenset[str]:
    """List the names of the classes from which others derive."""
    names: set[str] = set()
    for text in texts:
        for bases in BASES.findall(text or ""):
            names.update(re.findall(r"\w+", bases))
    return frozenset(names)


class EmptyBody(NamedTuple):
    """A function that does nothing: its name, and the first and last line of it."""

    name: str
    line: int
    last_line: int


def find_empty_bodies(
    root: Node, language: str, lines: Collection[int], surroundings: Surroundings
) -> Iterator[EmptyBody]:
    """Find the functions on some of these lines without a body where something was to be done.

    In tests these are the tests themselves; what they fake may well do nothing.
    """
    for node in find_kinds(root, language, FUNCTIONS):
        first, last = node.start_point.row + 1, node.end_point.row + 1
        body = _body_of(node)
        if body is None or node.has_error or body.end_byte - body.start_byte > MAX_BODY_BYTES:
            continue
        if not any(number in lines for number in range(first, last + 1)):
            continue
        name = _name_of(node)
        code = _read_body(node, body, language)
        if surroundings.is_test:
            is_asked = _is_empty_test(node, name, code, language)
        else:
            is_asked = _does_nothing(body, code, language) and not _may_be_idle(
                node, name, language, surroundings
            )
        if name and is_asked:
            yield EmptyBody(name, first, last)


def _is_empty_test(node: Node, name: str, code: str, language: str) -> bool:
    is_test = bool(re.match(r"test_\w|Test[A-Z_]|test[A-Z]", name))
    has_nothing = NOTHING.fullmatch(code) or PROVES_NOTHING.fullmatch(code)
    return is_test and bool(has_nothing) and not SAYS_WHY.search(_read_comment(node, language))


def _does_nothing(body: Node, code: str, language: str) -> bool:
    """Tell whether a body does nothing, or answers anything where a comment names the work."""
    if NOTHING.fullmatch(code) or GIVES_UP.fullmatch(code):
        return True
    comments = find_comments(body, language) if ANSWERS.fullmatch(code) else ()
    return any(SAYS_WORK.match(strip_marks(_text_of(each))) for each in comments)


def _body_of(node: Node) -> Node | None:
    """Return the body of a function; None where it is declared only."""
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        is_function = value is not None and value.type in ("arrow_function", "function_expression")
        body = value.child_by_field_name("body") if value and is_function else None
        return body if body and body.type == "statement_block" else None
    if node.type in ("method", "singleton_method"):  # Ruby's may be without a body
        return node
    body = node.child_by_field_name("body")
    return body or next((each for each in node.children if each.type.endswith("_body")), None)


def _name_of(node: Node) -> str:
    name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    if name is None:
        name = next((each for each in node.children if "identifier" in each.type), None)
    text = _text_of(name) if name else ""
    return text.partition("(")[0].strip()


def _text_of(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def _read_body(node: Node, body: Node, language: str) -> str:
    """Read what a function does, without comments, in one line."""
    code = _read_code(body, language)
    return _drop_ruby_head(node, code) if body is node else code


def _drop_ruby_head(node: Node, code: str) -> str:
    """Drop `def name(parameters)` and `end`."""
    parameters = node.child_by_field_name("parameters") or node.child_by_field_name("name")
    end = parameters.end_byte - node.start_byte if parameters else 0
    head = " ".join((node.text or b"")[:end].decode(errors="replace").split())
    return re.sub(r"\s*\bend$", "", code.removeprefix(head).strip()).strip()


def _read_code(node: Node, language: str) -> str:
    """Read a node without its comments and docstrings, in one line."""
    text, start = node.text or b"", node.start_byte
    for comment in reversed(find_comments(node, language)):
        text = text[: comment.start_byte - start] + b" " + text[comment.end_byte - start :]
    return re.sub(r"\s*([.()\[\]{};,])\s*", r"\1", " ".join(text.decode(errors="replace").split()))


# --- what may do nothing --------------------------------------------------------------------------


def _may_be_idle(node: Node, name: str, language: str, surroundings: Surroundings) -> bool:
    """Tell whether a function may do nothing: by its name, its marks, its class, or its words."""
    comment = _read_comment(node, language)
    if LETS_STAND.search(_read_marks(node)) or SAYS_WHY.search(comment):
        return True
    is_described = len(comment.split()) > 1
    parent = node.parent
    is_of_literal = parent is not None and parent.type == "object"
    if (IDLE_NAME.match(name) or is_of_literal) and not is_described:
        return True
    owner = _find_owner(node)
    if owner is not None:
        head = _read_head(owner)
        is_base = bool(BASE_WORDS.search(head)) or owner.type.startswith(("interface", "trait"))
        return (
            is_base
            or (_has_base(head, owner) and not is_described)
            or _is_derived(owner, surroundings)
        )
    # A method of Go that does nothing satisfies some interface.
    return language == "go" and node.type == "method_declaration" and not is_described


def _read_marks(node: Node) -> str:
    """Read what stands before the name: decorators, annotations, modifiers."""
    parent = node.parent
    outer = parent if parent is not None and parent.type == "decorated_definition" else node
    name = node.child_by_field_name("name")
    if name is None:
        return ""
    start = outer.start_byte
    return (outer.text or b"")[: name.start_byte - start].decode(errors="replace")


def _read_comment(node: Node, language: str) -> str:
    """Read what stands above a function, and the comments and the docstring inside."""
    parent = node.parent
    outer = parent if parent is not None and node.type == "variable_declarator" else node
    if outer.parent is not None and outer.parent.type in (
        "decorated_definition",
        "export_statement",
    ):
        outer = outer.parent
    texts: list[str] = []
    above = outer.prev_sibling
    row = outer.start_point.row
    while above is not None and is_comment(above) and above.end_point.row >= row - 1:
        texts.insert(0, _text_of(above))
        row, above = above.start_point.row, above.prev_sibling
    texts += [_text_of(each) for each in find_comments(node, language)]
    return re.sub(r"[^\w' .-]+", " ", " ".join(texts))


def _find_owner(node: Node) -> Node | None:
    """Find the class that a method is in."""
    outer = node.parent
    while outer is not None and outer.type not in CLASSES:
        if outer.type in FUNCTIONS and outer.type != "variable_declarator":
            return None
        outer = outer.parent
    return outer if outer is not None and outer.parent is not None else None


def _read_head(owner: Node) -> str:
    """Read what stands before the body of a class, with the sentence that describes it."""
    body = owner.child_by_field_name("body")
    size = body.start_byte - owner.start_byte if body else 0
    head = (owner.text or b"")[:size].decode(errors="replace") if size else _text_of(owner)[:200]
    first = body.named_children[0] if body and body.named_children else None
    docstring = _text_of(first)[:300] if first is not None and "comment" not in first.type else ""
    is_docstring = first is not None and any(map(is_comment, first.children))
    return f"{head} {docstring if is_docstring else ''}"


def _has_base(head: str, owner: Node) -> bool:
    first_line = head.strip().split("\n")[0]
    if owner.type == "impl_item":
        return " for " in first_line
    return bool(
        re.search(
            r"class\s+\w+(?:\[[^\]]*\])?\s*(?:\(\s*\w|:|<)|\b(?:extends|implements)\b", first_line
        )
    )


def _is_derived(owner: Node, surroundings: Surroundings) -> bool:
    """Tell whether other classes derive from the owner, or are meant to."""
    is_interface = _text_of(owner).count("raise NotImplementedError") >= MANY_ABSTRACT
    name = owner.child_by_field_name("name")
    is_base = name is not None and _text_of(name) in surroundings.bases
    return is_base or (is_interface and not surroundings.is_new)
