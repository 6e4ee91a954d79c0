"""Load tree-sitter grammars and parse with them; they ship in a wheel, so nothing is downloaded."""

from __future__ import annotations

from time import thread_time
from types import MappingProxyType

import semble_grammars
from semble_grammars import GrammarLoadError
from tree_sitter import Language, Parser, Tree

__all__ = [
    "LANGUAGE_BY_NAME",
    "LANGUAGE_BY_SUFFIX",
    "GrammarLoadError",
    "language_of",
    "load_grammar",
    "make_parser",
    "parse",
]

TIMEOUT_S = 2.0
READ_BYTES = 1 << 16


def language_of(path: str) -> str | None:
    """Return the language of a path, by its name alone; None for what is not code."""
    name = path.rpartition("/")[2].lower()
    stem, _, suffix = name.rpartition(".")
    if name in LANGUAGE_BY_NAME:
        return LANGUAGE_BY_NAME[name]
    return LANGUAGE_BY_SUFFIX.get(f".{suffix}") if stem else None


def make_parser(language: str) -> Parser | None:
    """Return a new parser; None for a language without a grammar, or a platform without grammars.

    A broken installation raises GrammarLoadError.
    """
    grammar = load_grammar(language)
    return Parser(grammar) if grammar else None


def load_grammar(language: str) -> Language | None:
    """Return the grammar of a language; None where there is none."""
    try:
        grammar: Language = semble_grammars.get_language(language)
    except (semble_grammars.LanguageNotFoundError, semble_grammars.UnsupportedPlatformError):
        return None
    return grammar


def parse(language: str, text: bytes, timeout_s: float = TIMEOUT_S) -> Tree | None:
    """Return the syntax tree; None without a grammar, or when parsing takes too long.

    50 kB of `x=(` keep the grammars of bash, Scala and Kotlin busy for minutes, hence the timeout.
    Only the CPU's time counts: on a busy machine a file would have no definitions, by chance.
    """
    parser = make_parser(language)
    if parser is None:
        return None
    deadline = thread_time() + timeout_s
    try:
        return parser.parse(
            lambda offset, _: text[offset : offset + READ_BYTES],
            progress_callback=lambda *_: thread_time() > deadline,
        )
    except ValueError:  # py-tree-sitter raises it when the callback asked to stop
        return None


_SUFFIXES = {
    "bash": "sh bash zsh ksh bats",
    "c": "c",
    # The C++ grammar reads most of C's headers.
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
}
LANGUAGE_BY_SUFFIX = MappingProxyType(
    {
        f".{suffix}": language
        for language, suffixes in _SUFFIXES.items()
        for suffix in suffixes.split()
    }
)
LANGUAGE_BY_NAME = MappingProxyType(
    {"rakefile": "ruby", "gemfile": "ruby", "sconstruct": "python", "pkgbuild": "bash"}
)
