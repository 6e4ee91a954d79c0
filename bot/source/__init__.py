"""Here lives what the bot knows of code: its definitions, and which places an issue speaks of.

Pure: it is handed bytes and knows neither GitHub nor git.
"""

from bot.source.files import Source
from bot.source.find import definitions_and_references
from bot.source.locate import locate
from bot.source.outline import layout, skeleton
from bot.source.symbols import Symbol, symbols

__all__ = ["Source", "Symbol", "definitions_and_references", "layout", "locate", "skeleton", "symbols"]
