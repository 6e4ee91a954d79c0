"""Decide for an attribute whether it is the renamed one: by our own reading and the checker's."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from bot.refactor.checked_names import NOTHING, Meanings, locate_attribute
from bot.refactor.find_definition import list_files_naming
from bot.refactor.module_scopes import IMPORTS, Module, find_owner, last_name
from bot.refactor.renaming import Renaming

# They stand in for any object, so what is made by them may be meant.
STAND_INS = re.compile(r"Mock|Proxy|Spy|Stub|Fake|Double|Partial|Namespace|Wrapper|Lazy|Any")
CLASS_NAME = re.compile(r"_*[A-Z]\w*[a-z]\w*")
LOADS_MODULES = re.compile(r"\bimport_module\b|\b__import__\b|\bsys\.modules\b|\bModuleType\b")
UNKNOWN = "an attribute of an unknown object"


@dataclass(slots=True)
class AttributeRenaming:
    """Decides for the attributes of all files, one after the other."""

    renaming: Renaming
    _handed_on: list[bool] = field(default_factory=list)  # once it was asked

    def rename(self, module: Module, node: ast.Attribute) -> None:
        """Rename the attribute, prove it another's, or leave it as not proved."""
        renaming, place = self.renaming, locate_attribute(node)
        if module.encode_line(place[0])[place[1] :][: len(node.attr.encode())] != (
            node.attr.encode()
        ):
            why = "inside a string that this Python cannot place"
            renaming.edits.leave(module.path, node.end_lineno or node.lineno, why)
            return
        own = self._read_own(module, node)
        meanings = own | renaming.checked.find_meanings(module.path, *place)
        ours = {meaning for meaning in meanings if renaming.is_target(meaning)}
        others = sorted(meanings - ours)
        if ours and not others:
            renaming.change(module.path, *place)
        elif ours:
            renaming.leave(module.path, *place, f"it may be that of {others[0]} too")
        elif others:
            renaming.keep(module.path, *place, others[0])
        elif renaming.guess or self._is_private_and_alone():
            renaming.change(module.path, *place)
        elif renaming.family is None and not self._can_be_module(module):
            renaming.keep(module.path, *place, "an object's attribute, and no module's")
        else:
            renaming.leave(module.path, *place, UNKNOWN)

    def _read_own(self, module: Module, node: ast.Attribute) -> Meanings:
        """Give what we read it as: the name of a definition, or of what is not of the tree."""
        project = self.renaming.project
        base = project.resolve(module, node.value)
        if base is None:
            return NOTHING
        name = project.canonicalize(f"{base.removesuffix('()')}.{node.attr}")
        if name in self.renaming.targets or project.find_definitions(name):
            return frozenset([name])
        if project.is_outside(name) and self._is_made_outside(module, node.value, base):
            return frozenset([name])
        return NOTHING

    def _is_made_outside(self, module: Module, value: ast.expr, base: str) -> bool:
        """Tell whether an object is a module of elsewhere, or made by a class of one."""
        if not base.endswith("()"):
            return not STAND_INS.search(base)
        maker = value
        if isinstance(value, ast.Name):
            scope = find_owner(module, value, value.id)
            binders = module.bindings[scope][value.id] if scope else []
            if len(binders) == 1 and isinstance(binders[0], ast.Assign):
                maker = binders[0].value
        if not isinstance(maker, ast.Call):
            return False
        name = last_name(maker.func)
        return bool(CLASS_NAME.fullmatch(name)) and not STAND_INS.search(name)

    def _is_private_and_alone(self) -> bool:
        """Tell whether nothing else of the tree has an attribute of that private name."""
        renaming = self.renaming
        if renaming.family is None or not renaming.old.startswith("_"):
            return False
        return not renaming.family.has_strangers

    def _can_be_module(self, module: Module) -> bool:
        """Tell whether an object may be the module that defines the target."""
        if LOADS_MODULES.search(module.text):
            return True
        if not self._handed_on:
            self._handed_on.append(self._is_module_handed_on())
        return self._handed_on[0]

    def _is_module_handed_on(self) -> bool:
        """Tell whether some file takes a module with the target as a value, not for its names."""
        project = self.renaming.project
        holders = {target.rpartition(".")[0] for target in self.renaming.targets}
        holders |= {
            name
            for name, path in project.paths.items()
            if self.renaming.old in project.files[path]
            and self.renaming.is_target(f"{name}.{self.renaming.old}")
        }
        lasts = {holder.rpartition(".")[2] for holder in holders}
        paths = {path for last in lasts for path in list_files_naming(project, last)}
        return any(self._hands_on(path, holders) for path in paths)

    def _hands_on(self, path: str, holders: set[str]) -> bool:
        module = self.renaming.project.read_module(path)
        for node in list(module.scopes) if module else ():
            if module and isinstance(node, (ast.Name, ast.Attribute)):
                parent = module.parents.get(node)
                if isinstance(parent, (ast.Attribute, *IMPORTS)) or _is_named_in_call(parent, node):
                    continue
                if self.renaming.project.resolve(module, node) in holders:
                    return True
        return False


def _is_named_in_call(parent: ast.AST | None, node: ast.AST) -> bool:
    """Tell whether a call takes the object with a name of its in a string, as getattr does."""
    return (
        isinstance(parent, ast.Call)
        and parent.args[:1] == [node]
        and len(parent.args) > 1
        and isinstance(parent.args[1], ast.Constant)
    )
