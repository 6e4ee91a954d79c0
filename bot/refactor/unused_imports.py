"""Remove the imports that only moved code needed, where nobody takes them from its old module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.refactor.find_definition import list_files_naming
from bot.refactor.import_statements import end_of, remove_statement, stands_alone
from bot.refactor.module_scopes import Import, bound_name, render_alias
from bot.refactor.moved_definition import MovedDefinition
from bot.refactor.text_edit import TextEdits


@dataclass(frozen=True, slots=True)
class UnusedImports:
    """Those of the module that something leaves."""

    moved: MovedDefinition
    edits: TextEdits

    def remove(self, names: set[str]) -> None:
        """Remove the imports of these names, on a line of their own, that nothing else can need."""
        module = self.moved.module
        for node in module.tree.body:
            if not isinstance(node, Import) or not stands_alone(module, node):
                continue
            line = module.lines[node.lineno - 1]
            kept = [alias for alias in node.names if not self._is_unused(node, alias, names)]
            if not kept:
                remove_statement(self.edits, module, node)
            elif len(kept) < len(node.names) and line.rstrip() == ast.unparse(node):
                start = node.names[0]
                text = ", ".join(render_alias(alias) for alias in kept)
                self.edits.replace(
                    module.path, (start.lineno, start.col_offset), end_of(node), text
                )

    def _is_unused(self, node: Import, alias: ast.alias, names: set[str]) -> bool:
        local = bound_name(alias)
        if local not in names or alias.asname == alias.name:
            return False
        text = "\n".join(self._iter_other_lines(node))
        return not re.search(rf"\b{re.escape(local)}\b", text) and not self._is_taken(local)

    def _iter_other_lines(self, node: Import) -> Iterator[str]:
        """Give the lines of the module but for the moved code and the import, comments included."""
        first, last = self.moved.find_lines()
        skipped = {*range(first, last + 1), *range(node.lineno, end_of(node)[0] + 1)}
        for number, line in enumerate(self.moved.module.lines, 1):
            if number not in skipped or (number >= node.lineno and "noqa" in line):
                yield line

    def _is_taken(self, name: str) -> bool:
        """Tell whether another file may take the name from the module, by the look of its text."""
        project, module = self.moved.project, self.moved.module
        last, quoted = re.escape(module.name.rpartition(".")[2]), re.escape(name)
        renamed = re.compile(rf"\b{last}\s+as\s+(\w+)")
        taken = re.compile(
            rf"\bfrom\s+[\w.]*{last}\s+import\s+(?:\*|[^#\n(]*\b{quoted}\b|\([^)]*\b{quoted}\b)"
            rf"""|["']{quoted}["']"""
        )
        for path in list_files_naming(project, module.name.rpartition(".")[2]):
            text = project.files[path]
            holders = "|".join([last, *map(re.escape, renamed.findall(text))])
            attribute = re.compile(rf"\b(?:{holders})[.:]{quoted}\b")
            if path != module.path and (taken.search(text) or attribute.search(text)):
                return True
        return False
