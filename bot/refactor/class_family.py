"""Find the classes that share a method or attribute: what is renamed in one is renamed in all."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.ports import CodePlace, TypeChecker
from bot.refactor.checked_names import ask_places
from bot.refactor.find_definition import iter_classes
from bot.refactor.module_scopes import (
    Function,
    Module,
    collect_reachable,
    last_name,
    qualify,
    strip_annotation,
)
from bot.refactor.python_project import LIMIT_DEPTH, CannotRefactor, Project

# They ask for no method of a class below them.
SILENT_BASES = re.compile(
    r"object|type|Generic|Protocol|ABC|ABCMeta|\w*Exception|\w*Error|NamedTuple|TypedDict|\w*Enum|Flag"
)
PROBE = "greenlit_probe_of_bases.py"
# Bases call methods by names that are made at run time: visit_Name, do_GET, test_it.
SCHEMES = re.compile(r"(?:visit|depart|leave|do|help|complete|handle|on|test)_?")


@dataclass(frozen=True, slots=True, order=True)
class OutsideBase:
    """A base of a class that no file of the tree defines."""

    name: str  # dotted, as far as it can be told
    holder: str  # the class below it


@dataclass(slots=True)
class ClassFamily:
    """The classes above, below and beside one that give its member, or count on it."""

    project: Project
    member: str
    holders: set[str] = field(default_factory=set)  # classes that define the member, or use it
    relatives: set[str] = field(default_factory=set)  # all that were looked at
    outside: set[OutsideBase] = field(default_factory=set)

    @property
    def targets(self) -> set[str]:
        """The canonical names that mean the member."""
        return {f"{holder}.{self.member}".lstrip(".") for holder in self.holders}

    @property
    def is_of_class(self) -> bool:
        """Whether it is a member of classes, and no name of a module."""
        return bool(self.relatives)

    @property
    def has_strangers(self) -> bool:
        """Tell whether a class beside the family has a member of that name as well."""
        return any(
            qualify(module, node) not in self.holders
            and (self.member in module.bindings[node] or _uses_own(module, node, self.member))
            for module, node in iter_classes(self.project, self.member)
        )

    def add(self, holder: str) -> None:
        """Take in a class, and all that share the member with it."""
        self.holders |= collect_reachable([holder], self._list_sharers)

    def _list_sharers(self, name: str) -> list[str]:
        below = collect_reachable([name], self._iter_children)
        around = collect_reachable(below, self._iter_bases)
        self.relatives |= around
        return [relative for relative in around if self._shares(relative)]

    def _shares(self, name: str) -> bool:
        """Tell whether a class defines the member, or takes it from itself: a mixin does."""
        return any(
            self.member in module.bindings[node] or _uses_own(module, node, self.member)
            for module, node in self.project.find_classes(name)
        )

    def _iter_bases(self, name: str) -> Iterator[str]:
        """Give the classes right above one; note the bases that are not of the tree."""
        for module, node in self.project.find_classes(name):
            for base in map(strip_annotation, node.bases):
                dotted = self.project.resolve(module, base) or ast.unparse(base)
                if self.project.find_classes(dotted):
                    yield dotted
                elif not SILENT_BASES.fullmatch(dotted.rpartition(".")[2]):
                    self.outside.add(OutsideBase(dotted, name))

    def _iter_children(self, name: str) -> Iterator[str]:
        for module, node in iter_classes(self.project, name.rpartition(".")[2]):
            if name in self.project.list_bases(module, node):
                yield qualify(module, node)


def find_family(project: Project, target: str) -> ClassFamily:
    """Find the classes that share a member with its class; of other names, the module alone."""
    holder, _, member = target.rpartition(".")
    family = ClassFamily(project, member)
    if project.find_classes(holder):
        family.add(holder)
    else:
        family.holders.add(holder)
    return family


def is_of_protocol(project: Project, member: str) -> bool:
    """Tell whether a member is a protocol's: classes follow it without saying so."""
    return any(
        last_name(strip_annotation(base)) == "Protocol"
        for _, node in project.find_classes(member.rpartition(".")[0])
        for base in node.bases
    )


