"""Here lives what the bot knows of code: its definitions, and which places an issue speaks of.

Pure: it is handed bytes and knows neither GitHub nor git.
"""

from bot.source.chunks import chunks
from bot.source.files import Source
from bot.source.find import definitions_and_references
from bot.source.knowledge import Knowledge, knowledge
from bot.source.locate import locate, similar
from bot.source.meaning import Alike, Passage
from bot.source.outline import layout, skeleton
from bot.source.overview import overview
from bot.source.pack import FORMAT
from bot.source.segment import Leaf, Press, Segment
from bot.source.symbols import Symbol, symbols

__all__ = [
    "FORMAT",
    "Alike",
    "Knowledge",
    "Leaf",
    "Passage",
    "Press",
    "Segment",
    "Source",
    "Symbol",
    "chunks",
    "definitions_and_references",
    "knowledge",
    "layout",
    "locate",
    "overview",
    "similar",
    "skeleton",
    "symbols",
]
