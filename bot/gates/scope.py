"""Check that a change stays within what its command may change (gate "scope").

`/document` changes comments, docstrings and documents, `/test` changes tests: nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bot.gates.change import Change
from bot.gates.code_shape import find_shape_change
from bot.search.source_files import is_program, kind_of
from bot.values import Finding

GATE = "scope"
Scope = Literal["", "documentation", "tests"]  # empty: whatever the request needs
# Files of documents that tools read as a program or a list, and no person as a text.
READ_BY_TOOLS = (".mdx", "requirements.txt", "constraints.txt", "cmakelists.txt", "robots.txt")


def check_scope(change: Change, scope: Scope) -> Iterator[Finding]:
    """Find what a change does outside of its scope."""
    for path in change.after:
        if scope == "documentation":
            yield from _find_more_than_words(change, path)
        elif scope == "tests" and kind_of(path) != "test":
            text = "This is no test: `/test` adds and alters tests alone. Leave it as it was."
            yield Finding(GATE, path, 0, text)


def _find_more_than_words(change: Change, path: str) -> Iterator[Finding]:
    """Find what changed beside comments, docstrings and documents."""
    if _is_document(path):
        return
    before, after = change.before.get(path), change.after.get(path)
    if before is None or after is None:
        verb = "adds" if before is None else "deletes"
        text = f"`/document` changes words alone, and this {verb} a file that is no document."
        yield Finding(GATE, path, 0, text)
    elif difference := find_shape_change(path, before, after):
        text = (
            "`/document` changes comments, docstrings and documents alone, and "
            f"{difference.why}. Leave it as it was."
        )
        yield Finding(GATE, path, difference.line, text)


def _is_document(path: str) -> bool:
    is_read_by_tools = path.lower().endswith(READ_BY_TOOLS)
    return kind_of(path) == "docs" and not is_program(path) and not is_read_by_tools
