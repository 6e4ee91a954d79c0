"""Read the tree that the model works on: the base commit with the edits so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from bot.ports import Ports
from bot.tools.tree_files import TreeFiles, apply_patch
from bot.values import Patch, Tree

KIND_BY_MODE = MappingProxyType({"120000": "symbolic link", "160000": "submodule"})
MAX_SUGGESTIONS = 5


class ToolRefusal(Exception):
    """A call cannot be met: the text tells the model why, and what to do instead."""


@dataclass
class TreeReader:
    """Reads one state of the work."""

    ports: Ports
    base: Tree
    patch: Patch

    @cached_property
    def tree(self) -> Tree:
        """The base with the patch applied."""
        return apply_patch(self.ports, self.base, self.patch)

    @cached_property
    def files(self) -> TreeFiles:
        """The regular files of that tree."""
        return TreeFiles(self.ports.mirrors, self.tree)

    def read_text(self, path: str) -> str:
        """Read a file. Raises ToolRefusal for what is missing, no regular file or no UTF-8."""
        if path in self.patch.files:
            edited = self.patch.files[path]
            if edited is None:
                raise ToolRefusal(
                    f"{path} was deleted in this change. `restore_file` brings it back."
                )
            return edited
        contents = self.ports.mirrors.read(self.base, [path])
        if path not in contents:
            raise ToolRefusal(self._explain_missing(path))
        try:
            return contents[path].decode()
        except UnicodeDecodeError:
            raise ToolRefusal(
                f"{path} is not UTF-8 text, so it can be neither read nor changed."
            ) from None

    def check_free(self, path: str) -> None:
        """Raise ToolRefusal when no new file can be written at the path."""
        if self.patch.files.get(path) is not None or self._is_base_file(path):
            raise ToolRefusal(
                f"{path} exists: change it with `edit_file`, or delete it first to write it anew."
            )
        # Only what the patch has at, above or below the path decides, so that a call costs no more
        # when the patch is large.
        related = {
            known: text
            for known, text in self.patch.files.items()
            if known == path or is_below(path, known) or is_below(known, path)
        }
        try:
            self.ports.mirrors.overlay(self.base, Patch({**related, path: ""}))
        except ValueError as error:
            raise ToolRefusal(f"{path} cannot be written: {error}.") from None

    def _is_base_file(self, path: str) -> bool:
        """Tell whether the path is a file of the base that was not deleted."""
        return path not in self.patch.files and bool(self.ports.mirrors.read(self.base, [path]))

    def _explain_missing(self, path: str) -> str:
        """Say why no text is at a path, and what to do instead."""
        for entry in self.ports.mirrors.entries(self.tree):
            if entry.path == path:
                kind = KIND_BY_MODE[entry.mode]
                return f"{path} is a {kind}, which is not followed and cannot be changed."
            if is_below(entry.path, path.rstrip("/")):
                return f"{path} is a folder: use list_dir."
        similar = self.find_similar_paths(path)
        if not similar:
            return f"There is no file {path}. Look for it with `list_dir`."
        return f"There is no file {path}. Did you mean {', '.join(similar)}?"

    def find_similar_paths(self, path: str) -> list[str]:
        """Find files of the same name; else files of the same folder with a similar name."""
        folder, _, name = path.rpartition("/")
        paths = self.files.paths()
        same_name = [known for known in paths if known.rpartition("/")[2] == name]
        if same_name:
            return same_name[:MAX_SUGGESTIONS]
        neighbours = [known for known in paths if known.rpartition("/")[0] == folder]
        return get_close_matches(path, neighbours)[:MAX_SUGGESTIONS]


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path lies in a folder, at any depth."""
    return path.startswith(f"{folder}/")


def decode_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Decode the files that are UTF-8; the others are left out."""
    texts = {}
    for path, data in files.items():
        try:
            texts[path] = data.decode()
        except UnicodeDecodeError:
            continue
    return texts
