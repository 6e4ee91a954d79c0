"""Find the lines of a change that surprise a model of the repository's own code.

The model is learnt anew for each change: it counts only what the changed files ask for, so it takes
seconds and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from posixpath import commonpath, dirname
from time import monotonic

from bot.gates import Change
from bot.ports import Mirrors
from bot.search.code_lines import list_code_lines
from bot.search.grammars import language_of
from bot.search.source_files import find_unreadable_reason, kind_of, says_generated
from bot.values import Patch, Tree, TreeEntry
from bot.values.surprise import SurprisingLine

READ_BYTES = 4_000_000  # of the code around the changed files, the nearest first
BATCH_FILES = 100
READ_S = 20.0
CHANGED_BYTES = 1_000_000  # of the changed files, as the change leaves them
MOST_LINES = 3
KINDS = ("code", "test")


@dataclass(frozen=True, slots=True)
class RepositoryLineSurprise:
    """The port LineSurprise over the mirrors."""

    mirrors: Mirrors
    read_s: float = READ_S

    def find_surprising_lines(self, tree: Tree, patch: Patch) -> tuple[SurprisingLine, ...]:
        """Find the new lines that are least like the code of the tree."""
        texts = _choose_texts(patch)
        if not texts:
            return ()
        before = self.mirrors.read(tree, list(texts))
        old = {path: before[path].decode("utf-8", "replace") for path in before}
        change = Change({path: old.get(path) for path in texts}, texts)
        code_lines = {path: list_code_lines(path, text) for path, text in texts.items()}
        # Numpy and the model are loaded for those who want them.
        learning = import_module("bot.learning.surprising_lines")
        around = self._read_around(tree, list(texts))
        lines: tuple[SurprisingLine, ...] = learning.rank_surprising(
            texts, code_lines, change.new_line_numbers, around
        )
        return lines[:MOST_LINES]

    def _read_around(self, tree: Tree, changed: Sequence[str]) -> Iterator[str]:
        """Read the other files of the same languages, as much as there is time and room for."""
        deadline = monotonic() + self.read_s
        entries = _choose_entries(self.mirrors.entries(tree), changed)
        for start in range(0, len(entries), BATCH_FILES):
            paths = [entry.path for entry in entries[start : start + BATCH_FILES]]
            for data in self.mirrors.read(tree, paths).values():
                if monotonic() > deadline:
                    return
                if not find_unreadable_reason(data):
                    yield data.decode()


def _choose_texts(patch: Patch) -> dict[str, str]:
    """Choose the changed files that people write code in; none where they are too much."""
    texts = {
        path: text
        for path, text in patch.files.items()
        if text and _is_code(path) and not find_unreadable_reason(text.encode("utf-8", "replace"))
    }
    written = {path: text for path, text in texts.items() if not says_generated(text)}
    is_too_much = sum(map(len, written.values())) > CHANGED_BYTES
    return {} if is_too_much else written


def _is_code(path: str) -> bool:
    return kind_of(path) in KINDS and language_of(path) is not None


def _choose_entries(entries: Iterable[TreeEntry], changed: Sequence[str]) -> list[TreeEntry]:
    """Choose the files to learn from, those nearest to the changed ones first, up to the limit."""
    languages = {language_of(path) for path in changed}
    others = [
        entry
        for entry in entries
        if entry.path not in changed
        and entry.mode.startswith("100")
        and language_of(entry.path) in languages
        and kind_of(entry.path) in KINDS
    ]
    folders = {dirname(path) for path in changed}
    others.sort(key=lambda entry: (-_measure_nearness(entry.path, folders), entry.path))
    return list(_take_bytes(others))


def _measure_nearness(path: str, folders: Iterable[str]) -> int:
    """Count the folders that a path shares with the nearest changed file."""
    return max(len(commonpath([path, folder])) for folder in folders)


def _take_bytes(entries: Iterable[TreeEntry]) -> Iterator[TreeEntry]:
    room = READ_BYTES
    for entry in entries:
        if entry.size <= room:
            room -= entry.size
            yield entry
