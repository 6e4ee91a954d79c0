"""Here lives the moving of a function or class to another module, with the imports that it needs
and those of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.refactor.find_definition import holding, is_read, only_definition
from bot.refactor.import_statements import add_import, take_out
from bot.refactor.module_scopes import Function, Module, imported, module_name, owner, source_of
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Edits, Refactoring

Moved = ast.ClassDef | Function


def move_symbol(files: Mapping[str, str], name: str, to: str) -> Refactoring:
    """Move a function or class of a module's top level to another module, dotted or a path; it may
    be new.

    The imports that it needs come with it, and who imports it imports it from there. Raises
    CannotRefactor when the two
    modules would have to import each other.
    """
    project = Project(files)
    target = only_definition(project, name)
    module, node = _only(project, target)
    path = _path(project, to)
    there = project.module(path) if path in files else None
    if path == module.path:
        raise CannotRefactor(f"{target} is there already.")
    if (
        there
        and node.name in there.bound[there.tree]
        and not _imports(project, there, node.name, target)
    ):
        raise CannotRefactor(f"{path} has a {node.name} already.")
    return _Moving(project, Edits(files), module, node, path, there).done(target)


def _only(project: Project, target: str) -> tuple[Module, Moved]:
    found = project.definition(target)
    if len(found) == 1:
        module, node = found[0]
        if isinstance(node, Moved) and node in module.tree.body:
            return module, node
    raise CannotRefactor(
        f"{target} is no function or class of a module's top level, or is defined twice."
    )


def _path(project: Project, to: str) -> str:
    if to in project.paths:
        return project.paths[to]
    path = to if to.endswith(".py") else to.replace(".", "/") + ".py"
    if path in project.files and project.module(path) is None:
        raise CannotRefactor(f"This Python cannot read {path}.")
    if path.startswith(("/", "../")) or "/../" in path:
        raise CannotRefactor(f"{path} is outside the repository.")
    return path


def _imports(project: Project, module: Module, name: str, target: str) -> bool:
    nodes = module.bound[module.tree].get(name, [])
    return bool(nodes) and all(
        isinstance(it, (ast.Import, ast.ImportFrom))
        and project.canonical(imported(module, it, name)) == target
        for it in nodes
    )


@dataclass(slots=True)
class _Moving:
    project: Project
    edits: Edits
    module: Module
    node: Moved
    path: str
    there: Module | None

    def done(self, target: str) -> Refactoring:
        """All edits, and the new file when there was none."""
        from_module = self._from()
        needs = sorted(set(self._needs()))
        inside = [name for name, source in needs if source == self.module.name]
        if inside and self._still_used():
            raise CannotRefactor(
                f"{self.module.name} uses {target}, which uses its {', '.join(inside)}: move those first."
            )
        text = self._cut()
        if self._still_used():
            add_import(self.edits, self.module, self.node.name, from_module)
        for path in holding(self.project, self.node.name):
            if path.endswith((".py", ".pyi")) and path != self.module.path:
                self._follow(path, target, from_module)
            elif is_read(path):
                self._mentions(path, target)
        return self._put(text, needs)

    def _from(self) -> str:
        return module_name(self.path, self.project.files)

    def _first_line(self) -> int:
        """The first line of it, with its decorators and the comment above."""
        first = min([self.node.lineno, *(mark.lineno for mark in self.node.decorator_list)])
        lines = self.module.lines
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        return first

    def _cut(self) -> str:
        first, last = self._first_line(), self.node.end_lineno or self.node.lineno
        lines = self.module.lines
        text = "\n".join(lines[first - 1 : last])
        stop = last
        while stop < len(lines) - 1 and not lines[stop].strip():
            stop += 1
        while (
            first > 1 and not any(lines[stop:]) and not lines[first - 2].strip()
        ):  # or the file would end in blanks
            first -= 1
        self.edits.span(self.module.path, (first, 0), (stop + 1, 0), "")
        return text

    def _inside(self, node: ast.AST) -> bool:
        return node is self.node or self.node in self.module.scopes[node] or self._marks(node)

    def _marks(self, node: ast.AST) -> bool:
        around: ast.AST | None = node
        while around is not None and around is not self.node:
            around = self.module.parents.get(around)
        return around is self.node

    def _needs(self) -> Iterator[tuple[str, str]]:
        """What it uses of its module: the name to import, and from where; no source for a plain
        import.
        """
        for node in self.module.scopes:
            named = isinstance(node, ast.Name) and node.id != self.node.name and self._inside(node)
            if (
                isinstance(node, ast.Name)
                and named
                and owner(self.module, node, node.id) is self.module.tree
            ):
                yield self._import_of(node.id)

    def _import_of(self, name: str) -> tuple[str, str]:
        for it in self.module.bound[self.module.tree][name]:
            for alias in it.names if isinstance(it, (ast.Import, ast.ImportFrom)) else ():
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    said = alias.name + (f" as {alias.asname}" if alias.asname else "")
                    return said, source_of(self.module, it) if isinstance(
                        it, ast.ImportFrom
                    ) else ""
        return name, self.module.name

    def _still_used(self) -> bool:
        """Whether its module names it elsewhere, or hands it on by name."""
        return any(
            isinstance(node, (ast.Name, ast.Constant))
            and self.node.name == (node.id if isinstance(node, ast.Name) else node.value)
            and not self._inside(node)
            for node in self.module.scopes
        )

    def _follow(self, path: str, target: str, new: str) -> None:
        """Another file's imports and uses of it."""
        other = self.project.module(path)
        if other is None:
            self.edits.doubt(path, 1, "this Python cannot read the file")
            return
        for node in list(other.scopes):
            if isinstance(node, ast.ImportFrom):
                self._reimport(other, node, target, new)
            elif isinstance(node, ast.Attribute) and node.attr == self.node.name:
                base = self.project.meaning(other, node.value)
                if base == self.module.name:
                    self._use_there(other, node, new)
        self._mentions(path, target)

    def _reimport(self, other: Module, node: ast.ImportFrom, target: str, new: str) -> None:
        for alias in node.names:
            if alias.name == self.node.name and f"{source_of(other, node)}.{alias.name}" == target:
                take_out(self.edits, other, node, alias)
                if other.path == self.path:
                    continue
                said = alias.name + (f" as {alias.asname}" if alias.asname else "")
                end = "\r\n" if "\r\n" in other.text else "\n"
                at = ((node.end_lineno or node.lineno) + 1, 0)
                self.edits.span(
                    other.path, at, at, f"{' ' * node.col_offset}from {new} import {said}{end}"
                )

    def _use_there(self, other: Module, node: ast.Attribute, new: str) -> None:
        """`old.name` becomes `new.name`, unless the first part of the new module's name means
        something else here.
        """
        root = new.partition(".")[0]
        scope = owner(other, node, root)
        binders = other.bound[other.tree].get(root, ())
        if scope not in (None, other.tree) or not all(isinstance(it, ast.Import) for it in binders):
            self.edits.doubt(
                other.path,
                node.lineno,
                f"the old module's {self.node.name}, and {root} is taken here",
            )
            return
        end = node.value.end_lineno or node.lineno, node.value.end_col_offset or 0
        self.edits.span(other.path, (node.value.lineno, node.value.col_offset), end, new)
        add_import(self.edits, other, new)

    def _mentions(self, path: str, target: str) -> None:
        """Its dotted name in strings and documents."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(target)}\b")
        for number, line in enumerate(
            self.project.files[path].removeprefix("\ufeff").split("\n"), 1
        ):
            for found in pattern.finditer(line):
                quoted = not path.endswith((".py", ".pyi")) or line[
                    found.start() - 1 : found.start()
                ] in (
                    "'",
                    '"',
                    "`",
                )
                if quoted:
                    start = len(line[: found.start()].encode())
                    self.edits.put(
                        path,
                        number,
                        start,
                        start + len(target.encode()),
                        f"{self._from()}.{self.node.name}",
                    )

    def _put(self, text: str, needs: list[tuple[str, str]]) -> Refactoring:
        mine = [(name, source) for name, source in needs if source != self._from()]
        if self.there is None:
            future = (
                ["from __future__ import annotations"]
                if "from __future__ import annotations" in self.module.text
                else []
            )
            said = [
                f"from {source} import {name}" if source else f"import {name}"
                for name, source in mine
            ]
            head = "\n".join([*future, *said])
            return self.edits.done(
                new={self.path: f"{head}\n\n\n{text}\n" if head else f"{text}\n"}
            )
        for name, source in mine:
            if source != "__future__":
                add_import(self.edits, self.there, name, source)
        end = len(self.there.lines)
        self.edits.span(self.path, (end, 0), (end, 0), ("\n\n" if end > 1 else "") + text + "\n")
        return self.edits.done()
