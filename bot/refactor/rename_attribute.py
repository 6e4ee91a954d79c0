"""Decide for an attribute whether it is the renamed one, also where no reading knows its object."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from bot.refactor.checked_names import locate_attribute
from bot.refactor.find_definition import iter_modules, iter_values
from bot.refactor.module_scopes import Module
from bot.refactor.renaming import Renaming

LOADS_MODULES = re.compile(r"\bimport_module\b|\b__import__\b|\bsys\.modules\b|\bModuleType\b")
UNKNOWN = "an attribute of an unknown object"


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
        return bool(LOADS_MODULES.search(module.text)) or self._is_module_handed_on

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
