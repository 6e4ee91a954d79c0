"""Lay a patch over a tree: new blobs and trees, without an index and without a work tree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.own_repo import OwnRepo, open_repo

FILE_MODES = {"100644", "100755"}
DIRECTORY, LINK, SUBMODULE = "40000", "120000", "160000"
KINDS = {DIRECTORY: "a directory", LINK: "a symbolic link", SUBMODULE: "a submodule"}
ENTRY = re.compile(rb"(\d+) ([^\0]+)\0(.{20})", re.DOTALL)  # of a tree object
PATH_BYTES = 4096  # Linux's PATH_MAX
DEEPEST = 100  # directories of a path that is written: each is one recursion

# What HFS+ does not see in a name (git's utf8.c, next_hfs_char).
IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")

Parts = tuple[bytes, ...]  # a path's names, from the root of one tree


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree object."""

    mode: str
    sha: str


def is_tree_path(path: str) -> bool:
    """Tell whether this can be a path of a tree at all."""
    try:
        length = len(path.encode())
    except UnicodeEncodeError:
        return False
    return length <= PATH_BYTES and "\0" not in path and not {"", ".", ".."} & {*path.split("/")}


def write_overlay(git: GitProcess, base: str, files: Mapping[str, str | bytes | None]) -> str:
    """Write the tree of a commit or tree with the files laid over it, and return its sha.

    None deletes a file, modes are kept, and empty directories vanish. Raises ValueError, in words,
    for a path that leaves the tree or runs into a symlink, submodule or other file, and GitError.
    """
    for path in files:
        if not _is_plain(path):
            raise ValueError(f"not a path inside the repository: {path!r}")
    with open_repo(git) as repo:
        writer = _TreeWriter(repo)
        changes = {
            tuple(path.encode().split(b"/")): writer.store_blob(text)
            for path, text in files.items()
        }
        return writer.change_tree(f"{base}^{{tree}}", changes, ()) or writer.store_tree({})


def _is_plain(path: str) -> bool:
    """Tell whether every file system takes the path: no backslash, no spelling of ".git"."""
    if not is_tree_path(path) or path.count("/") > DEEPEST or "\\" in path:
        return False
    return not any(_is_special(name) for name in path.split("/"))


def _is_special(name: str) -> bool:
    # NTFS drops what follows a colon, and dots and spaces at the end; git~1 is its short name for
    # .git.
    plain = IGNORED_BY_HFS.sub("", name).split(":")[0].rstrip(". ").lower()
    return not plain or plain in {".git", "git~1"}


@dataclass(frozen=True, slots=True)
class _TreeWriter:
    """Writes objects as they are, line ends and all: no filter takes part."""

    repo: OwnRepo

    def store_blob(self, content: str | bytes | None) -> str | None:
        if content is None:
            return None
        data = content if isinstance(content, bytes) else content.encode()
        return self.repo.store_object(b"blob", data)

    def store_tree(self, entries: Mapping[bytes, Entry]) -> str:
        lines = (
            f"{entry.mode} ".encode() + name + b"\0" + bytes.fromhex(entry.sha)
            for name, entry in sorted(entries.items(), key=_in_gits_order)
        )
        return self.repo.store_object(b"tree", b"".join(lines))

    def change_tree(self, tree: str, changes: Mapping[Parts, str | None], parents: Parts) -> str:
        """Write one directory with its changes; "" where nothing is left of it.

        `tree` is "" for a new one.
        """
        entries = self._read_tree(tree)
        below: defaultdict[bytes, dict[Parts, str | None]] = defaultdict(dict)
        for (name, *rest), sha in changes.items():
            if rest:
                below[name][tuple(rest)] = sha
            elif sha is None:
                _remove(entries, name, parents)
        # Files went before directories come in their place; now the other way round.
        for name, inner in below.items():
            self._change_directory(entries, inner, (*parents, name))
        for (name, *rest), sha in changes.items():
            if sha and not rest:
                entries[name] = Entry(_file_mode(entries.get(name), (*parents, name)), sha)
        return self.store_tree(entries) if entries else ""

    def _read_tree(self, tree: str) -> dict[bytes, Entry]:
        content = self.repo.read_object(tree) if tree else b""
        return {name: Entry(mode.decode(), sha.hex()) for mode, name, sha in ENTRY.findall(content)}

    def _change_directory(
        self, entries: dict[bytes, Entry], changes: Mapping[Parts, str | None], path: Parts
    ) -> None:
        old = entries.get(path[-1])
        if old and old.mode != DIRECTORY:
            raise ValueError(f"{_spell(path)} is {_kind(old)}, not a directory")
        new = self.change_tree(old.sha if old else "", changes, path)
        if new:
            entries[path[-1]] = Entry(DIRECTORY, new)
        else:
            entries.pop(path[-1], None)


def _in_gits_order(line: tuple[bytes, Entry]) -> bytes:
    """Sort a directory as if its name ended in a slash."""
    name, entry = line
    return name + b"/" if entry.mode == DIRECTORY else name


def _remove(entries: dict[bytes, Entry], name: bytes, parents: Parts) -> None:
    match entries.get(name):
        case Entry(mode="160000"):
            raise ValueError(f"{_spell((*parents, name))} is a submodule")
        case Entry(mode=mode) if mode != DIRECTORY:
            del entries[name]


def _file_mode(old: Entry | None, path: Parts) -> str:
    if old and old.mode not in FILE_MODES:
        raise ValueError(f"{_spell(path)} is {_kind(old)}, not a file")
    return old.mode if old else "100644"


def _kind(entry: Entry) -> str:
    return KINDS.get(entry.mode, "a file")


def _spell(path: Parts) -> str:
    return b"/".join(path).decode("utf-8", "replace")
