"""Here lives the renaming of a symbol through all files that name it."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.refactor.find_definition import PROSE, family, holding, only_definition
from bot.refactor.module_scopes import FUNCTIONS, Module, imported, owner, qualified, source_of
from bot.refactor.other_languages import rename_unique
from bot.refactor.python_project import CannotRefactor, Project, UnknownNameError
from bot.refactor.rename_parameter import rename_parameter
from bot.refactor.text_edit import Edits, Refactoring

BY_NAME = frozenset(
    ["getattr", "setattr", "hasattr", "delattr", "object"]
)  # take an object and a name in a string


def rename_symbol(
    files: Mapping[str, str], old: str, new: str, *, guess: bool = False
) -> Refactoring:
    """Rename what is named `name`, `Class.method`, `function.parameter`, or dotted from its module,
    or a module.

    Follows imports and re-exports, `__all__`, overrides, names in strings that tests patch, and
    dotted names in
    documents. In other languages than Python: a name that is declared once. What cannot be proved
    is listed; attributes
    of unknown objects are touched only when `guess` says so. Raises CannotRefactor for names that
    are unknown,
    ambiguous or taken.
    """
    if not new.isidentifier() or keyword.iskeyword(new):
        hint = f" Give the new name alone: {new.rpartition('.')[2]}." if "." in new else ""
        raise CannotRefactor(f"{new!r} is no name that Python can have.{hint}")
    project = Project(files)
    try:
        target = only_definition(project, old)
    except UnknownNameError:
        if (made := rename_unique(files, old, new)) is None:
            raise
        return made
    if any(isinstance(node, ast.arg) for _, node in project.definition(target)):
        return rename_parameter(project, *target.rpartition(".")[::2], new)
    return _renamed(project, target, new, guess=guess)


def _renamed(project: Project, target: str, new: str, *, guess: bool) -> Refactoring:
    last = target.rpartition(".")[2]
    if last == new:
        raise CannotRefactor(f"{target} has that name already.")
    work = _Renaming(project, target, last, new, guess=guess)
    paths = holding(project, last)
    work.find_family(paths)
    work.refuse_taken()
    for path in paths:
        if path.endswith((".py", ".pyi")):
            work.in_module(path)
        elif path.lower().endswith(PROSE):
            work.in_text(path, project.files[path], 1)
    return work.edits.done(_moved(project, target, new))


def _moved(project: Project, target: str, new: str) -> dict[str, str]:
    """For a module, its file's new path."""
    path = project.paths.get(target)
    if path is None:
        return {}
    if path.endswith(("/__init__.py", "/__init__.pyi")):
        folder = path.rpartition("/")[0]
        base = "/".join([*folder.split("/")[:-1], new])
        return {
            f"{base}{other[len(folder) :]}": other
            for other in project.files
            if other.startswith(f"{folder}/")
        }
    folder, slash, name = path.rpartition("/")
    moved = f"{folder}{slash}{new}.{name.partition('.')[2]}"
    if moved in project.files:
        raise CannotRefactor(f"{moved} is there already.")
    return {moved: path}


