"""Name the files or tests that a check shall run, for its command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from bot.tools.tree_reader import ToolRefusal, TreeReader
from bot.values import ProjectCheck

PLACE = "{only}"  # in the line of a check, where the names stand
# What a shell, or a program that is given the name once more by one, could take for an order.
UNFIT = re.compile(r"[\x00-\x1f\x7f;&|<>$`\"'\\!*?~#{}]")


def write_only_line(check: ProjectCheck, names: Sequence[str], reader: TreeReader) -> str:
    """Write the line that runs the check for these names alone.

    Paths are given from the repository's root. Raises ToolRefusal for a check that runs as a whole
    only, and for a name that is none.
    """
    if not check.only:
        raise ToolRefusal(f"{check.name} can only run as a whole: leave `only` out.")
    quoted = [shlex.quote(name) for name in _read_names(check, names, reader)]
    return check.only.replace(PLACE, " ".join(quoted))


def _read_names(check: ProjectCheck, names: Sequence[str], reader: TreeReader) -> Iterator[str]:
    for given in names:
        name = given.strip().removeprefix("./")
        if not name or name.startswith(("-", "/")) or UNFIT.search(name):
            raise ToolRefusal(f"`only` takes paths and names of tests, and {given!r} is neither.")
        path, colons, test = name.partition("::")
        if ".." in PurePosixPath(path).parts:
            raise ToolRefusal(f"{given!r} leads out of the repository.")
        if "/" not in path and path not in reader.files.paths():
            yield name  # of a test: no path
            continue
        _check_path(path.removesuffix("/..."), reader)
        yield f"{_make_relative(path, check.folder)}{colons}{test}"


def _check_path(path: str, reader: TreeReader) -> None:
    """Raise ToolRefusal where neither a file nor a folder is at the path."""
    folder = f"{path.rstrip('/')}/"
    if not any(known == path or known.startswith(folder) for known in reader.files.paths()):
        reader.read_text(path)  # which knows why not, and what is called alike


def _make_relative(path: str, folder: str) -> str:
    """Name a path as the check sees it from its folder. Raises ToolRefusal outside of it."""
    if not folder:
        return path
    if not path.startswith(f"{folder}/"):
        raise ToolRefusal(f"{path} is not in {folder}, which is what this check is about.")
    return path.removeprefix(f"{folder}/")
