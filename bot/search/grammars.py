"""Here lives the one door to the tree-sitter grammars, which ship in a wheel: nothing is fetched
when they are used.
"""

from __future__ import annotations

from time import monotonic
from types import MappingProxyType

import semble_grammars
from semble_grammars import GrammarLoadError
from tree_sitter import Language, Parser, Tree

__all__ = ["NAMES", "SUFFIXES", "GrammarLoadError", "grammar", "language_of", "parse", "parser"]

TIMEOUT_S = 2.0
READ_BYTES = 1 << 16


def language_of(path: str) -> str | None:
    """The grammar's name for a path, by its name alone; None for what is not code."""
    name = path.rpartition("/")[2].lower()
    stem, _, suffix = name.rpartition(".")
    return LANGUAGE_BY_NAME.get(name) or (LANGUAGE_BY_SUFFIX.get(f".{suffix}") if stem else None)


def make_parser(language: str) -> Parser | None:
    """A new parser; None for a language, or on a platform, without a grammar. A broken installation
    raises.
    """
    found = load_grammar(language)
    return Parser(found) if found else None


def load_grammar(language: str) -> Language | None:
    try:
        found: Language = semble_grammars.get_language(language)
    except (semble_grammars.LanguageNotFoundError, semble_grammars.UnsupportedPlatformError):
        return None
    return found


def parse(language: str, text: bytes, timeout_s: float = TIMEOUT_S) -> Tree | None:
    """The syntax tree; None without a grammar, or when the parser lost its way.

    50 kB of `x=(` keep the grammars of bash, Scala and Kotlin busy for minutes, hence the patience.
    """
    found = make_parser(language)
    if found is None:
        return None
    end = monotonic() + timeout_s
    try:
        return found.parse(
            lambda offset, _: text[offset : offset + READ_BYTES],
            progress_callback=lambda *_: monotonic() > end,
        )
    except ValueError:  # py-tree-sitter's word for a callback that said stop
        return None


LANGUAGE_BY_SUFFIX = MappingProxyType(
    {
        f".{suffix}": language
        for language, suffixes in {
            "bash": "sh bash zsh ksh bats",
            "c": "c",
            # the C++ grammar reads most of C's headers
            "cpp": "cc cpp cxx c++ h hh hpp hxx h++ ipp inl cu cuh",
            "csharp": "cs csx",
            "go": "go",
            "java": "java",
            "javascript": "js jsx mjs cjs",
            "kotlin": "kt kts",
            "lua": "lua",
            "php": "php phtml",
            "python": "py pyi pyw",
            "ruby": "rb rake gemspec ru",
            "rust": "rs",
            "scala": "scala sc sbt",
            "swift": "swift",
            "tsx": "tsx",
            "typescript": "ts mts cts",
        }.items()
        for suffix in suffixes.split()
    }
)
LANGUAGE_BY_NAME = MappingProxyType(
    {"rakefile": "ruby", "gemfile": "ruby", "sconstruct": "python", "pkgbuild": "bash"}
)