@dataclass(slots=True)
class _Renaming:
    project: Project
    target: str
    last: str
    new: str
    guess: bool = False
    family: set[str] = field(default_factory=set)  # the target, and what overrides it
    structural: bool = False  # a protocol's: classes follow it without saying so
    edits: Edits = field(init=False)

    def __post_init__(self) -> None:
        self.edits = Edits(self.project.files)

    def find_family(self, paths: list[str]) -> None:
        """A method is renamed with all that override it."""
        self.family = family(self.project, self.target, paths)
        holder = self.project.definition(self.target.rpartition(".")[0])
        bases = [
            base for _, node in holder if isinstance(node, ast.ClassDef) for base in node.bases
        ]
        self.structural = any(
            isinstance(base, ast.Name) and base.id == "Protocol" for base in bases
        )

    def refuse_taken(self) -> None:
        """The new name must be free wherever the old one is defined."""
        for one in self.family:
            other = f"{one.rpartition('.')[0]}.{self.new}".lstrip(".")
            if self.project.definition(other) or other in self.project.paths:
                raise CannotRefactor(f"{other} is there already: rename or remove that first.")

    def means(self, dotted: str | None) -> bool:
        return dotted is not None and (
            dotted in self.family or self.project.canonical(dotted) in self.family
        )

    def in_module(self, path: str) -> None:
        module = self.project.module(path)
        if module is None:
            self._all_doubtful(path)
            return
        for node in list(module.scopes):
            self._node(module, node)

    def _all_doubtful(self, path: str) -> None:
        for number, line in enumerate(self.project.files[path].split("\n"), 1):
            if re.search(rf"\b{re.escape(self.last)}\b", line):
                self.edits.doubt(path, number, "this Python cannot read the file")

    def _node(self, module: Module, node: ast.AST) -> None:
        match node:
            case ast.Name(id=self.last):
                self._name(module, node)
            case ast.Attribute(attr=self.last):
                self._attribute(module, node)
            case (
                ast.ClassDef(name=self.last)
                | ast.FunctionDef(name=self.last)
                | ast.AsyncFunctionDef(name=self.last)
            ):
                self._definition(module, node)
            case ast.Import() | ast.ImportFrom():
                self._import(module, node)
            case ast.Global(names=names) if self.last in names and self.means(
                f"{module.name}.{self.last}"
            ):
                self._in_statement(module, node)
            case ast.Constant(value=str() as value) if self.last in value:
                self._string(module, node, value)
            case _:
                pass

    def _definition(
        self, module: Module, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> None:
        if self.means(f"{module.name}.{qualified(module, node)}"):
            self._after_keyword(module, node)
        elif self.structural and isinstance(module.scopes[node][-1], ast.ClassDef):
            self.edits.doubt(module.path, node.lineno, "may stand for the protocol's")

    def _name(self, module: Module, node: ast.Name) -> None:
        scope = owner(module, node, node.id)
        if scope is not None and scope is not module.tree:
            nodes = module.bound[scope][node.id]
            local = not isinstance(scope, ast.ClassDef) and not isinstance(
                nodes[0], (ast.Import, ast.ImportFrom)
            )
            own = (
                f"{module.name}.{qualified(module, scope)}.{node.id}"
                if isinstance(scope, ast.ClassDef)
                else ""
            )
            if local or (own and not self.means(own)):
                return
        if self._refers(module, node, scope):
            taken = owner(module, node, self.new)
            if taken is not None:
                raise CannotRefactor(
                    f"{module.path}:{node.lineno}: {self.new} has another meaning there."
                )
            self.edits.at_end(module, node, self.last, self.new)

    def _refers(self, module: Module, node: ast.Name, scope: ast.AST | None) -> bool:
        """Whether the name is the target's, whatever it holds."""
        if scope is None:
            return any(self.means(f"{star}.{node.id}") for star in module.stars)
        for binder in module.bound[scope][node.id]:
            if isinstance(binder, (ast.Import, ast.ImportFrom)):
                return self.means(imported(module, binder, node.id))
        inside = f".{qualified(module, scope)}" if isinstance(scope, ast.ClassDef) else ""
        return self.means(f"{module.name}{inside}.{node.id}")

    def _attribute(self, module: Module, node: ast.Attribute) -> None:
        base = self.project.meaning(module, node.value)
        if base is not None:
            found = f"{base.removesuffix('()')}.{node.attr}"
            if self.means(found):
                self.edits.at_end(module, node, self.last, self.new)
                return
            if not base.endswith("()") or self.project.definition(self.project.canonical(found)):
                return
        if (
            any(self.project.definition(one.rpartition(".")[0]) for one in self.family)
            or self.guess
        ):
            if self.guess:
                self.edits.at_end(module, node, self.last, self.new)
            else:
                self.edits.doubt(
                    module.path, node.end_lineno or 1, "an attribute of an unknown object"
                )

    def _after_keyword(
        self, module: Module, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> None:
        found = re.compile(rb"(?:class|def)\s+(" + self.last.encode() + rb")\b").search(
            module.raw(node.lineno), node.col_offset
        )
        if found:
            self.edits.put(module.path, node.lineno, found.start(1), found.end(1), self.new)

    def _in_statement(self, module: Module, node: ast.stmt | ast.alias, old: str = "") -> None:
        """Write over the name inside a node that has no position for it."""
        pattern = re.compile(rb"\b" + re.escape((old or self.last).encode()) + rb"\b")
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            start = node.col_offset if number == node.lineno else 0
            if found := pattern.search(module.raw(number), start):
                self.edits.put(
                    module.path,
                    number,
                    found.end() - len(self.last.encode()),
                    found.end(),
                    self.new,
                )
                return

    def _import(self, module: Module, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._dotted(module, alias, alias.name)
            return
        source = source_of(module, node)
        for alias in node.names:
            if alias.name == self.last and self.means(f"{source}.{alias.name}"):
                self.edits.put(
                    module.path,
                    alias.lineno,
                    alias.col_offset,
                    alias.col_offset + len(self.last.encode()),
                    self.new,
                )
        if node.module:
            self._dotted(module, node, node.module, source.removesuffix(node.module))

    def _dotted(
        self, module: Module, node: ast.stmt | ast.alias, dotted: str, before: str = ""
    ) -> None:
        """A dotted module name in an import: the part of it that is the target."""
        parts = dotted.split(".")
        for end in range(1, len(parts) + 1):
            if before + ".".join(parts[:end]) in self.family:
                self._in_statement(module, node, ".".join(parts[:end]))

    def _string(self, module: Module, node: ast.Constant, text: str) -> None:
        if text == self.last:
            self._bare_string(module, node)
        elif re.search(rf"[.:]{re.escape(self.last)}\b", text) and node.end_lineno:
            raw = ast.get_source_segment(module.text.removeprefix("\ufeff"), node) or ""
            self.in_text(module.path, raw, node.lineno, node.col_offset)

    def _bare_string(self, module: Module, node: ast.Constant) -> None:
        parent = module.parents.get(node)
        exported = isinstance(parent, (ast.List, ast.Tuple, ast.Set)) and self._in_all(
            module, parent
        )
        if (exported and self.means(f"{module.name}.{self.last}")) or (
            isinstance(parent, ast.Call) and self._names_attribute(module, parent, node)
        ):
            self._inside_quotes(module, node)
        elif _annotates(module, node):
            self._annotation(module, node)
        elif not isinstance(parent, ast.Expr):
            self.edits.doubt(module.path, node.lineno, "a string with that name")

    def _annotation(self, module: Module, node: ast.Constant) -> None:
        """A type in quotes means what the name alone would."""
        name = ast.Name(self.last, ast.Load())
        module.scopes[name] = module.scopes[node]
        if self._refers(module, name, owner(module, name, self.last)):
            self._inside_quotes(module, node)

    def _in_all(self, module: Module, node: ast.AST) -> bool:
        return any(
            isinstance(name, ast.Name) and name.id == "__all__"
            for found in module.tree.body
            if isinstance(found, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr))
            and node in ast.walk(found)
            for name in ast.walk(found)
        )

    def _names_attribute(self, module: Module, call: ast.Call, node: ast.Constant) -> bool:
        """Whether a call names the target by an object and a string, as getattr and patch.object
        do.
        """
        named = (
            call.func.id
            if isinstance(call.func, ast.Name)
            else call.func.attr
            if isinstance(call.func, ast.Attribute)
            else ""
        )
        if named not in BY_NAME or len(call.args) < 2 or call.args[1] is not node:
            return False
        base = self.project.meaning(module, call.args[0])
        return base is not None and self.means(f"{base.removesuffix('()')}.{self.last}")

    def _inside_quotes(self, module: Module, node: ast.Constant) -> None:
        at = module.raw(node.lineno).find(self.last.encode(), node.col_offset)
        self.edits.put(module.path, node.lineno, at, at + len(self.last.encode()), self.new)

    def in_text(self, path: str, text: str, first: int, column: int = 0) -> None:
        """Dotted names in a text that mean the target; a name alone, in quotes or code marks, is
        listed.
        """
        pattern = re.compile(rf"(?<![\w.])((?:\w+[.:])+)({re.escape(self.last)})\b")
        for number, line in enumerate(text.split("\n")):
            start = column if not number else 0
            for found in pattern.finditer(line):
                if self.means(found[1].replace(":", ".") + self.last):
                    at = start + len(line[: found.start(2)].encode())
                    self.edits.put(path, first + number, at, at + len(self.last.encode()), self.new)
            if not path.endswith((".py", ".pyi")) and re.search(
                rf"`{re.escape(self.last)}(?:\(\))?`", line
            ):
                self.edits.doubt(path, first + number, "a document names it alone")


def _annotates(module: Module, node: ast.AST) -> bool:
    """Whether the node stands in a type: of an argument, a variable, or what a function gives."""
    while (parent := module.parents.get(node)) is not None:
        if isinstance(parent, (ast.arg, ast.AnnAssign)):
            return node is parent.annotation
        if isinstance(parent, FUNCTIONS):
            return node is parent.returns
        node = parent
    return False
