"""Find the test that a name stands for in the tree with the edits so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.gates.test_integrity.find_tests import FoundTest, find_tests
from bot.gates.test_integrity.idle_tests import explain_idle_test
from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.text.git_lines import split_lines
from bot.tools.grep_pattern import escape_text
from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal, TreeReader

MOST_NEAR = 3
MAX_MATCHES = 200
# Languages whose tests are known by their form: what is not known there is none.
KNOWN = frozenset(
    ["python", "javascript", "typescript", "tsx", "go", "rust", "java", "kotlin", "csharp"]
)
COMMENTED = re.compile(r"^\s*(?:#|//|--|;|%|\*|/\*)")
PARAMETERS = re.compile(r"\[[^\]]*\]$|\(\)$")
SEPARATOR = re.compile(r"::| > | \u203a ")


@dataclass(frozen=True, slots=True)
class NamedTest:
    """The test that a name stands for, by its path and name; or why there is none."""

    name: str = ""
    problem: str = ""
    is_old: bool = False  # it was there before the change, word for word


def find_named_test(session: ToolSession, name: str) -> NamedTest:
    """Find the test that a name stands for.

    A name is `tests/test_a.py::test_b`, with classes and suites or without; the name of a test
    alone; or the path of a file whose assertions stand in no test.
    """
    whole = name.strip().strip("`")
    named = _find(session, whole)
    bare = PARAMETERS.sub("", whole)
    # A title such as "calls total()" ends as a name with its parameters does.
    return _find(session, bare) if named.problem and bare != whole else named


def _find(session: ToolSession, name: str) -> NamedTest:
    reader = session.read_tree()
    path, parts = _split(reader, name)
    if path and path not in reader.files.paths():
        similar = reader.find_similar_paths(path)
        near = f" Did you mean {', '.join(similar)}?" if similar else ""
        return NamedTest(problem=f"there is no file {path}.{near}")
    paths = [path] if path else _find_files(session, parts[-1])
    tests = [test for known in paths for test in _read_tests(reader, known)]
    chosen = [test for test in tests if _is_named(test, parts)]
    # Of several with the name, one that can prove anything.
    named = next((test for test in chosen if not explain_idle_test(test)), next(iter(chosen), None))
    if named is not None:
        whole = f"{named.path}::{named.name}"
        return NamedTest(whole, explain_idle_test(named), is_old=_stood_before(session, named))
    if not parts and any(test.assertions and not explain_idle_test(test) for test in tests):
        text = session.read_base_texts([path])[path]
        return NamedTest(path, is_old=text == reader.read_text(path))
    has_names = any(test.name for test in tests)
    if path and not has_names and _stands_in(reader, path, parts):
        text = session.read_base_texts([path])[path]
        return NamedTest("::".join((path, *parts)), is_old=text == reader.read_text(path))
    return NamedTest(problem=_explain_missing(path, parts, tests))


def _stands_in(reader: TreeReader, path: str, parts: Sequence[str]) -> bool:
    """Tell whether a file of tests, in which none is known by its form, holds the name outside of
    comments.
    """
    if kind_of(path) != "test" or language_of(path) in KNOWN:
        return False
    try:
        lines = split_lines(reader.read_text(path))
    except ToolRefusal:
        return False
    text = "\n".join(line for line in lines if not COMMENTED.match(line))
    return all(part in text for part in parts)


def _explain_missing(path: str, parts: Sequence[str], tests: Sequence[FoundTest]) -> str:
    if not path:
        return "there is no such test with your edits."
    names = sorted({test.short_name for test in tests if test.name})
    likest = get_close_matches(parts[-1] if parts else "", names, MOST_NEAR) or names[:MOST_NEAR]
    advice = f" There is {', '.join(likest)}." if likest else ""
    return f"there is no such test in {path} with your edits.{advice}"


def _split(reader: TreeReader, name: str) -> tuple[str, list[str]]:
    """Split a name into the path of its file, and its classes, suites and test."""
    first, *rest = SEPARATOR.split(name)
    if not rest:
        first, colon, words = name.partition(": ")
        rest = [words] if colon and _is_path(reader, first) else []
        first = first if rest else name
    if _is_path(reader, first):
        return first.strip(), [part.strip() for part in rest]
    return "", [part.strip() for part in (first, *rest)]


def _is_path(reader: TreeReader, text: str) -> bool:
    return "/" in text.strip("/") or text.strip() in reader.files.paths()


def _find_files(session: ToolSession, name: str) -> list[str]:
    """List the files that hold the name of a test."""
    tree = session.read_tree().tree
    matches = session.ports.mirrors.grep(tree, escape_text(name), "", MAX_MATCHES) if name else ()
    return list(dict.fromkeys(match.path for match in matches))


def _read_tests(reader: TreeReader, path: str) -> Iterator[FoundTest]:
    try:
        text = reader.read_text(path)
    except ToolRefusal:
        return
    yield from find_tests(path, text)


def _stood_before(session: ToolSession, test: FoundTest) -> bool:
    """Tell whether the base has the same test, with the same words above it and in it."""
    text = session.read_base_texts([test.path])[test.path]
    before = find_tests(test.path, text) if text is not None else ()
    same = ((old.name, old.header, old.body) for old in before)
    return (test.name, test.header, test.body) in same


def _is_named(test: FoundTest, parts: Sequence[str]) -> bool:
    """Tell whether the last of the parts is the test, and the others are what it stands in."""
    if not parts or not test.name:
        return False
    known = test.name.split("::")
    *owners, last = parts
    names = [*owners, *last.split(".")] if last != known[-1] else [*owners, last]
    return known[-1] == names[-1] and set(names[:-1]) <= set(known[:-1])
