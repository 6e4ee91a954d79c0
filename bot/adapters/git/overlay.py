"""Here lives the laying of a patch over a tree: new blobs and trees, without an index and without a
work tree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import cast

from gitdb import IStream, LooseObjectDB  # type: ignore[import-untyped]

from bot.adapters.git.git_process import Plumbing

FILES = {"100644", "100755"}
LONGEST = 4096  # bytes of a path, Linux's PATH_MAX
DEEPEST = 100  # folders of a path that is written: each is a step down

# What HFS+ does not see in a name (git's utf8.c, next_hfs_char).
UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")

Way = tuple[bytes, ...]  # a path, from the root of one tree


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a tree object."""

    mode: str
    sha: str


def inside(path: str) -> bool:
    """Whether this can be a path of a tree at all."""
    try:
        length = len(path.encode())
    except UnicodeEncodeError:
        return False
    return length <= LONGEST and "\0" not in path and not {"", ".", ".."} & set(path.split("/"))


def _plain(path: str) -> bool:
    """Whether it would also be one to every file system: no backslash, no spelling of ".git"."""
    fits = inside(path) and path.count("/") <= DEEPEST and "\\" not in path
    return fits and not any(_special(name) for name in path.split("/"))


def _special(name: str) -> bool:
    # NTFS drops what follows a colon, and dots and spaces at the end; git~1 is its short name for
    # .git.
    bare = UNSEEN.sub("", name).split(":")[0].rstrip(". ").lower()
    return not bare or bare in {".git", "git~1"}


def lay(git: Plumbing, root: str, files: Mapping[str, str | None]) -> str:
    """The tree object of `root` with the files laid over it. Modes are kept, and empty directories
    vanish.

    Raises ValueError, in words, for a path that leaves the tree or runs into a symlink, submodule
    or other file.
    """
    if wrong := [path for path in files if not _plain(path)]:
        raise ValueError(f"not a path inside the repository: {wrong[0]!r}")
    changes = {
        tuple(path.encode().split(b"/")): None
        if text is None
        else _store(git, b"blob", text.encode())
        for path, text in files.items()
    }
    return _laid(git, root, changes, ()) or _make(git, {})


def _store(git: Plumbing, kind: bytes, content: bytes) -> str:
    """Write an object as it is, line ends and all, in this process: no options, no filters, no
    environment.
    """
    stored = LooseObjectDB(str(git.folder / "objects")).store(
        IStream(kind, len(content), BytesIO(content))
    )
    return cast("bytes", stored.hexsha).decode()


def _laid(git: Plumbing, tree: str, changes: Mapping[Way, str | None], above: Way) -> str:
    """One directory with its changes; "" where nothing is left of it. `tree` is "" for a new one."""
    items = _list(git, tree) if tree else {}
    here = {way[0]: sha for way, sha in changes.items() if len(way) == 1}
    below: defaultdict[bytes, dict[Way, str | None]] = defaultdict(dict)
    for way, sha in changes.items():
        if len(way) > 1:
            below[way[0]][way[1:]] = sha
    # Files go before directories come in their place, and the other way round.
    for name in (name for name, sha in here.items() if not sha):
        _remove(items, name, above)
    for name, inner in below.items():
        _descend(git, items, name, inner, above)
    for name, sha in here.items():
        if sha:
            items[name] = Item(_mode(items.get(name), (*above, name)), sha)
    return _make(git, items) if items else ""


def _remove(items: dict[bytes, Item], name: bytes, above: Way) -> None:
    match items.get(name):
        case Item(mode="160000"):
            raise ValueError(f"{_spelled(*above, name)} is a submodule")
        case Item(mode=mode) if mode != "040000":
            del items[name]


def _descend(
    git: Plumbing,
    items: dict[bytes, Item],
    name: bytes,
    inner: Mapping[Way, str | None],
    above: Way,
) -> None:
    old = items.get(name)
    if old and old.mode != "040000":
        raise ValueError(f"{_spelled(*above, name)} is {_kind(old)}, not a directory")
    laid = _laid(git, old.sha if old else "", inner, (*above, name))
    if laid:
        items[name] = Item("040000", laid)
    else:
        items.pop(name, None)


def _mode(old: Item | None, way: Way) -> str:
    if old and old.mode not in FILES:
        raise ValueError(f"{_spelled(*way)} is {_kind(old)}, not a file")
    return old.mode if old else "100644"


def _kind(item: Item) -> str:
    return {"040000": "a directory", "120000": "a symbolic link", "160000": "a submodule"}.get(
        item.mode, "a file"
    )


def _spelled(*names: bytes) -> str:
    return b"/".join(names).decode("utf-8", "replace")


def _list(git: Plumbing, tree: str) -> dict[bytes, Item]:
    lines = git.run("ls-tree", "-z", "--full-tree", tree).split(b"\0")[:-1]
    parted = (line.split(b"\t", 1) for line in lines)
    return {name: Item(*_fields(head)) for head, name in parted}


def _fields(head: bytes) -> tuple[str, str]:
    mode, _, sha = head.decode().split()
    return mode, sha


def _make(git: Plumbing, items: Mapping[bytes, Item]) -> str:
    # Git sorts a directory as if its name ended in a slash, and writes its mode without the zero.
    ordered = sorted(items.items(), key=lambda item: item[0] + b"/" * (item[1].mode == "040000"))
    lines = (
        f"{item.mode.lstrip('0')} ".encode() + name + b"\0" + bytes.fromhex(item.sha)
        for name, item in ordered
    )
    return _store(git, b"tree", b"".join(lines))
