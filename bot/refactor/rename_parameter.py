"""Here lives the renaming of a function's parameter, in its body and in the calls that name it."""

from __future__ import annotations

import ast
import re

from bot.refactor.find_definition import family, holding
from bot.refactor.module_scopes import FUNCTIONS, Function, Module, owner
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Edits, Refactoring


def rename_parameter(project: Project, function: str, old: str, new: str) -> Refactoring:
    """Rename the parameter where the function and what overrides it define, use and are given it by
    name.
    """
    edits = Edits(project.files)
    last = function.rpartition(".")[2]
    called = function.rpartition(".")[0].rpartition(".")[2] if last == "__init__" else last
    paths = holding(project, called)
    kin = family(project, function, paths)
    for one in kin:
        for where, node in project.definition(one):
            if isinstance(node, FUNCTIONS):
                _in_function(edits, where, node, (old, new))
    kin |= {one.removesuffix(".__init__") for one in kin}
    for path in paths:
        module = project.module(path) if path.endswith((".py", ".pyi")) else None
        for node in module.scopes if module else ():
            if module and isinstance(node, ast.Call):
                _in_call(edits, project, module, node, (called, kin, old, new))
    return edits.done()


def _in_function(edits: Edits, module: Module, node: Function, names: tuple[str, str]) -> None:
    old, new = names
    if new in module.bound[node]:
        raise CannotRefactor(f"{module.path}:{node.lineno}: {node.name} has a {new} already.")
    size = len(old.encode())
    for found in module.scopes:
        if isinstance(found, ast.arg) and found.arg == old and module.scopes[found][-1] is node:
            edits.put(module.path, found.lineno, found.col_offset, found.col_offset + size, new)
        elif isinstance(found, ast.Name) and found.id == old and owner(module, found, old) is node:
            edits.at_end(module, found, old, new)
    said = re.compile(rf":param (?:\w+ )?{re.escape(old)}:|^\s*{re.escape(old)}(?: \(.*\))?:")
    for number in (
        range(node.lineno, node.body[0].end_lineno or node.lineno)
        if ast.get_docstring(node)
        else ()
    ):
        if found_doc := said.search(module.lines[number - 1]):
            start = len(module.lines[number - 1][: found_doc.start()].encode()) + found_doc[
                0
            ].encode().rindex(old.encode())
            edits.put(module.path, number, start, start + size, new)


def _in_call(
    edits: Edits,
    project: Project,
    module: Module,
    call: ast.Call,
    wish: tuple[str, set[str], str, str],
) -> None:
    called, kin, old, new = wish
    for given in call.keywords:
        if given.arg != old:
            continue
        meant = project.meaning(module, call.func)
        if meant in kin:
            edits.put(
                module.path,
                given.lineno,
                given.col_offset,
                given.col_offset + len(old.encode()),
                new,
            )
        elif meant is None and isinstance(call.func, ast.Attribute) and call.func.attr == called:
            edits.doubt(module.path, given.lineno, "a call on an unknown object")
