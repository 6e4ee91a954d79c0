"""Decide for an attribute, or a keyword that may give one, whether it is the renamed one."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from bot.refactor.checked_names import locate_attribute
from bot.refactor.find_definition import iter_modules, iter_values
from bot.refactor.module_scopes import Definition, Function, Module, hides_module, last_name
from bot.refactor.symbol import Renaming

LOADS_MODULES = re.compile(r"\bimport_module\b|\b__import__\b|\bsys\.modules\b|\bModuleType\b")
UNKNOWN = "an attribute of an unknown object"
# They make or change attributes by the names of their keywords.
SET_BY_KEYWORD = re.compile(r"Mock|Namespace|multiple|replace|evolve|copy|partial|configure|update")


@dataclass(frozen=True)
class AttributeRenaming:
    """Decides for the attributes of all files, one after the other."""

    renaming: Renaming

    def rename(self, module: Module, node: ast.Attribute) -> None:
        """Rename the attribute, prove it another's, or leave it as not proved."""
        renaming, place = self.renaming, (module.path, *locate_attribute(node))
        meanings = renaming.read_attribute(module, node)
        if meanings:
            renaming.settle(place, meanings, UNKNOWN)
        elif renaming.guess or self._is_private_and_alone:
            renaming.change(place)
        elif not renaming.is_member and not self._can_be_module(module):
            renaming.keep(place, "an object's attribute, and no module's")
        else:
            renaming.leave(place, UNKNOWN)

    @cached_property
    def _is_private_and_alone(self) -> bool:
        """Whether nothing else of the tree has an attribute of that private name."""
        renaming = self.renaming
        is_private = renaming.is_member and renaming.old.startswith("_")
        return is_private and not renaming.family.has_strangers

    def _can_be_module(self, module: Module) -> bool:
        """Tell whether an object may be the module that defines the target."""
        if self._is_module_hidden or self._is_module_handed_on:
            return True
        return bool(LOADS_MODULES.search(module.text))

    @cached_property
    def _is_module_hidden(self) -> bool:
        """Whether a package binds the name of a module with the target to something else.

        Which of the two the name means there depends on what was imported before.
        """
        project = self.renaming.project
        return any(
            package is not None and hides_module(package, holder)
            for holder in self.renaming.holders & project.paths.keys()
            for package in [project.find_module(holder.rpartition(".")[0])]
        )

    @cached_property
    def _is_module_handed_on(self) -> bool:
        """Whether some file takes a module with the target as a value, not for its names."""
        renaming = self.renaming
        holders = renaming.holders | {
            name
            for name, path in renaming.project.paths.items()
            if renaming.old in renaming.project.files[path]
            and renaming.is_target(f"{name}.{renaming.old}")
        }
        lasts = {holder.rpartition(".")[2] for holder in holders}
        modules = {module for last in lasts for module in iter_modules(renaming.project, last)}
        return any(
            not _is_named_in_call(parent, node)
            and renaming.project.resolve(module, node) in holders
            for module in modules
            for node, parent in iter_values(module)
        )


def _is_named_in_call(parent: ast.AST | None, node: ast.AST) -> bool:
    """Tell whether a call takes the object with a name of its in a string, as getattr does."""
    match parent:
        case ast.Call(args=[first, ast.Constant(), *_]):
            return first is node
        case _:
            return False


def rename_keyword(renaming: Renaming, module: Module, node: ast.keyword) -> None:
    """Rename a keyword that gives a field; others name parameters."""
    place = (module.path, node.lineno, node.col_offset)
    call = module.parents[node]
    function = call.func if isinstance(call, ast.Call) else None
    if function is None:
        renaming.keep(place, "a keyword of a class")
        return
    name = last_name(function)
    meanings = renaming.read_checked(*place)
    ours = [meaning for meaning in meanings if renaming.is_target(meaning)]
    called = renaming.project.resolve(module, function)
    is_setter = bool(SET_BY_KEYWORD.search(name)) or _takes_rest(renaming, called)
    if ours or (called and _is_field_of(renaming, called)):
        renaming.change(place)
    elif meanings and not is_setter:
        renaming.keep(place, min(meanings))
    elif is_setter and renaming.is_member:
        renaming.leave(place, "a keyword that may set the attribute")
    elif not renaming.is_member or not _is_field(renaming):
        renaming.keep(place, f"a parameter of {name or 'a call'}")
    elif called and (is_function_of_tree(renaming, called) or renaming.project.is_outside(called)):
        renaming.keep(place, f"a parameter of {called}")
    else:
        renaming.leave(place, "a keyword of an unknown call")


def rename_pattern(renaming: Renaming, module: Module, node: ast.MatchClass) -> None:
    """Rename the keyword of a class pattern: it names an attribute of the class."""
    meanings = renaming.read_member(renaming.project.resolve(module, node.cls))
    given = re.compile(rb"\b" + re.escape(renaming.old.encode()) + rb"\s*=\s*\(*$")
    for name, value in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
        match = given.search(module.encode_line(value.lineno)[: value.col_offset])
        if match and name == renaming.old:
            place = (module.path, value.lineno, match.start())
            renaming.settle(place, meanings, "a pattern of an unknown class")


def _is_field(renaming: Renaming) -> bool:
    """Tell whether the target is a variable of a class, which a constructor may take by name."""
    return any(not isinstance(node, Definition) for node in renaming.definitions)


def _is_field_of(renaming: Renaming, called: str) -> bool:
    """Tell whether what is called is a class of the family that makes its constructor of fields."""
    if not _is_field(renaming) or not renaming.is_target(f"{called}.{renaming.old}"):
        return False
    return not renaming.project.find_definitions(
        renaming.project.canonicalize(f"{called}.__init__")
    )


def _takes_rest(renaming: Renaming, called: str | None) -> bool:
    """Tell whether a class of the family takes any keyword, of which it may make attributes."""
    if called is None or called not in renaming.family.relatives:
        return False
    name = renaming.project.canonicalize(f"{called}.__init__")
    nodes = [node for _, node in renaming.project.find_definitions(name)]
    return any(isinstance(node, Function) and node.args.kwarg is not None for node in nodes)


def is_function_of_tree(renaming: Renaming, called: str) -> bool:
    """Tell whether all that a name means are functions and classes of the tree."""
    nodes = [node for _, node in renaming.project.find_definitions(called)]
    return bool(nodes) and all(isinstance(node, Definition) for node in nodes)
