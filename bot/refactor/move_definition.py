"""Move a function or class to another module, with the imports that it needs and those of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.refactor.find_definition import find_definition, is_read, list_files_naming
from bot.refactor.import_statements import add_import, end_of, line_end, remove_import
from bot.refactor.module_scopes import (
    IMPORTS,
    PYTHON,
    Definition,
    Module,
    bound_name,
    find_owner,
    name_module,
    render_alias,
    resolve_import,
    resolve_source,
)
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Refactoring, TextEdits

FUTURE = "from __future__ import annotations"
Needed = tuple[str, str]  # a name to import, and its module; "" for a plain import


def move_symbol(files: Mapping[str, str], name: str, to: str) -> Refactoring:
    """Move a function or class of a module's top level to another module.

    `to` is dotted or a path; it may be new. The imports that it needs come with it, and who
    imports it imports it from there. Raises CannotRefactor when the two modules would have to
    import each other.
    """
    project = Project(files)
    target = find_definition(project, name)
    module, node = _find_node(project, target)
    path = _find_path(project, to)
    if path == module.path:
        raise CannotRefactor(f"{target} is there already.")
    destination = project.read_module(path) if path in files else None
    if destination and not _only_imports(project, destination, node.name, target):
        raise CannotRefactor(f"{path} has a {node.name} already.")
    return _Move(project, TextEdits(files), module, node, path, target).make(destination)


def _find_node(project: Project, target: str) -> tuple[Module, Definition]:
    definitions = project.find_definitions(target)
    if len(definitions) == 1:
        module, node = definitions[0]
        if isinstance(node, Definition) and node in module.tree.body:
            return module, node
    raise CannotRefactor(
        f"{target} is no function or class of a module's top level, or is defined twice."
    )


def _find_path(project: Project, to: str) -> str:
    if to in project.paths:
        return project.paths[to]
    path = to if to.endswith(".py") else to.replace(".", "/") + ".py"
    if path in project.files and project.read_module(path) is None:
        raise CannotRefactor(f"This Python cannot read {path}.")
    if path.startswith(("/", "../")) or "/../" in path:
        raise CannotRefactor(f"{path} is outside the repository.")
    return path


def _only_imports(project: Project, module: Module, name: str, target: str) -> bool:
    """Tell whether a module has the name, if at all, because it imports the target."""
    return all(
        isinstance(binder, IMPORTS)
        and project.canonicalize(resolve_import(module, binder, name)) == target
        for binder in module.binders(name)
    )


@dataclass(frozen=True, slots=True)
class _Move:
    project: Project
    edits: TextEdits
    module: Module
    node: Definition
    path: str  # where it goes
    target: str

    @property
    def new_module(self) -> str:
        return name_module(self.path, self.project.files)

    def make(self, destination: Module | None) -> Refactoring:
        """Make all edits, and the new file when there was none."""
        needed = sorted(set(self._iter_needed()))
        own = [name for name, source in needed if source == self.module.name]
        if own and self._is_still_used():
            raise CannotRefactor(
                f"{self.module.name} uses {self.target}, which uses its {', '.join(own)}: "
                "move those first."
            )
        text = self._cut()
        if self._is_still_used():
            add_import(self.edits, self.module, self.node.name, self.new_module)
        for path in list_files_naming(self.project, self.node.name):
            if path.endswith(PYTHON) and path != self.module.path:
                self._follow(path)
            elif is_read(path):
                self._rename_mentions(path)
        needed = [(name, source) for name, source in needed if source != self.new_module]
        if destination is None:
            return self._create(text, needed)
        return self._append(destination, text, needed)

    def _cut(self) -> str:
        """Remove it with its decorators, the comment above and the blank lines below."""
        lines = self.module.lines
        decorators = [mark.lineno for mark in self.node.decorator_list]
        first = min([self.node.lineno, *decorators])
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        last = self.node.end_lineno or self.node.lineno
        text = "\n".join(lines[first - 1 : last])
        while last < len(lines) - 1 and not lines[last].strip():
            last += 1
        if not any(lines[last:]):  # or the file would end in blanks
            while first > 1 and not lines[first - 2].strip():
                first -= 1
        self.edits.replace(self.module.path, (first, 0), (last + 1, 0), "")
        return text

    def _iter_needed(self) -> Iterator[Needed]:
        """Give what it uses of its module."""
        for node in self.module.scopes:
            if not isinstance(node, ast.Name) or node.id == self.node.name:
                continue
            owner = find_owner(self.module, node, node.id)
            if owner is self.module.tree and self._is_inside(node):
                yield self._find_import(node.id)

    def _find_import(self, name: str) -> Needed:
        for binder in self.module.binders(name):
            aliases = binder.names if isinstance(binder, IMPORTS) else []
            alias = next((alias for alias in aliases if bound_name(alias) == name), None)
            if alias and isinstance(binder, ast.ImportFrom):
                return render_alias(alias), resolve_source(self.module, binder)
            if alias:
                return render_alias(alias), ""
        return name, self.module.name

    def _is_inside(self, node: ast.AST) -> bool:
        around: ast.AST | None = node
        while around is not None and around is not self.node:
            around = self.module.parents.get(around)
        return around is self.node

    def _is_still_used(self) -> bool:
        """Tell whether its module names it elsewhere, or hands it on by name."""
        for node in self.module.scopes:
            match node:
                case ast.Name(id=name) | ast.Constant(value=name):
                    if name == self.node.name and not self._is_inside(node):
                        return True
                case _:
                    continue
        return False

    def _follow(self, path: str) -> None:
        """Change another file's imports and uses of it."""
        user = self.project.read_module(path)
        if user is None:
            self.edits.leave(path, 1, "this Python cannot read the file")
            return
        for node in list(user.scopes):
            if isinstance(node, ast.ImportFrom):
                self._change_import(user, node)
            elif (
                isinstance(node, ast.Attribute)
                and node.attr == self.node.name
                and self.project.resolve(user, node.value) == self.module.name
            ):
                self._change_use(user, node)
        self._rename_mentions(path)

    def _change_import(self, user: Module, node: ast.ImportFrom) -> None:
        for alias in node.names:
            source = f"{resolve_source(user, node)}.{alias.name}"
            if alias.name != self.node.name or source != self.target:
                continue
            remove_import(self.edits, user, node, alias)
            if user.path != self.path:
                indent = " " * node.col_offset
                statement = f"{indent}from {self.new_module} import {render_alias(alias)}"
                position = ((node.end_lineno or node.lineno) + 1, 0)
                self.edits.insert(user.path, position, statement + line_end(user))

    def _change_use(self, user: Module, node: ast.Attribute) -> None:
        """Make `new.name` of `old.name`, unless `new` means something else in this file."""
        root = self.new_module.partition(".")[0]
        scope = find_owner(user, node, root)
        only_imports = all(isinstance(binder, ast.Import) for binder in user.binders(root))
        if scope not in (None, user.tree) or not only_imports:
            why = f"the old module's {self.node.name}, and {root} is taken here"
            self.edits.leave(user.path, node.lineno, why)
            return
        start = (node.value.lineno, node.value.col_offset)
        self.edits.replace(user.path, start, end_of(node.value), self.new_module)
        add_import(self.edits, user, self.new_module)

    def _rename_mentions(self, path: str) -> None:
        """Rename its dotted name in strings and documents."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(self.target)}\b")
        size = len(self.target.encode())
        lines = self.project.files[path].removeprefix("\ufeff").split("\n")
        for number, line in enumerate(lines, 1):
            for match in pattern.finditer(line):
                before = line[match.start() - 1 : match.start()]
                if not path.endswith(PYTHON) or before in ("'", '"', "`"):
                    column = len(line[: match.start()].encode())
                    new = f"{self.new_module}.{self.node.name}"
                    self.edits.replace_in_line(path, number, (column, column + size), new)

    def _create(self, text: str, needed: list[Needed]) -> Refactoring:
        head = [FUTURE] if FUTURE in self.module.text else []
        for name, source in needed:
            head.append(f"from {source} import {name}" if source else f"import {name}")
        imports = "\n".join(head) + "\n\n\n" if head else ""
        return self.edits.finish(new={self.path: f"{imports}{text}\n"})

    def _append(self, destination: Module, text: str, needed: list[Needed]) -> Refactoring:
        for name, source in needed:
            if source != "__future__":
                add_import(self.edits, destination, name, source)
        end = len(destination.lines)
        gap = "\n\n" if end > 1 else ""
        self.edits.insert(self.path, (end, 0), f"{gap}{text}\n")
        return self.edits.finish()
