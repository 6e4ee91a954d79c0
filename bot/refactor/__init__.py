"""Here lives what changes a whole repository at once: renaming, moving and making asynchronous,
proved name by name.

Pure: it is handed texts by path and hands back those that change, and what it could not prove.
"""

from bot.refactor.find_definition import is_read
from bot.refactor.make_async import make_async
from bot.refactor.move_symbol import move_symbol
from bot.refactor.python_project import CannotRefactor
from bot.refactor.rename_symbol import rename_symbol
from bot.refactor.text_edit import Refactoring, Unproven

__all__ = [
    "CannotRefactor",
    "Refactoring",
    "Unproven",
    "is_read",
    "make_async",
    "move_symbol",
    "rename_symbol",
]
