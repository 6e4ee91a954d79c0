"""Make sure that no place of a name was passed over: what nothing decided is not proved."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from bot.refactor.module_scopes import Module
from bot.refactor.rename_in_text import find_words
from bot.refactor.renaming import Renaming


def leave_undecided(renaming: Renaming, module: Module) -> None:
    """Leave each place of the name, in the code itself, that no other reading decided.

    Comments that say it are only recorded.
    """
    for token in _iter_tokens(module):
        line, column = token.start
        if token.type == tokenize.COMMENT and find_words(token.string, renaming.old):
            renaming.edits.mention(module.path, line, "a comment")
        if token.type != tokenize.NAME or token.string != renaming.old:
            continue
        column = len(token.line[:column].encode(errors="surrogatepass"))
        if (module.path, line, column) not in renaming.decided:
            renaming.leave(module.path, line, column, "a use that is not understood")


def _iter_tokens(module: Module) -> Iterator[tokenize.TokenInfo]:
    text = module.text.removeprefix("\ufeff")
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    except (tokenize.TokenError, SyntaxError):
        return  # the parser read it, so what is left is the end of the file
