"""Rename, move or make asynchronous through a whole repository, proved name by name.

Pure: texts by path come in; those that change go out, with what could not be proved. A project
reads what an expression means; a symbol, what a place of its name means; each act decides by that.
"""

from bot.refactor.convert_to_async import make_async
from bot.refactor.find_definition import is_read
from bot.refactor.move_definition import move_symbol
from bot.refactor.python_project import CannotRefactor
from bot.refactor.refactored_code import RefactoredCode, refactor_texts
from bot.refactor.refactoring_command import (
    BadCommandError,
    RefactoringCommand,
    parse_refactoring,
    refactor,
)
from bot.refactor.rename_definition import rename_symbol
from bot.refactor.text_edit import Refactoring, Unproven

__all__ = [
    "BadCommandError",
    "CannotRefactor",
    "RefactoredCode",
    "Refactoring",
    "RefactoringCommand",
    "Unproven",
    "is_read",
    "make_async",
    "move_symbol",
    "parse_refactoring",
    "refactor",
    "refactor_texts",
    "rename_symbol",
]
