"""Write imports: where a new one stands, and how one name leaves a statement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from bot.refactor.import_order import find_sorted_line
from bot.refactor.import_time import is_type_checking
from bot.refactor.module_scopes import Import, Module, find_owner, resolve_import
from bot.refactor.python_project import Project
from bot.refactor.text_edit import TextEdits

FREE, SAME, CHECKED, TAKEN = "free", "same", "checked", "taken"


def add_import(edits: TextEdits, module: Module, name: str, source: str = "") -> None:
    """Import a name, from the source if there is one, unless the file does it already.

    `name` may be `a as b`. The statement stands after the file's other imports; one of the
    standard library among them, where it is sorted.
    """
    if not _is_imported(module, name):
        _insert_at_top(edits, module, [render_import(name, source)])


def insert_imports(
    edits: TextEdits, module: Module, statements: Iterable[str], checked: Iterable[str]
) -> None:
    """Insert statements after the file's other imports; those that type checkers alone are to see
    in a block of theirs, which may have to be begun.
    """
    lines = sorted(set(statements))
    inner = sorted(set(checked))
    blocks = [node for node in module.tree.body if is_type_checking(node)]
    if inner and blocks and isinstance(blocks[0], ast.If):
        last = blocks[0].body[-1]
        text = line_end(module).join(" " * last.col_offset + each for each in inner)
        insert_line(edits, module, end_of(last)[0] + 1, text)
    elif inner:
        if not _is_imported(module, "TYPE_CHECKING"):
            lines.insert(0, "from typing import TYPE_CHECKING")
        lines += ["", "if TYPE_CHECKING:", *(f"    {each}" for each in inner)]
    if lines:
        _insert_at_top(edits, module, lines)


def _insert_at_top(edits: TextEdits, module: Module, statements: Sequence[str]) -> None:
    """Insert import statements: the first ones of a file with blank lines around them."""
    line = find_import_line(module.tree)
    lines = [each for each in statements if not _insert_sorted(edits, module, each, line)]
    if not lines:
        return
    is_first = not any(isinstance(node, Import) and node.lineno < line for node in module.tree.body)
    if is_first and line > 1:
        lines.insert(0, "")
    following = module.lines[line - 1] if line <= len(module.lines) else ""
    if is_first and following.startswith(("def ", "class ", "async ", "@")):
        lines += ["", ""]
    insert_line(edits, module, line, line_end(module).join(lines))


def _insert_sorted(edits: TextEdits, module: Module, statement: str, end: int) -> bool:
    """Insert an import of the standard library where it is sorted; False where none tells where."""
    is_import = statement.startswith(("import ", "from "))  # not the block of type checkers
    place = find_sorted_line(module, statement, end) if is_import else None
    if place is None:
        return False
    line, opens_block = place
    lines = [statement, ""] if opens_block else [statement]
    before = module.lines[line - 2] if line > 1 else ""
    if opens_block and before.strip() and not before.startswith("#"):
        lines.insert(0, "")
    insert_line(edits, module, line, line_end(module).join(lines))
    return True


def render_import(name: str, source: str) -> str:
    """Write the statement that imports a name, from the source if there is one."""
    return f"from {source} import {name}" if source else f"import {name}"


def insert_line(edits: TextEdits, module: Module, line: int, text: str) -> None:
    """Insert a line before another, or at the end of a file that has no line end there."""
    end = line_end(module)
    if line <= len(module.lines):
        edits.insert(module.path, (line, 0), text + end)
    else:
        last = len(module.lines)
        edits.insert(module.path, (last, len(module.encode_line(last))), end + text)


def find_import_line(tree: ast.Module) -> int:
    """Find the line before which an import may stand: after those at the top, or the docstring."""
    last = 0
    for node in tree.body:
        is_docstring = (
            not last
            and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if not isinstance(node, Import) and not is_docstring:
            break
        last = node.end_lineno or node.lineno
    return last + 1


def compare_binding(project: Project, module: Module, local: str, meaning: str) -> str:
    """Tell whether a name is free in a module, has that meaning (always, or for type checkers), or
    another one.
    """
    binders = module.binders(local)
    if not binders:
        return _compare_unbound(project, module, local, meaning)
    if meaning == f"{module.name}.{local}":
        return SAME
    if not all(isinstance(binder, Import) for binder in binders):
        return TAKEN
    names = {alias.name for node in binders if isinstance(node, ast.Import) for alias in node.names}
    is_plain = all(isinstance(binder, ast.Import) for binder in binders)
    if is_plain and meaning.startswith(f"{local}."):  # `import a.b` beside `import a.c`
        return SAME if meaning in names else FREE
    meanings = {project.canonicalize(resolve_import(module, binder, local)) for binder in binders}  # type: ignore[arg-type]
    if meanings != {project.canonicalize(meaning)}:
        return TAKEN
    return SAME if any(binder in module.tree.body for binder in binders) else CHECKED


def _compare_unbound(project: Project, module: Module, local: str, meaning: str) -> str:
    if any(project.canonicalize(f"{star}.{local}") == meaning for star in module.stars):
        return SAME
    is_used = any(
        isinstance(node, ast.Name) and node.id == local and find_owner(module, node, local) is None
        for node in module.scopes
    )
    return TAKEN if is_used else FREE


def render_source(module: Module, source: str) -> str:
    """Write a module's name as the file writes those of its own package: relative, or in full."""
    own, parts = module.package.split("."), source.split(".")
    levels = [node.level for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
    if not module.package or not any(levels) or own[0] != parts[0]:
        return source
    shared = 0
    while shared < min(len(own), len(parts)) and own[shared] == parts[shared]:
        shared += 1
    return "." * (len(own) - shared + 1) + ".".join(parts[shared:])


def remove_import(edits: TextEdits, module: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
    """Remove one name from an import, and the statement with it when it was the only one."""
    index = node.names.index(alias)
    if len(node.names) == 1:
        remove_statement(edits, module, node)
        return
    if index + 1 < len(node.names):
        following = node.names[index + 1]
        start, stop = (alias.lineno, alias.col_offset), (following.lineno, following.col_offset)
    else:
        start, stop = end_of(node.names[index - 1]), end_of(alias)
    edits.replace(module.path, start, stop, "")


def remove_statement(edits: TextEdits, module: Module, node: ast.stmt) -> None:
    """Remove a statement; where it is all that a block has, or shares its line, `pass` stays."""
    parent = module.parents[node]
    blocks = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
    is_alone = parent is not module.tree and [node] in blocks
    start, stop = (node.lineno, 0), ((node.end_lineno or node.lineno) + 1, 0)
    if is_alone or not stands_alone(module, node):
        edits.replace(module.path, (node.lineno, node.col_offset), end_of(node), "pass")
    else:
        edits.replace(module.path, start, stop, "")


def stands_alone(module: Module, node: ast.stmt) -> bool:
    """Tell whether a statement has its lines for itself, but for a comment."""
    line, column = end_of(node)
    before = module.encode_line(node.lineno)[: node.col_offset]
    after = module.encode_line(line)[column:].strip()
    return not before.strip() and (not after or after.startswith(b"#"))


def end_of(node: ast.expr | ast.alias | ast.stmt) -> tuple[int, int]:
    """Give the position where a node ends."""
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def line_end(module: Module) -> str:
    """Give the file's line end."""
    return "\r\n" if "\r\n" in module.text else "\n"


def _is_imported(module: Module, name: str) -> bool:
    local = name.partition(" as ")[2] or name
    if "." not in local:
        return any(isinstance(binder, Import) for binder in module.binders(local))
    # A dotted import binds its first part, which may stand for another of its modules.
    return any(
        alias.name == name
        for node in module.tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    )
