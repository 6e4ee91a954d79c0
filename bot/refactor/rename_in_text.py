"""Rename in documents and in strings: dotted names that mean the target, and marked ones."""

from __future__ import annotations

import re
import sys

from bot.refactor.find_definition import TEMPLATES, list_ending
from bot.refactor.module_scopes import Assignment
from bot.refactor.symbol import Renaming
from bot.refactor.text_edit import find_in_lines

CODE_BEFORE = re.compile(
    r"(?:[\w)\]}][.:]|`|<|\bimport\s(?:[\w, ]*)|\bfrom\s+|\b(?:def|class)\s+)$"
)
CODE_AFTER = re.compile(r"\(|`|\.\w|\s*=(?!=)|\[")
WRITTEN = (".md", ".rst", ".txt")
IN_TEMPLATE = re.compile(r"(?:\{\{|\{%|\$\{)[^}]*$")
HISTORY = re.compile(r"^(?:change|history|news|release)", re.IGNORECASE)
ROLE = re.compile(r"(?::|\{)(?:func|class|data|exc)(?::|\})`~?$")  # of what modules have
GIVEN = re.compile(r"\s*=(?!=)")
CODE_FENCE = re.compile(r"^\s*>>>\s")


def rename_in_text(
    renaming: Renaming, path: str, text: str, first_line: int = 1, first_column: int = 0
) -> None:
    """Rename dotted names that mean the target, in a text that begins at the line and column."""
    name = re.escape(renaming.old)
    dotted = re.compile(rf"(?<![\w.])(?:\w+[.:])+(?={name}\b)")
    for number, column, match in find_in_lines(text, dotted):
        if renaming.is_target(match[0].replace(":", ".") + renaming.old):
            start = column + len(match[0].encode()) + (first_column if number == 1 else 0)
            renaming.change((path, first_line + number - 1, start))


def rename_in_document(
    renaming: Renaming, path: str, *, is_alone: bool, is_alone_at_top: bool
) -> None:
    """Rename in a document; what looks like code too, where no other thing is called so.

    What looks like code and may be another's is left; mere words are.
    """
    text = renaming.project.files[path]
    rename_in_text(renaming, path, text)
    imported = read_imports(text, renaming.old)
    is_ours = bool(imported) and all(map(renaming.is_target, imported))
    can_change = (is_alone or is_ours) and not path.lower().endswith(TEMPLATES)
    for number, column, match in find_in_lines(text, _match_word(renaming.old)):
        place = (path, number, column)
        before, after = match.string[: match.start()], match.string[match.end() :]
        if place in renaming.decided:
            continue
        is_role = is_alone_at_top and not renaming.is_member and ROLE.search(before)
        if owner := find_text_owner(renaming, before, imported):
            renaming.keep(place, owner)
        elif not _may_be_meant(renaming, path, before, after):
            renaming.edits.mention(path, number, "a document")
        elif can_change or is_role or renaming.is_target(_read_dotted(renaming, before)):
            renaming.change(place)
        else:
            renaming.leave(place, "a document names it alone")


def read_imports(text: str, name: str) -> set[str]:
    """Give the dotted names that the examples in a text import under a name."""
    pattern = re.compile(
        rf"\bfrom\s+([\w.]+)\s+import\s+(?:[\w, ]*\W)?{re.escape(name)}\b(?!\s+as)"
    )
    return {f"{match[1]}.{name}" for match in pattern.finditer(text)}


def _may_be_meant(renaming: Renaming, path: str, before: str, after: str) -> bool:
    """Tell whether a document has the name as code, where the target could stand."""
    if HISTORY.search(path.rpartition("/")[2]) or before.endswith("/"):
        return False
    if path.lower().endswith(TEMPLATES):
        return IN_TEMPLATE.search(before) is not None
    if not path.lower().endswith(WRITTEN):
        return _is_dotted_of_tree(renaming, before)
    if before.endswith("`") or re.search(r"\b(?:def|class)\s+$", before):
        return True
    is_member = re.search(r"[\w)\]]\.$", before) is not None
    if renaming.is_member or is_member:
        return renaming.is_member and is_member
    is_variable = any(isinstance(node, Assignment) for node in renaming.definitions)
    is_given = GIVEN.match(after) is not None and not is_variable
    return looks_like_code(before, after) and not is_given


def _is_dotted_of_tree(renaming: Renaming, before: str) -> bool:
    """Tell whether a dotted name of a module of the tree goes before."""
    match = re.search(r"([\w.]+)[.:]$", before)
    return match is not None and not renaming.project.is_outside(match[1])


def find_text_owner(renaming: Renaming, before: str, imported: set[str]) -> str:
    """Say whose a name is by what is dotted before it, or by the text's only import; else ""."""
    project = renaming.project
    name = _read_dotted(renaming, before)
    if not name and len(imported) == 1 and not renaming.is_member:
        name = project.canonicalize(min(imported))
    is_python_s = name.partition(".")[0] in sys.stdlib_module_names and project.is_outside(name)
    is_other = project.defines(name) and not renaming.is_target(name)
    return name if is_other or is_python_s else ""


def _read_dotted(renaming: Renaming, before: str) -> str:
    """Give the name that ends here, where something is dotted before it; "" where nothing is.

    It is dotted from its module, or as long as it takes to be unique.
    """
    match = re.search(r"([A-Za-z_][\w.]*)\.$", before)
    if match is None:
        return ""
    dotted = f"{match[1]}.{renaming.old}"
    if dotted not in renaming.named:
        name = renaming.project.canonicalize(dotted)
        endings = [] if renaming.project.defines(name) else list_ending(renaming.project, dotted)
        renaming.named[dotted] = endings[0] if len(endings) == 1 else name
    return renaming.named[dotted]


def find_words(text: str, name: str) -> list[tuple[int, int]]:
    """Find where a name stands as a word in a text."""
    return [match.span() for match in _match_word(name).finditer(text)]


def _match_word(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(name)}\b")


def looks_like_code(before: str, after: str) -> bool:
    """Tell whether what stands around a name on its line makes it more than a word."""
    return bool(CODE_BEFORE.search(before) or CODE_AFTER.match(after) or CODE_FENCE.match(before))
