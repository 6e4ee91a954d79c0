"""Find the repository around a folder on this machine, and read the little that it may configure.

GitPython's Repo would follow GIT_* variables and the includes of the configuration; git itself
would obey all of it.
"""

from __future__ import annotations

import configparser
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from git import GitConfigParser

from bot.adapters.git.git_errors import NoRepositoryError

CONFIG_BYTES = 1_000_000
# How files lie on the disk: what git must know to compare them, and what starts nothing.
KEPT = {
    "core": {"autocrlf", "eol", "filemode", "ignorecase", "precomposeunicode", "symlinks"},
    "extensions": {"objectformat", "refstorage"},
}
PLAIN = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class RepositoryFolder:
    """Where somebody's repository lies. `root` is its work tree, None for a bare one."""

    git_dir: Path  # of this work tree alone: HEAD, index
    common_dir: Path  # of all its work trees: objects, refs, configuration
    root: Path | None
    settings: dict[str, str]  # the few of its configuration that are kept


def find_repository(folder: Path) -> RepositoryFolder:
    """Find the repository that a folder is or lies in. Raises NoRepositoryError."""
    if not folder.is_dir():
        raise NoRepositoryError(f"{folder} is no folder.")
    start = folder.resolve()
    for place in (start, *start.parents):
        if git_dir := _linked_git_dir(place / ".git"):
            return _describe(git_dir, place)
        if _is_git_dir(place):
            return _describe(place, place.parent if place.name == ".git" else None)
    raise NoRepositoryError(f"{folder} is no git repository, nor does it lie in one.")


def _linked_git_dir(dot_git: Path) -> Path | None:
    """Follow the file that `git worktree` and submodules put in the place of the folder."""
    path = dot_git
    if _is_small_file(dot_git):
        text = dot_git.read_bytes().decode("utf-8", "surrogateescape")
        path = dot_git.parent / text.removeprefix("gitdir: ").rstrip("\r\n")
    return path.resolve() if _is_git_dir(path) else None


def _is_git_dir(path: Path) -> bool:
    try:
        common = _common_dir(path)
        has_head = (path / "HEAD").is_file() or (path / "HEAD").is_symlink()
        return has_head and (common / "objects").is_dir() and (common / "refs").is_dir()
    except (OSError, ValueError):
        return False


def _common_dir(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    if not _is_small_file(pointer):
        return git_dir
    text = pointer.read_bytes().decode("utf-8", "surrogateescape")
    return (git_dir / text.rstrip("\r\n")).resolve()


def _is_small_file(path: Path) -> bool:
    """Tell whether it can be read without waiting for ever, as for a pipe."""
    try:
        status = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= CONFIG_BYTES


def _describe(git_dir: Path, place: Path | None) -> RepositoryFolder:
    common = _common_dir(git_dir)
    config = _read_config(common / "config")
    if config.get("extensions.worktreeconfig") == "true":
        config |= _read_config(git_dir / "config.worktree")
    root = place
    if "core.worktree" in config:
        root = _read_work_tree(git_dir, place or git_dir, config["core.worktree"])
    elif config.get("core.bare") == "true" and git_dir == common:
        root = None
    kept = {f"{section}.{name}" for section, names in KEPT.items() for name in names}
    settings = {
        name: value for name, value in config.items() if name in kept and PLAIN.fullmatch(value)
    }
    return RepositoryFolder(git_dir, common, root, settings)


def _read_work_tree(git_dir: Path, place: Path, configured: str) -> Path:
    """Return the folder of files that a configuration names: one in the repository's own folder,
    or one that names it back.

    Raises NoRepositoryError: files elsewhere are not the folder's to have read or written.
    """
    root = (git_dir / configured).resolve()
    if not root.is_relative_to(place) and _linked_git_dir(root / ".git") != git_dir:
        raise NoRepositoryError(
            f"{place} has its files elsewhere: its configuration says core.worktree = {root}."
        )
    return root


def _read_config(path: Path) -> dict[str, str]:
    """Read what stands in one configuration file, and in none that it includes."""
    if not _is_small_file(path):
        return {}
    try:
        with GitConfigParser(path, read_only=True, merge_includes=False) as parser:
            return dict(_list_values(parser))
    except (configparser.Error, ValueError):
        raise NoRepositoryError(f"{path} cannot be read as git's configuration.") from None


def _list_values(parser: GitConfigParser) -> Iterator[tuple[str, str]]:
    for section in parser.sections():
        for name, value in parser.items(section):
            yield f"{section}.{name}".lower(), str(value)