def has_unknown_base(project: Project, module: Module, node: ast.ClassDef, depth: int = 0) -> bool:
    """Tell whether a class may be below any other: by a base that is computed, or a parameter."""
    for base in map(strip_annotation, node.bases):
        named = base.func if isinstance(base, ast.Call) else base
        dotted = project.resolve(module, named) or ""
        if hasattr(builtins, ast.unparse(named)) or (dotted and project.is_outside(dotted)):
            continue
        classes = project.find_classes(dotted)
        if not classes or depth > LIMIT_DEPTH:
            return True
        if any(has_unknown_base(project, *pair, depth + 1) for pair in classes):
            return True
    return False


def _uses_own(module: Module, node: ast.ClassDef, member: str) -> bool:
    """Tell whether methods of the class take the member from their own object, or set it."""
    for part in ast.walk(node):
        if not isinstance(part, ast.Attribute) or part.attr != member:
            continue
        methods = [scope for scope in module.scopes[part] if isinstance(scope, Function)]
        if methods and module.scopes[methods[0]][-1] is node and _is_own(part.value, methods[0]):
            return True
    return False


def _is_own(value: ast.expr, method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether an expression is the object of the method, as `self` and `super()` are."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "super"
    arguments = [*method.args.posonlyargs, *method.args.args]
    return isinstance(value, ast.Name) and [value.id] == [arg.arg for arg in arguments[:1]]


def refuse_outside_override(checker: TypeChecker | None, family: ClassFamily, new: str) -> None:
    """Refuse to rename what a base of elsewhere has too, by the old name or by the new one."""
    for name in (family.member, new):
        for base, owner in find_owners(checker, family, name).items():
            if owner:
                raise CannotRefactor(
                    f"{base.holder} is a {base.name}, which has a {name} of its own ({owner})."
                )


def list_outside_callers(checker: TypeChecker | None, family: ClassFamily) -> list[OutsideBase]:
    """List the bases of elsewhere that may call a member of the family by its name."""
    is_scheme = SCHEMES.match(family.member) is not None
    owners = find_owners(checker, family, family.member)
    return [base for base, owner in owners.items() if is_scheme or owner != ""]


def find_owners(
    checker: TypeChecker | None, family: ClassFamily, member: str
) -> dict[OutsideBase, str | None]:
    """Say where each base of elsewhere has a member; "" where not, None where nobody knows it."""
    owners: dict[OutsideBase, str | None] = {}
    lines: dict[OutsideBase, str] = {}
    for base in sorted(family.outside):
        owners[base] = None
        module, _, name = base.name.rpartition(".")
        if (builtin := getattr(builtins, base.name, None)) is not None:
            owners[base] = f"builtins.{base.name}" if hasattr(builtin, member) else ""
        elif re.fullmatch(r"\w+(?:\.\w+)+", base.name):
            lines[base] = f"from {module} import {name}; {name}.{member}"
    probe = {PROBE: "\n".join(lines.values())}
    places = {base: _locate(number, line) for number, (base, line) in enumerate(lines.items(), 1)}
    answers = ask_places(checker, probe, [each for pair in places.values() for each in pair])
    for base, (of_base, of_member) in places.items():
        if stubs := _list_outside(answers.get(of_member, ())):
            owners[base] = stubs[0]
        elif _list_outside(answers.get(of_base, ())):
            owners[base] = ""
    return owners


def _locate(number: int, line: str) -> tuple[CodePlace, CodePlace]:
    """Give the places of the base and of its member in a line of the probe."""
    raw = line.encode()
    return (
        CodePlace(PROBE, number, raw.index(b"; ") + 2),
        CodePlace(PROBE, number, raw.rindex(b".") + 1),
    )


def _list_outside(places: Iterable[CodePlace]) -> list[str]:
    return [place.path for place in places if place.is_outside]
