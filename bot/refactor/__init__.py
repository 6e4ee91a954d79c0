"""Here lives what changes a whole repository at once: renaming, moving and making asynchronous, proved name by name.

Pure: it is handed texts by path and hands back those that change, and what it could not prove.
"""

from bot.refactor.awaiting import make_async
from bot.refactor.edit import Refactoring, Unproven
from bot.refactor.find import is_read
from bot.refactor.move import move_symbol
from bot.refactor.project import CannotRefactor
from bot.refactor.rename import rename_symbol

__all__ = ["CannotRefactor", "Refactoring", "Unproven", "is_read", "make_async", "move_symbol", "rename_symbol"]
