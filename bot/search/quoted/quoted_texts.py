"""Find what a request quotes: names, options, paths and messages, the most telling first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.text.code_line import strip_long_words

BODY_CHARS = 30_000
MAX_TEXTS = 60
MIN_NAME_CHARS = 3
MAX_MESSAGE_CHARS = 200
MIN_MESSAGE_WORDS = 3
MIN_PART_CHARS = 12
MAX_PARTS = 3

FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n]*\n(.*?)(?:^[ ]{0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)([^\n]{1,300}?)(?<!`)\1(?!`)")
# An apostrophe inside a word quotes nothing.
QUOTE = re.compile(r'"([^"\n]{3,200})"|“([^”\n]{3,200})”|(?<!\w)\'([^\'\n]{3,200})\'(?!\w)')
NOISE = re.compile(r"https?://\S+|<!--.*?(?:-->|\Z)|!?\[image\]", re.DOTALL)

OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]+")
NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|#)[A-Za-z_$][\w$]*)*")
CALLED = re.compile(rf"({NAME.pattern})\(")
PATH = re.compile(r"[\w@.+-]*(?:/[\w@.+-]+)+|[\w@+-]+\.[A-Za-z]{1,5}")
# snake_case, camelCase, CamelCase: spellings that only code has.
CODE_SPELLING = re.compile(r"[a-z0-9]_[A-Za-z0-9]|^_\w|[a-z][A-Z]|[A-Z]{2}[a-z]{2}|[A-Z]_[A-Z]")
ERROR_LINE = re.compile(
    r"^[>E\s]*(?:[\w.]*\.)?(?P<name>\w*(?:Error|Exception|Warning|Failure|panic|error|fatal)"
    r"(?:\[\w+\])?): (?P<text>.{8,})$",
    re.MULTILINE,
)
FILE_SUFFIX = re.compile(
    r"\.(py|pyi|js|ts|jsx|tsx|mjs|vue|go|rs|java|kt|rb|php|c|h|cc|cpp|cs|toml|ya?ml|json|ini|cfg"
    r"|md|rst|txt|html|css|sh|sql|lock)$"
)
WORDS = re.compile(r"[^\W\d_]{2,}")
# What separates the fixed parts of a message from the values in it.
VALUES = re.compile(r"[\"'`“”<>{}\[\]()=%:;|]|\b\d[\w.]*")
# Names of products and formats that are spelled like code.
# fmt: off
PRODUCTS = frozenset([
    "github", "gitlab", "javascript", "typescript", "coffeescript", "pypi", "macos", "ios",
    "vscode", "stackoverflow", "pycharm", "openapi", "postgresql", "mysql", "sqlite", "latex",
    "youtube", "nodejs", "websocket", "pyyaml", "ipython",
])
# fmt: on

TextKind = Literal["name", "option", "path", "message"]


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A text that the request quotes.

    `parts` are looked for too: the last of a dotted name, the words between the values of a
    message. One that `is_explicit` stands in the title, in quotes or in code marks: that it is in
    no file is worth telling.
    """

    text: str
    kind: TextKind
    parts: tuple[str, ...] = ()
    is_explicit: bool = False


def find_quoted_texts(title: str, body: str) -> list[QuotedText]:
    """Find the texts in the order of how much they tell, each once.

    First what code marks and quotes hold, the title's before the body's; then spellings that only
    code has, in prose and last in blocks of code, which are often the asker's own.
    """
    title, body = strip_long_words(title), strip_long_words(NOISE.sub(" ", body[:BODY_CHARS]))
    blocks = [match[2] for match in FENCE.finditer(body)]
    prose = FENCE.sub("\n", body)
    texts: dict[str, QuotedText] = {}
    for text in (
        *_read_quotes(title),
        *(replace(each, is_explicit=True) for each in _read_spellings(title)),
        *_read_quotes(prose),
        *_read_errors(body),
        *_read_spellings(prose),
        *(each for block in blocks for each in _read_spellings(block)),
    ):
        texts.setdefault(text.text, text)
    return list(texts.values())[:MAX_TEXTS]


def _read_quotes(prose: str) -> Iterator[QuotedText]:
    """Read code marks and quotation marks."""
    for match in CODE_SPAN.finditer(prose):
        yield from _classify(match[2].strip(), in_code=True)
    for match in QUOTE.finditer(CODE_SPAN.sub(" ", prose)):
        text = next(group for group in match.groups() if group)
        yield from _classify(text.strip(), in_code=False)


def _classify(text: str, *, in_code: bool) -> Iterator[QuotedText]:
    """Tell what a quoted text is; of an expression or a command, take the names in it."""
    bare = text.removesuffix("()").strip("'\"")
    option = bare.partition("=")[0]
    if OPTION.fullmatch(option):
        yield QuotedText(option, "option", is_explicit=True)
    elif PATH.fullmatch(bare) and ("/" in bare or FILE_SUFFIX.search(bare)):
        name = bare.rpartition("/")[2]
        yield QuotedText(bare, "path", (name,) if name != bare else (), is_explicit=True)
    elif NAME.fullmatch(bare) and len(bare) >= MIN_NAME_CHARS:
        if in_code or CODE_SPELLING.search(bare) or "." in bare:
            yield _make_name(bare, is_explicit=True)
    elif len(WORDS.findall(text)) >= MIN_MESSAGE_WORDS and not CALLED.search(text):
        yield _make_message(text)
        yield from _read_spellings(text)
    elif in_code:
        yield from _read_spellings(text)


def _read_spellings(text: str) -> Iterator[QuotedText]:
    """Read options, names that are spelled as only code is, and what is called."""
    for match in OPTION.finditer(text):
        if match[0].startswith("--"):
            yield QuotedText(match[0], "option")
    called = {match[1] for match in CALLED.finditer(text)}
    for match in NAME.finditer(text):
        name = match[0]
        is_code = CODE_SPELLING.search(name) or name in called
        if is_code and len(name) > MIN_NAME_CHARS and name.lower() not in PRODUCTS:
            yield _make_name(name, is_explicit=False)


def _read_errors(text: str) -> Iterator[QuotedText]:
    """Read the messages of errors, as traces and tools print them."""
    for match in ERROR_LINE.finditer(text):
        yield _make_message(match["text"].strip())


def _make_name(name: str, *, is_explicit: bool) -> QuotedText:
    """Make a name; of a dotted one the last part is looked for where the whole is nowhere."""
    last = re.split(r"\.|::|->|#", name)[-1]
    return QuotedText(name, "name", (last,) if last != name else (), is_explicit)


def _make_message(text: str) -> QuotedText:
    text = text[:MAX_MESSAGE_CHARS].rstrip(".")
    parts = [part.strip(" ,.-") for part in VALUES.split(text)]
    telling = [
        part
        for part in parts
        if len(part) >= MIN_PART_CHARS and len(WORDS.findall(part)) >= MIN_MESSAGE_WORDS
    ]
    longest = sorted(dict.fromkeys(telling), key=len, reverse=True)
    return QuotedText(text, "message", tuple(part for part in longest if part != text)[:MAX_PARTS])
