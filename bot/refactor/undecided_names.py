"""Make sure that no place of a name was passed over: what nothing decided is not proved."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from bot.refactor.module_scopes import Module
from bot.refactor.renaming import Renaming


def leave_undecided(renaming: Renaming, module: Module) -> None:
    """Leave each place of the name, in the code itself, that no other reading decided."""
    for line, column in _iter_names(module, renaming.old):
        if (module.path, line, column) not in renaming.decided:
            renaming.leave(module.path, line, column, "a use that is not understood")


def _iter_names(module: Module, name: str) -> Iterator[tuple[int, int]]:
    """Give the places where the name is a token: no part of a string or a comment."""
    text = module.text.removeprefix("\ufeff")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.NAME and token.string == name:
                line, column = token.start
                yield line, len(token.line[:column].encode(errors="surrogatepass"))
    except (tokenize.TokenError, SyntaxError):
        return  # the parser read it, so what is left is the end of the file
