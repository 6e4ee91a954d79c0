"""Name the single tests that a change adds or alters, and find which of them a log says failed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from bot.search.grammars import language_of
from bot.search.symbols import extract_symbols
from bot.text.git_lines import split_lines

# `it("adds", ...)`, `test.each(...)("adds %i", ...)` and the like, by the words that a log repeats.
TITLED = re.compile(
    r"\b(?:it|test)(?:\.\w+)*?\s*(?:\.each\s*(?:\([^;]{0,2000}?\)|`[^`]*`)\s*)?"
    r"\(\s*(?P<quote>[\"'`])(?P<title>.+?)(?P=quote)"
)
# What a title has in the place of a value.
VALUE = re.compile(r"%[A-Za-z#]|\$\{[^}]*\}|\$\w[\w.]*")
# What stands before a test or at its head, where its name says nothing: Rust, Java, C#.
MARKED = re.compile(
    r"#\[(?:\w+::)?test\b|@(?:Parameterized|Repeated)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\b"
)
SCRIPTS = frozenset(["javascript", "typescript", "tsx"])
WORD = re.compile(r"\w")
WORDS = re.compile(r"[A-Za-z_]\w*")
FILE_NAME = re.compile(r"[\w.-]+\.(?:py|[cm]?[jt]sx?|go|rs|java|kt|cs|rb|php)\b")
TEST_NAME = re.compile(r"[Tt]est")
SEPARATOR = "::"


def name_tests(
    tests: Mapping[str, tuple[str, ...]], texts: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Name each test as "path::Class::test"; a file whose tests cannot be told apart counts as one.

    `tests` are names by file, none where all of the file is meant.
    """
    return tuple(
        name
        for path, names in tests.items()
        for name in _name_in_file(path, names, texts.get(path) or "")
    )


def _name_in_file(path: str, names: tuple[str, ...], text: str) -> Iterator[str]:
    known = [name.replace(".", SEPARATOR) for name in names]
    tests = known or list(dict.fromkeys(_list_tests(path, text)))
    if not tests:
        yield path
    for name in tests:
        yield f"{path}{SEPARATOR}{name}"


def _list_tests(path: str, text: str) -> Iterator[str]:
    if language_of(path) in SCRIPTS:
        titles = (match["title"] for match in TITLED.finditer(text))
        yield from (title for title in titles if WORD.search(VALUE.sub("", title)))
        return
    lines = split_lines(text)
    for symbol in extract_symbols(path, text.encode(errors="replace")):
        head = "\n".join(lines[max(0, symbol.line - 2) : symbol.line])
        is_test = TEST_NAME.match(symbol.last_name) or MARKED.search(head)
        if is_test and symbol.kind != "class":
            yield symbol.name.replace(".", SEPARATOR)


def has_failed(test: str, failed: Sequence[str]) -> bool:
    """Tell whether a log names the test among those that failed; a file, where any of it did.

    Another test may have the same last name: what a log says of the file and of what the test
    stands in must fit, as far as it says so.
    """
    path, _, name = test.partition(SEPARATOR)
    if not name:
        return any(path in each for each in failed)
    *owners, last = name.split(SEPARATOR)
    words = ".+".join(map(re.escape, VALUE.split(last)))
    pattern = re.compile(rf"(?<!\w){words}(?!\w)")
    matches = ((each, match) for each in failed for match in pattern.finditer(each))
    return any(
        _fits(path, owners, f"{each[: match.start()]} {each[match.end() :]}")
        for each, match in matches
    )


def _fits(path: str, owners: Sequence[str], context: str) -> bool:
    """Tell whether what a log says around a test's name speaks of this file and these owners."""
    files = FILE_NAME.findall(context)
    if files and PurePosixPath(path).name not in files:
        return False
    words = set(WORDS.findall(FILE_NAME.sub(" ", context)))
    if owners:
        return not words or set(owners) <= words
    if files or not words or not path.endswith(".py"):  # a title may stand in any suite
        return True
    return PurePosixPath(path).stem in words
