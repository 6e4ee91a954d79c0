"""Tell whether a function may do nothing: by its name, its marks, its class, or its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from tree_sitter import Node

from bot.search.syntax_queries import find_comments, is_comment, read_text

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
# Where a body of nothing is what is meant.
LETS_STAND = re.compile(
    r"abstract|overload|group|callback|hook|fixture|signal|extern|native|singledispatch|deprecated"
    r"|event|listener|override|virtual|property|setter|parametrize|validator|register|partial"
    r"|\bcfg\(|\bdefault\b|\bdeclare\b|\bcommand\b\(.*invoke_without",
    re.IGNORECASE,
)
BASE_WORDS = re.compile(
    r"\b(?:abstract|interface|protocol|trait|mixin|sealed|open|partial|external)\b"
    r"|Protocol\b|\bABC\b|ABCMeta|\b\w*(?:Base|Interface|Abstract|Mixin|Stub|Null|No-?[Oo]p|Dummy"
    r"|Fake|Mock|Silent|Empty)\w*|\bfake\b"
)
IDLE_NAME = re.compile(
    r"_*(?:no_?op|nop|null|dummy|empty|ignore|identity|do_?nothing|pass_?|void|sink|unused|stub"
    r"|mock"
    r"|fake|on|before|after|pre|post|handle|setup|set_up|tear_?down|close|flush|shutdown|start|stop"
    r"|init|dispose|destroy|cleanup|clean_up|reset|update|visit|enter|exit|leave|log|debug|trace|is(?!_?valid|Valid)"
    r"|drop|free|release|connect|disconnect|finali[sz]e|seek|boot|configure|register|marker|lock|unlock"
    r"|__\w+__|constructor|seal|assert)(?:$|_\w*|[A-Z]\w*)",
)
SAYS_WHY = re.compile(
    r"\b(?:no-?op|nothing|do not|don't|doesn't|does not|isn't|never|no (?:need|longer|work)|ignor"
    r"|intention|deliberate|empty|by design|default|hook|overrid|subclass|derived|abstract|unused"
    r"|already|noop|silen|discard|swallow|interface|implements \w|required (?:by|for|to)|satisf"
    r"|marker|optional|extension point|callback|unsupported|compat|deprecat"
    r"|for (?:the )?(?:type|typing|mypy)"
    r"|used by|entry point|base (?:class|method)|sentinel|prevent|avoid|suppress|unavailable"
    r"|skip\w* (?:as|because)|without \w+ing|inherited|not (?:needed|used|required|applicable"
    r"|supported|necessary|relevant|possible|available|allowed)|implemented (?:in|by))",
    re.IGNORECASE,
)
SAYS_BASE = re.compile(r"\b(?:overridden|override it|subclass|sub-class)", re.IGNORECASE)
MANY_ABSTRACT = 3  # methods that raise NotImplementedError: an interface, in the older way
BASES = re.compile(r"\b(?:class|impl)\s+\w+[^\S\n]*([(<:\w][^\n{]{0,200})")


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


def may_be_idle(node: Node, name: str, language: str, surroundings: Surroundings) -> bool:
    """Tell whether a function may do nothing: by its name, its marks, its class, or its words."""
    comment = read_comment(node, language)
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
        is_hook = not is_described or bool(IDLE_NAME.match(name))
        return (
            is_base
            or bool(SAYS_BASE.search(read_text(owner)))
            or (_has_base(head, owner) and is_hook)
            or _is_derived(owner, surroundings)
        )
    # A method of Go that does nothing satisfies some interface.
    return language == "go" and node.type == "method_declaration" and not is_described


def _read_marks(node: Node) -> str:
    """Read what stands before the name: decorators, annotations, modifiers."""
    parent = node.parent
    outer = parent if parent is not None and parent.type == "decorated_definition" else node
    above = node.prev_sibling
    attribute = read_text(above) if above is not None and above.type == "attribute_item" else ""
    name = node.child_by_field_name("name")
    if name is None:
        return attribute
    start = outer.start_byte
    return attribute + (outer.text or b"")[: name.start_byte - start].decode(errors="replace")


def read_comment(node: Node, language: str) -> str:
    """Read what stands above a function, and the comments and the docstring inside."""
    parent = node.parent
    outer = parent if parent is not None and node.type == "variable_declarator" else node
    if outer.parent is not None and outer.parent.type in (
        "decorated_definition",
        "export_statement",
    ):
        outer = outer.parent
    texts: list[str] = []
    if outer.prev_sibling is None and outer.parent is not None:
        is_first = outer.parent.type == "body_statement"  # Ruby's first comment stands before it
        outer = outer.parent if is_first else outer
    above = outer.prev_sibling
    row = outer.start_point.row
    while above is not None and is_comment(above) and above.end_point.row >= row - 1:
        texts.insert(0, read_text(above))
        row, above = above.start_point.row, above.prev_sibling
    texts += [read_text(each) for each in find_comments(node, language)]
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
    head = (owner.text or b"")[:size].decode(errors="replace") if size else read_text(owner)[:200]
    first = body.named_children[0] if body and body.named_children else None
    docstring = read_text(first)[:300] if first is not None and "comment" not in first.type else ""
    is_docstring = first is not None and any(map(is_comment, first.children))
    return f"{head} {docstring if is_docstring else ''}"


def _has_base(head: str, owner: Node) -> bool:
    first_line = head.strip().split("\n")[0]
    if owner.type == "impl_item":
        return " for " in first_line
    if owner.type == "class_definition":  # Python, Scala
        base = r"class\s+\w+(?:\[[^\]]*\])?\s*(?:\(\s*\w|\bextends\b)"
        return bool(re.search(base, first_line))
    if owner.type == "class":  # Ruby, and JavaScript's expressions
        return bool(re.search(r"class\s+\w+\s*<|\bextends\b", first_line))
    bare = re.sub(r"\([^()]*\)|<[^<>]*>", "", first_line)
    return bool(re.search(r"\w\s*:\s*\w|\b(?:extends|implements|override)\b", bare))


def _is_derived(owner: Node, surroundings: Surroundings) -> bool:
    """Tell whether other classes derive from the owner, or are meant to."""
    is_interface = read_text(owner).count("raise NotImplementedError") >= MANY_ABSTRACT
    name = owner.child_by_field_name("name")
    is_base = name is not None and read_text(name) in surroundings.bases
    return is_base or (is_interface and not surroundings.is_new)
