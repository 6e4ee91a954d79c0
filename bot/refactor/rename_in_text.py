"""Rename in documents and in strings: dotted names that mean the target."""

from __future__ import annotations

import re

from bot.refactor.module_scopes import PYTHON
from bot.refactor.renaming import Renaming


def rename_in_text(
    renaming: Renaming, path: str, text: str, first_line: int = 1, first_column: int = 0
) -> None:
    """Rename dotted names that mean the target; one that stands alone in code marks is listed.

    `text` begins in the file at the given line and column.
    """
    name = re.escape(renaming.old)
    dotted = re.compile(rf"(?<![\w.])((?:\w+[.:])+)({name})\b")
    alone = re.compile(rf"`{name}(?:\(\))?`")
    for number, line in enumerate(text.split("\n")):
        start = 0 if number else first_column
        for match in dotted.finditer(line):
            if renaming.is_target(match[1].replace(":", ".") + renaming.old):
                column = start + len(line[: match.start(2)].encode())
                renaming.replace(path, first_line + number, column)
        if not path.endswith(PYTHON) and alone.search(line):
            renaming.edits.leave(path, first_line + number, "a document names it alone")
