"""Here live the words of code and of issues: how a name is split, and what an issue asks for with
which weight.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import log1p
from operator import itemgetter

TITLE_CHARS = 500
BODY_CHARS = 30_000
MOST_TERMS = 400
TITLE_WEIGHT = 3.0
CODE_WEIGHT = 0.5

WORD = re.compile(r"[^\W\d]\w*")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
CODE_SPAN = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
NAME = re.compile(r"[\w.]+(?:\(\))?")
CAMEL = re.compile(r"[a-z][A-Z]")
PATH = re.compile(r"[\w@+./\\-]{3,300}")
# What says nothing of the code: numbers of issues, addresses, pictures, trailers of commits,
# banners of interpreters.
NOISE = re.compile(
    r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|see)\b:?[ \t]+(?:[\w.-]{1,99}/[\w.-]{1,99})?#\d+"
    r"|#\d+|https?://\S+|!?\[image\]|^[ \t]*(?:[A-Z][\w-]{1,40}-by|Change-Id|Cc):.*$"
    r"|^(?:\(cherry picked from|Merge pull request|Python \d|IPython \d|Type [\"']).*$",
    re.IGNORECASE | re.MULTILINE,
)
KIND = re.compile(
    r"^\s*(?:fix(?:e[sd])?\b|(?:feat|feature|chore|refactor|perf|docs|test|style|build|ci|revert)\b(?=[(:!]))",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"\.[A-Za-z]\w{0,9}$")
# fmt: off
STOP = frozenset([
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "could", "do", "does", "for", "from", "has",
    "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "not", "of", "on", "or",
    "our", "should", "so", "than", "that", "the", "their", "then", "there", "these", "this", "those", "to",
    "was", "we", "were", "what", "when", "where", "which", "will", "with", "would", "you", "your",
])
# fmt: on


@dataclass(frozen=True, slots=True)
class Query:
    """What an issue asks for: terms with weights, and the names and paths that it spells out."""

    terms: dict[str, float]
    names: frozenset[str]
    paths: tuple[str, ...]
    spelled: dict[str, str]  # term to a word that it was cut from


def read_query(title: str, body: str) -> Query:
    """A word of the title counts three times, in the body by the logarithm of its number, in code
    half as much more.

    Tracebacks repeat themselves: the hundredth "line" says little more than the first.
    """
    title, body = title[:TITLE_CHARS], body[:BODY_CHARS]
    text = f"{title}\n{body}"
    said = [strip_commit_noise(title), NOISE.sub(" ", body)]
    code = " ".join(_code("\n".join(said)))
    in_title, in_body, in_code = (Counter(split_terms(part)) for part in (*said, code))
    weights = {
        term: TITLE_WEIGHT * in_title[term]
        + log1p(in_body[term])
        + CODE_WEIGHT * log1p(in_code[term])
        for term in in_title | in_body
    }
    asked = dict(nlargest(MOST_TERMS, weights.items(), itemgetter(1)))
    return Query(
        asked, frozenset(WORD.findall(code)), tuple(dict.fromkeys(_paths(text))), _spelled(text)
    )


def strip_commit_noise(message: str) -> str:
    """What a commit's message says of the code."""
    return NOISE.sub(" ", KIND.sub(" ", message))


def _code(text: str) -> Iterator[str]:
    yield from CODE_SPAN.findall(text)
    yield from _identifiers(CODE_SPAN.sub(" ", text))


def _spelled(text: str) -> dict[str, str]:
    return {
        stem(part): part
        for word in WORD.findall(text)
        for part in map(str.lower, PART.findall(word))
    }


def _identifiers(text: str) -> Iterator[str]:
    """Words that only code has: dotted, called, with underscores or capitals inside."""
    for word in NAME.findall(text):
        name = word.strip(".()")
        if "." in name or word.endswith(")") or "_" in name.strip("_") or CAMEL.search(name):
            yield name


def _paths(text: str) -> Iterator[str]:
    """What ends as a file's name or as a dotted name does."""
    return (path for run in PATH.findall(text) if SUFFIX.search(path := run.rstrip(".-/")))


def split_terms(text: str) -> Iterator[str]:
    """The terms of a text, names split into their parts, each name whole as well."""
    for word in WORD.findall(text):
        yield from split_word(word)


def split_word(word: str) -> tuple[str, ...]:
    """`getUserName` is get, user, name and getusername."""
    parts = [stem(part.lower()) for part in PART.findall(word)]
    whole = word.lower().strip("_")
    found = parts if len(parts) == 1 else [*parts, whole]
    return tuple(term for term in found if len(term) > 1 and term not in STOP)


@lru_cache(50_000)
def stem(word: str) -> str:
    """The crudest cut that brings "raises", "raised" and "raising" together."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending, least in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4), ("e", 4)):
        if (
            word.endswith(ending)
            and len(word) >= least
            and not word.endswith(("ss", "us", "is", "eed"))
        ):
            return word[: -len(ending)]
    return word
