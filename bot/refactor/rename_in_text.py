"""Rename in documents and in strings: dotted names that mean the target, and marked ones."""

from __future__ import annotations

import re

from bot.refactor.find_definition import TEMPLATES
from bot.refactor.renaming import Renaming

CODE_BEFORE = re.compile(
    r"(?:[\w)\]}][.:]|`|<|\bimport\s(?:[\w, ]*)|\bfrom\s+|\b(?:def|class)\s+)$"
)
CODE_AFTER = re.compile(r"\(|`|\.\w|\s*=(?!=)|\[")
WRITTEN = (".md", ".rst", ".txt")
IN_TEMPLATE = re.compile(r"(?:\{\{|\{%|\$\{)[^}]*$")
HISTORY = re.compile(r"^(?:change|history|news|release)", re.IGNORECASE)
CODE_FENCE = re.compile(r"^\s*>>>\s")


def rename_in_text(
    renaming: Renaming, path: str, text: str, first_line: int = 1, first_column: int = 0
) -> None:
    """Rename dotted names that mean the target, in a text that begins at the line and column."""
    name = re.escape(renaming.old)
    dotted = re.compile(rf"(?<![\w.])((?:\w+[.:])+)({name})\b")
    for number, line in enumerate(text.split("\n")):
        start = 0 if number else first_column
        for match in dotted.finditer(line):
            if renaming.is_target(match[1].replace(":", ".") + renaming.old):
                column = start + len(line[: match.start(2)].encode(errors="surrogatepass"))
                renaming.change(path, first_line + number, column)


def rename_in_document(renaming: Renaming, path: str, *, is_alone: bool) -> None:
    """Rename in a document; what looks like code too, where no other thing is called so.

    What looks like code and may be another's is left; mere words are.
    """
    text = renaming.project.files[path]
    rename_in_text(renaming, path, text)
    for number, line in enumerate(text.split("\n"), 1):
        for first, last in find_words(line, renaming.old):
            column = len(line[:first].encode(errors="surrogatepass"))
            if (path, number, column) in renaming.decided:
                continue
            if not _may_be_meant(renaming, path, line[:first], line[last:]):
                renaming.edits.mention(path, number, "a document")
            elif is_alone and not path.lower().endswith(TEMPLATES):
                renaming.change(path, number, column)
            else:
                renaming.leave(path, number, column, "a document names it alone")


def _may_be_meant(renaming: Renaming, path: str, before: str, after: str) -> bool:
    """Tell whether a document has the name as code, where the target could stand."""
    if HISTORY.search(path.rpartition("/")[2]):
        return False
    if path.lower().endswith(TEMPLATES):
        return IN_TEMPLATE.search(before) is not None
    if not path.lower().endswith(WRITTEN):
        return _is_dotted_of_tree(renaming, before)
    if before.endswith("`") or re.search(r"\b(?:def|class)\s+$", before):
        return True
    is_member = re.search(r"[\w)\]]\.$", before) is not None
    if renaming.family is not None or is_member:
        return renaming.family is not None and is_member
    return looks_like_code(before, after)


def _is_dotted_of_tree(renaming: Renaming, before: str) -> bool:
    """Tell whether a dotted name of a module of the tree goes before."""
    match = re.search(r"([\w.]+)[.:]$", before)
    return match is not None and not renaming.project.is_outside(match[1])


def find_words(text: str, name: str) -> list[tuple[int, int]]:
    """Find where a name stands as a word in a text."""
    return [match.span() for match in re.finditer(rf"\b{re.escape(name)}\b", text)]


def looks_like_code(before: str, after: str) -> bool:
    """Tell whether what stands around a name on its line makes it more than a word."""
    return bool(CODE_BEFORE.search(before) or CODE_AFTER.match(after) or CODE_FENCE.match(before))
