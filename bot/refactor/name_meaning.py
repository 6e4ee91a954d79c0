"""Tell what a plain name means where it stands: by the scope that binds it."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from bot.refactor.checked_names import NOTHING, Meanings
from bot.refactor.module_scopes import (
    IMPORTS,
    Import,
    Module,
    name_in_scope,
    resolve_import,
    resolve_source,
)
from bot.refactor.renaming import Renaming


@dataclass(frozen=True, slots=True)
class NameMeaning:
    """Reads names of the renamed symbol: canonical names, or of what is not of the tree."""

    renaming: Renaming

    def read(self, module: Module, scope: ast.AST | None, name: str) -> Meanings:
        """Give all that a name can mean in a scope; nothing where that cannot be told."""
        if scope is None:
            return self._read_unbound(module, name)
        meanings: set[str] = set()
        for binder in module.bindings[scope][name]:
            if isinstance(binder, IMPORTS):
                imported = self.read_import(module, binder, name)
                if not imported:
                    return NOTHING
                meanings |= imported
            else:
                meanings.add(name_in_scope(module, scope, name))
        return frozenset(meanings)

    def read_import(self, module: Module, binder: Import, name: str) -> Meanings:
        """Give what an import binds to a local name."""
        dotted = resolve_import(module, binder, name)
        if self.renaming.is_target(dotted):
            return frozenset([dotted])
        project = self.renaming.project
        canonical = project.canonicalize(dotted)
        if project.defines(canonical) or project.is_outside(canonical):
            return frozenset([canonical])
        for alias in binder.names:
            if alias.name == self.renaming.old and name in (alias.name, alias.asname):
                checked = self.renaming.checked
                return checked.find_meanings(module.path, alias.lineno, alias.col_offset)
        return NOTHING

    def is_shared(self, module: Module, scope: ast.AST | None, name: str) -> bool:
        """Tell whether a scope binds a name to the target and to something else."""
        meanings = self.read(module, scope, name)
        ours = {meaning for meaning in meanings if self.renaming.is_target(meaning)}
        return bool(ours) and ours != meanings

    def _read_unbound(self, module: Module, name: str) -> Meanings:
        """Read a name that a star brings, or Python itself."""
        project = self.renaming.project
        for star in reversed(module.stars):
            dotted = f"{star}.{name}"
            if self.renaming.is_target(dotted) or project.defines(project.canonicalize(dotted)):
                return frozenset([project.canonicalize(dotted)])
        if hasattr(builtins, name):
            return frozenset([f"builtins.{name}"])
        outside = [star for star in module.stars if project.is_outside(star)]
        return frozenset([f"{outside[0]}.{name}"]) if outside else NOTHING


def read_source(module: Module, node: ast.ImportFrom, name: str) -> str:
    """Give the dotted name of what `from` takes from a module."""
    source = resolve_source(module, node)
    return f"{source}.{name}" if source else name
