"""Index a repository's code and find the places that a request is about.

Everything here works on bytes that it is given, and knows neither GitHub nor git.
"""

from bot.search.chunks import split_into_chunks
from bot.search.commit_index import CommitIndex, build_commit_index
from bot.search.diff_excerpt import shorten_diff
from bot.search.families import FamilySources, find_family
from bot.search.named_code import CodeFinder
from bot.search.outline import render_layout
from bot.search.overview import render_overview
from bot.search.past_commits import PastCommits
from bot.search.quoted import find_quoted_places, find_quoted_texts, list_candidate_files
from bot.search.ranking import SearchSources, find_similar_commits, locate
from bot.search.rerank import Passage, SimilarityFunction
from bot.search.segment import FileSymbols, Segment, SegmentBuilder, join_segments
from bot.search.segment_bytes import (
    INDEX_FORMAT,
    decode_segment,
    decode_symbols,
    encode_segment,
    encode_symbols,
)
from bot.search.source_files import FileSource
from bot.search.symbol_usages import find_symbol
from bot.search.symbols import Symbol, extract_symbols
from bot.search.terms import Query, parse_query
from bot.search.used_types import find_used_types

__all__ = [
    "INDEX_FORMAT",
    "CodeFinder",
    "CommitIndex",
    "FamilySources",
    "FileSource",
    "FileSymbols",
    "Passage",
    "PastCommits",
    "Query",
    "SearchSources",
    "Segment",
    "SegmentBuilder",
    "SimilarityFunction",
    "Symbol",
    "build_commit_index",
    "decode_segment",
    "decode_symbols",
    "encode_segment",
    "encode_symbols",
    "extract_symbols",
    "find_family",
    "find_quoted_places",
    "find_quoted_texts",
    "find_similar_commits",
    "find_symbol",
    "find_used_types",
    "join_segments",
    "list_candidate_files",
    "locate",
    "parse_query",
    "render_layout",
    "render_overview",
    "shorten_diff",
    "split_into_chunks",
]
