"""Here lives what the bot knows of code: its definitions, and which places an issue speaks of.

Pure: it is handed bytes and knows neither GitHub nor git.
"""

from bot.search.chunks import chunks
from bot.search.commit_index import Knowledge, knowledge
from bot.search.find_symbol import definitions_and_references
from bot.search.outline import layout, skeleton
from bot.search.overview import overview
from bot.search.ranking import locate, similar
from bot.search.segment import Leaf, Press, Segment
from bot.search.segment_bytes import FORMAT
from bot.search.semantic_similarity import Alike, Passage
from bot.search.source_files import Source
from bot.search.symbols import Symbol, symbols

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
