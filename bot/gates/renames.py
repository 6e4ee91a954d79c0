"""Tell which new files are old ones under another path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.text.git_lines import split_lines

MIN_LIKENESS = 0.5  # of the lines that one of two files has: git's own measure of a rename
MAX_PAIRS = 4_000


def find_renames(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, str]:
    """Find the former path of each new file that is a file that went, the likest pairs first."""
    gone = _list_only_here(before, after)
    new = _list_only_here(after, before)
    if not gone or not new or len(gone) * len(new) > MAX_PAIRS:
        return {}
    lines = {path: Counter(split_lines(text)) for path, text in {**gone, **new}.items()}
    pairs = []
    for old in gone:
        for path in new:
            likeness = _measure_likeness(lines[old], lines[path])
            if likeness >= MIN_LIKENESS:
                pairs.append((-likeness, not _is_same_name(old, path), old, path))
    renames: dict[str, str] = {}
    for _, _, old, path in sorted(pairs):
        if path not in renames and old not in renames.values():
            renames[path] = old
    return renames


def _list_only_here(
    files: Mapping[str, str | None], others: Mapping[str, str | None]
) -> dict[str, str]:
    """List the files with text that have none on the other side."""
    return {path: text for path, text in files.items() if text and others.get(path) is None}


def _measure_likeness(old: Counter[str], new: Counter[str]) -> float:
    """Measure which part of the longer file's lines both have."""
    return (old & new).total() / max(old.total(), new.total())


def _is_same_name(old: str, new: str) -> bool:
    return old.rpartition("/")[2] == new.rpartition("/")[2]
