"""Find documentation of parameters that a change of a signature left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import Change
from bot.gates.documents.documented_parameters import read_documented
from bot.gates.documents.function_docs import DocumentedFunction, read_functions
from bot.values import Finding

GATE = "docs"


def check_docstrings(change: Change) -> Iterator[Finding]:
    """Find parameters that are documented and gone, or new and not, or of another default."""
    for path in change.code_paths:
        before = read_functions(path, change.read_before(path))
        for name, function in read_functions(path, change.after[path]).items():
            old = before.get(name)
            if old and old.doc and old.parameters != function.parameters:
                yield from _compare(path, old, function)


def _compare(path: str, old: DocumentedFunction, new: DocumentedFunction) -> Iterator[Finding]:
    documented = read_documented(new.doc)
    gone = [
        name
        for name in old.parameters
        if name in documented and name not in new.parameters and not new.takes_any
    ]
    for name in gone:
        text = f"The documentation of `{new.name}` still describes `{name}`, which is gone."
        yield Finding(GATE, path, new.line, text, blocks=False)
    if old.parameters and read_documented(old.doc).keys() >= old.parameters.keys():
        for name in new.parameters.keys() - old.parameters.keys():
            if documented and not name.startswith("_") and not _names(new.doc, name):
                text = (
                    f"The documentation of `{new.name}` describes all of its parameters but the "
                    f"new `{name}`."
                )
                yield Finding(GATE, path, new.line, text, blocks=False)
    for name, default in new.parameters.items():
        was = old.parameters.get(name, "")
        if was and default and was != default and _tells_default(documented.get(name, ""), was):
            text = (
                f"The documentation of `{new.name}` says that `{name}` is {was} by default, and "
                f"now it is {default}."
            )
            yield Finding(GATE, path, new.line, text, blocks=False)


def _names(doc: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", doc) is not None


def _tells_default(description: str, default: str) -> bool:
    """Tell whether a description names a value as the default."""
    value = re.escape(default.strip("'\""))
    return (
        re.search(
            rf"defaults?\b\W*(?:to|is|value)?\W*{value}(?!\w|\.\d)", description, re.IGNORECASE
        )
        is not None
    )
