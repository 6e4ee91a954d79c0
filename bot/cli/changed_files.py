"""Read a change that lies in a work tree, as the gates are shown it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.adapters.git.work_tree import GONE, LINK, SUBMODULE, ChangedPath, WorkTree
from bot.gates import (
    MOST_MENTIONS,
    PAST_CHANGES,
    Change,
    find_answered_inputs,
    list_context_files,
    list_mentioned_names,
    list_neighbours,
)
from bot.search.source_files import kind_of
from bot.values import GrepMatch

LIMIT_TESTS = 40  # that are read because they hold a value of the change


def read_change(work_tree: WorkTree, base: str, changed: Sequence[ChangedPath]) -> Change:
    """Read the changed files before and after, and what the gates read beside them."""
    after = work_tree.read_files([file.path for file in changed if file.mode != GONE])
    odd = {}
    for file in changed:
        if what := _describe_odd(work_tree, file, after.get(file.path)):
            odd[file.path] = what
    paths = [file.path for file in changed if file.path not in odd]
    listed = work_tree.list_paths()
    before = work_tree.read_committed(base, paths)
    context = _decode_all(work_tree.read_committed(base, list_context_files(paths, listed)))
    neighbours = _decode_all(work_tree.read_committed(base, list_neighbours(paths, listed)))
    old = {path: decode(before.get(path)) for path in paths}
    new = {path: decode(after.get(path)) for path in paths}
    past = work_tree.list_branch_changes(base, PAST_CHANGES)
    change = Change(old, new, context, odd, listed, neighbours, past)
    tests = _read_tests_with(work_tree, find_answered_inputs(change))
    mentions = {name: _find_mentions(work_tree, name) for name in list_mentioned_names(change)}
    return replace(change, context={**context, **tests}, mentions=mentions)


def _find_mentions(work_tree: WorkTree, name: str) -> tuple[GrepMatch, ...]:
    """Find the lines in which a name stands as a word."""
    texts = _decode_all(work_tree.read_files(sorted(work_tree.find_text(name))[:MOST_MENTIONS]))
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return tuple(
        GrepMatch(path, number, line)
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if word.search(line)
    )


def _describe_odd(work_tree: WorkTree, file: ChangedPath, content: bytes | None) -> str:
    """Say in words what holds no text; "" for what does, or is gone."""
    if file.mode == GONE:
        return ""
    if file.mode == LINK:
        return f"symbolic link to {work_tree.read_link(file.path)}"
    if file.mode == SUBMODULE:
        return "submodule"
    if content is None:
        return work_tree.describe_unread(file.path)
    return "binary file" if b"\0" in content else ""


def decode(content: bytes | None) -> str | None:
    """Decode as UTF-8, else byte by byte: the lines are the same."""
    if content is None or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _decode_all(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Decode those that are texts and hold something."""
    texts = {path: decode(content) for path, content in contents.items()}
    return {path: text for path, text in texts.items() if text}


def _read_tests_with(work_tree: WorkTree, values: Iterable[str]) -> dict[str, str]:
    """Read the tests that hold any of these values."""
    paths: Collection[str] = {path for value in values for path in work_tree.find_text(value)}
    tests = sorted(path for path in paths if kind_of(path) == "test")[:LIMIT_TESTS]
    return _decode_all(work_tree.read_files(tests))
