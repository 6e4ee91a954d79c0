"""Find the one file that a path of an edit means, or a free place for a new one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property

from bot.edits.diff_names import list_spellings, strip_prefixes
from bot.edits.parsed_edit import NOWHERE, FileEdit, Rejected
from bot.edits.paths import path_refusal

SHOWN_PATHS = 5


class PathNames:
    """The paths of a tree."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = set(paths)

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The paths by their last part."""
        paths_by_name: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            paths_by_name.setdefault(path.rpartition("/")[2], []).append(path)
        return paths_by_name

    @cached_property
    def by_folded_path(self) -> dict[str, str]:
        """Every file and folder as a file system that ignores case would name it."""
        paths_by_fold: dict[str, str] = {}
        for path in sorted(self.paths):
            paths_by_fold.update(dict.fromkeys(_list_ancestors(fold_case(path)), path))
        return paths_by_fold

    def has_folder_of(self, path: str) -> bool:
        """Tell whether the first folder of the path is there."""
        return fold_case(path.partition("/")[0]) in self.by_folded_path

    def resolve(self, named: str, *, bare: bool = False) -> str | None:
        """Find the file that a path means: itself, without a prefix, or the only one so ending.

        A bare path has lost its prefix already.
        """
        spellings = [named] if bare else list_spellings(named)
        for spelling in spellings:
            if spelling in self.paths:
                return spelling
        for spelling in spellings:
            refuse_outside(spelling)
            matches = self._list_paths_ending_with(spelling)
            if len(matches) > 1:
                shown = ", ".join(matches[:SHOWN_PATHS])
                raise Rejected(f"{named}: this could be any of {shown}. Give the whole path.")
            if matches:
                return matches[0]
        return None

    def _list_paths_ending_with(self, end: str) -> list[str]:
        candidates = self.by_name.get(end.rpartition("/")[2], ())
        return [path for path in candidates if path.endswith(f"/{end}")]

    def require(self, named: str, *, bare: bool = False) -> str:
        """Resolve the path. Raises Rejected when there is no such file."""
        path = self.resolve(named, bare=bare)
        if path is not None:
            return path
        spelling = named if bare else list_spellings(named)[-1]
        similar = self.by_folded_path.get(fold_case(spelling))
        if similar:
            raise Rejected(
                f"{named}: there is no such file; names differ by case or spelling from {similar}."
            )
        reason = f"{named}: there is no such file."
        nearest = get_close_matches(named, sorted(self.paths)[:10_000], SHOWN_PATHS)
        if nearest:
            reason += f" Did you mean {', '.join(nearest)}?"
        raise Rejected(reason)

    def check_new_path(self, path: str) -> str:
        """Return the path for a new file.

        Raises Rejected when something stands there, or would on some machines.
        """
        if not path or path == NOWHERE:
            raise Rejected("An edit does not say which file it is for.")
        refuse_outside(path)
        if path in self.paths:
            raise Rejected(f"{path}: the file exists already. Edit it by quoting lines of it.")
        whole, *parents = _list_ancestors(fold_case(path))
        existing = self.by_folded_path.get(whole)
        if existing:
            raise Rejected(
                f"{path}: {existing} is there, and on some machines the two are the same name."
            )
        for parent in parents:
            existing = self.by_folded_path.get(parent)
            if existing and fold_case(existing) == parent:
                raise Rejected(f"{path}: {existing} is a file, so nothing can be put under it.")
        return path

    def add(self, path: str) -> None:
        """Take in a file that came to be."""
        # Last comes the set that the others may be made of here.
        self.by_name.setdefault(path.rpartition("/")[2], []).append(path)
        self.by_folded_path.update(dict.fromkeys(_list_ancestors(fold_case(path)), path))
        self.paths.add(path)

    def remove(self, path: str) -> None:
        """Forget a file that went."""
        paths = self.paths - {path}
        self.__dict__.clear()
        self.paths = paths


def settle_names(names: PathNames, edit: FileEdit) -> FileEdit:
    """Settle whether the names of a diff have prefixes, where only the tree tells.

    Raises Rejected where it does not tell either.
    """
    old, new = edit.old_path, edit.new_path
    if edit.bare:
        return edit
    stripped = strip_prefixes(old, new)
    if stripped != (old, new) and old not in names.paths:
        return replace(edit, old_path=stripped[0], new_path=stripped[1], bare=True)
    spellings = list_spellings(new if old == NOWHERE else old)
    if len(spellings) == 1 or (old != new and NOWHERE not in (old, new)):
        return edit
    matches = [path for path in spellings if path in names.paths]
    if old == NOWHERE:
        matches = [path for path in spellings if path == spellings[1] or names.has_folder_of(path)]
    if len(matches) > 1:
        raise Rejected(
            f"{spellings[0]}: this could be {' or '.join(matches)}. Write both names with git's "
            f"prefixes: --- a/{spellings[0]}."
        )
    if not matches:
        return edit
    paths = [path if path == NOWHERE else matches[0] for path in (old, new)]
    return replace(edit, old_path=paths[0], new_path=paths[1], bare=True)


def spell_new_path(edit: FileEdit) -> str:
    """Write the path that the file shall have, without the prefix of a diff."""
    return edit.new_path if edit.bare else list_spellings(edit.new_path)[-1]


def refuse_outside(path: str) -> None:
    """Raise Rejected for a path that no edit may have."""
    reason = path_refusal(path)
    if reason:
        raise Rejected(f"{path}: {reason}")


def fold_case(path: str) -> str:
    """Write the path as a file system takes it that ignores case and Unicode's forms."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", path).casefold()


def _list_ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
