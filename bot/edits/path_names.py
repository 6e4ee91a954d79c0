"""Find the one file that a path of an edit means, or a free place for a new one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from bot.edits.parsed_edit import NOWHERE, Rejected
from bot.edits.paths import path_refusal

PREFIXES = ("a", "b", "c", "i", "o", "w")  # git's, with diff.mnemonicPrefix
SHOWN_PATHS = 5


class PathNames:
    """The paths of a tree."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = set(paths)

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The paths by their last part."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def by_folded_path(self) -> dict[str, str]:
        """Every file and folder as a file system that ignores case would name it."""
        return {
            part: path for path in sorted(self.paths) for part in _list_ancestors(fold_case(path))
        }

    def resolve(self, named: str) -> str | None:
        """Find the file that a path means: itself, without a prefix, or the only one so ending."""
        spelled = list_spellings(named)
        if found := next((path for path in spelled if path in self.paths), None):
            return found
        for path in spelled:
            refuse_outside(path)
            name = path.rpartition("/")[2]
            ends = [other for other in self.by_name.get(name, ()) if other.endswith(f"/{path}")]
            if len(ends) > 1:
                shown = ", ".join(ends[:SHOWN_PATHS])
                raise Rejected(f"{named}: this could be any of {shown}. Give the whole path.")
            if ends:
                return ends[0]
        return None

    def require(self, named: str) -> str:
        """Resolve the path. Raises Rejected when there is no such file."""
        path = self.resolve(named)
        if path is not None:
            return path
        if like := self.by_folded_path.get(fold_case(list_spellings(named)[-1])):
            raise Rejected(
                f"{named}: there is no such file; names differ by case or spelling from {like}."
            )
        near = get_close_matches(named, sorted(self.paths)[:10_000], SHOWN_PATHS)
        raise Rejected(
            f"{named}: there is no such file."
            + (f" Did you mean {', '.join(near)}?" if near else "")
        )

    def check_new_path(self, named: str) -> str:
        """Return the path for a new file.

        Raises Rejected when something stands there, or would on some machines.
        """
        path = named
        if not path or path == NOWHERE:
            raise Rejected("An edit does not say which file it is for.")
        refuse_outside(path)
        if path in self.paths:
            raise Rejected(f"{path}: the file exists already. Edit it by quoting lines of it.")
        whole, *parents = _list_ancestors(fold_case(path))
        if like := self.by_folded_path.get(whole):
            raise Rejected(
                f"{path}: {like} is there, and on some machines the two are the same name."
            )
        for parent in parents:
            if (like := self.by_folded_path.get(parent)) and fold_case(like) == parent:
                raise Rejected(f"{path}: {like} is a file, so nothing can be put under it.")
        return path

    def add(self, path: str) -> None:
        """Take in a file that came to be."""
        self.paths.add(path)
        self.by_name.setdefault(path.rpartition("/")[2], []).append(path)
        self.by_folded_path.update(dict.fromkeys(_list_ancestors(fold_case(path)), path))

    def remove(self, path: str) -> None:
        """Forget a file that went."""
        paths = self.paths - {path}
        self.__dict__.clear()
        self.paths = paths


def list_spellings(named: str) -> list[str]:
    """List a path as it is written, and without the prefix of a diff."""
    prefix, _, rest = named.partition("/")
    return [named, rest] if prefix in PREFIXES and rest else [named]


def refuse_outside(path: str) -> None:
    """Raise Rejected for a path that no edit may have."""
    if why := path_refusal(path):
        raise Rejected(f"{path}: {why}")


def fold_case(path: str) -> str:
    """Write the path as a file system takes it that ignores case and Unicode's forms."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFKC", path).casefold()


def _list_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
