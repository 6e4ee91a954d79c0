"""Split code and requests into terms, and weigh what a request asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import log1p
from operator import itemgetter

from bot.search.commit_references import find_references

TITLE_CHARS = 500
BODY_CHARS = 30_000
MAX_TERMS = 400
TITLE_WEIGHT = 3.0
CODE_WEIGHT = 0.5

WORD = re.compile(r"[^\W\d]\w*")
# What most parts are stands first.
PART = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+|\d+|[^\W\d_A-Za-z]+")
CODE_SPAN = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
NAME = re.compile(r"[\w.]+(?:\(\))?")
CAMEL = re.compile(r"[a-z][A-Z]")
PATH = re.compile(r"[\w@+./\\-]{3,300}")
# What says nothing of the code: issue numbers, URLs, pictures, commit trailers, banners.
NOISE = re.compile(
    r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|see)\b:?[ \t]+"
    r"(?:[\w.-]{1,99}/[\w.-]{1,99})?#\d+"
    r"|#\d+|https?://\S+|!?\[image\]|^[ \t]*(?:[A-Z][\w-]{1,40}-by|Change-Id|Cc):.*$"
    r"|^(?:\(cherry picked from|Merge pull request|Python \d|IPython \d|Type [\"']).*$",
    re.IGNORECASE | re.MULTILINE,
)
COMMIT_TYPE = re.compile(
    r"^\s*(?:fix(?:e[sd])?\b"
    r"|(?:feat|feature|chore|refactor|perf|docs|test|style|build|ci|revert)\b(?=[(:!]))",
    re.IGNORECASE,
)
ENDINGS = (("ing", 6), ("ed", 5), ("es", 5), ("s", 4), ("e", 4))
KEPT_ENDINGS = ("ss", "us", "is", "eed")
SUFFIX = re.compile(r"\.[A-Za-z]\w{0,9}$")
# fmt: off
STOP_WORDS = frozenset([
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "could", "do", "does", "for",
    "from", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no",
    "not", "of", "on", "or", "our", "should", "so", "than", "that", "the", "their", "then",
    "there", "these", "this", "those", "to", "was", "we", "were", "what", "when", "where",
    "which", "will", "with", "would", "you", "your",
])
# fmt: on


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for: terms by weight, and the names and paths that it spells out."""

    text: str
    terms: dict[str, float]
    names: frozenset[str]
    paths: tuple[str, ...]
    spellings: dict[str, str]  # term to the word that it comes from
    references: tuple[str, ...] = ()  # the issues and commits that it names


def parse_query(title: str, body: str) -> Query:
    """Weigh the words of a request.

    A word counts three times in the title, by the logarithm of its count in the body, and half as
    much more in code. Tracebacks repeat themselves: the hundredth "line" says little more than the
    first.
    """
    text = f"{title}\n{body}"
    title, body = title[:TITLE_CHARS], body[:BODY_CHARS]
    short = f"{title}\n{body}"
    title, body = strip_commit_noise(title), NOISE.sub(" ", body)
    code = " ".join(_find_code(f"{title}\n{body}"))
    in_title, in_body, in_code = (Counter(split_terms(part)) for part in (title, body, code))
    weights = {
        term: TITLE_WEIGHT * in_title[term]
        + log1p(in_body[term])
        + CODE_WEIGHT * log1p(in_code[term])
        for term in in_title | in_body
    }
    return Query(
        text,
        dict(nlargest(MAX_TERMS, weights.items(), itemgetter(1))),
        frozenset(WORD.findall(code)),
        tuple(dict.fromkeys(_find_paths(short))),
        _map_spellings(short),
        find_references(short),
    )


def strip_commit_noise(message: str) -> str:
    """Remove from a commit message what says nothing of the code."""
    return NOISE.sub(" ", COMMIT_TYPE.sub(" ", message))


def _find_code(text: str) -> Iterator[str]:
    """Find code spans, and words that only code has: dotted, called, snake_case, camelCase."""
    yield from CODE_SPAN.findall(text)
    for word in NAME.findall(CODE_SPAN.sub(" ", text)):
        name = word.strip(".()")
        if "." in name or word.endswith(")") or "_" in name.strip("_") or CAMEL.search(name):
            yield name


def _map_spellings(text: str) -> dict[str, str]:
    spellings = {}
    for word in WORD.findall(text):
        for part in PART.findall(word):
            spellings[stem(part.lower())] = part.lower()
    return spellings


def _find_paths(text: str) -> Iterator[str]:
    """Find what ends as a file's name or as a dotted name does."""
    for run in PATH.findall(text):
        path = run.rstrip(".-/")
        if SUFFIX.search(path):
            yield path


def split_terms(text: str) -> Iterator[str]:
    """Return the terms of a text: the parts of each name, and each name whole as well."""
    for word in WORD.findall(text):
        yield from split_word(word)


def split_word(word: str) -> tuple[str, ...]:
    """Return the terms of a word: `getUserName` is get, user, name and getusername."""
    terms = [stem(part.lower()) for part in PART.findall(word)]
    if len(terms) != 1:
        terms.append(word.lower().strip("_"))
    return tuple([term for term in terms if len(term) > 1 and term not in STOP_WORDS])


@lru_cache(50_000)
def stem(word: str) -> str:
    """Cut an English ending, crudely, so that "raises", "raised" and "raising" are one term."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(KEPT_ENDINGS):
        return word
    for ending, min_chars in ENDINGS:
        if word.endswith(ending) and len(word) >= min_chars:
            return word[: -len(ending)]
    return word
