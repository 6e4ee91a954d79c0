"""Read the functions of a file with their parameters, defaults and documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.search.python_tree import parse_python

OWN = ("self", "cls", "mcs")
SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")
HEADER = re.compile(  # of a function, behind its doc comment
    r"\s{0,200}(?:export\s+(?:default\s+)?)?(?:(?:public|static|async)\s+){0,3}"
    r"(?:function\s*\*?\s*(?P<function>[\w$]{1,200})|(?P<method>[\w$]{1,200}))\s*(?:<[^>(]{0,200}>)?"
    r"\((?P<parameters>[^(){}\[\]]{0,500})\)"
)
SCRIPT_NAME = re.compile(r"^(?:(?:public|private|protected|readonly)\s+)*(?:\.\.\.)?([\w$]+)")
NO_FUNCTIONS = ("if", "for", "while", "switch", "catch", "return", "function")


@dataclass(frozen=True, slots=True)
class DocumentedFunction:
    """A function: where its documentation begins, and its parameters with their defaults."""

    name: str
    line: int
    doc: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    takes_any: bool = False  # by `**kwargs`, whose names no signature tells


def read_functions(path: str, text: str | None) -> dict[str, DocumentedFunction]:
    """Read the public functions by their qualified names; those defined twice are left out."""
    if not text:
        return {}
    if path.endswith(".py"):
        listed = _read_python(text)
    elif path.endswith(SCRIPTS):
        listed = _read_script(text)
    else:
        return {}
    functions: dict[str, DocumentedFunction | None] = {}
    for function in listed:
        functions[function.name] = None if function.name in functions else function
    return {name: function for name, function in functions.items() if function}


def _read_python(text: str) -> Iterator[DocumentedFunction]:
    module = parse_python(text)
    if module is not None:
        yield from _walk(module, "", "")


def _walk(node: ast.Module | ast.ClassDef, prefix: str, doc: str) -> Iterator[DocumentedFunction]:
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from _walk(child, f"{prefix}{child.name}.", ast.get_docstring(child) or "")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            is_init = child.name == "__init__"
            if is_init or not child.name.startswith("_"):
                yield _read_function(child, prefix, doc if is_init else "")


def _read_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, prefix: str, class_doc: str
) -> DocumentedFunction:
    own = ast.get_docstring(node) or ""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = [
        *zip(plain, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    parameters = {
        argument.arg: ast.unparse(default) if isinstance(default, ast.Constant) else ""
        for argument, default in pairs
        if argument.arg not in OWN
    }
    name, doc = f"{prefix}{node.name}", "\n\n".join(filter(None, (own, class_doc)))
    return DocumentedFunction(name, node.lineno, doc, parameters, arguments.kwarg is not None)


def _read_script(text: str) -> Iterator[DocumentedFunction]:
    """Read the functions of JavaScript and TypeScript with a doc comment right above them."""
    start = text.find("/**")
    while start >= 0 and (end := text.find("*/", start)) >= 0:
        if match := HEADER.match(text, end + 2):
            yield from _read_header(match, text[start:end], text)
        start = text.find("/**", end + 2)


def _read_header(match: re.Match[str], doc: str, text: str) -> Iterator[DocumentedFunction]:
    """Read a header whose parameters all have names; patterns that take values apart have none."""
    name = match["function"] or match["method"]
    parts = [part.strip() for part in match["parameters"].split(",") if part.strip()]
    names = [SCRIPT_NAME.match(part) for part in parts]
    if name not in NO_FUNCTIONS and not name.startswith("_") and all(names):
        parameters = {each[1]: "" for each in names if each and each[1] != "this"}
        line = text.count("\n", 0, match.start("parameters")) + 1
        yield DocumentedFunction(name, line, doc, parameters)
