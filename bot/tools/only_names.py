"""Name the files or tests that a check shall run, for its command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from bot.checks.changed_tests import select_tests
from bot.search.source_files import is_program
from bot.tools.tree_reader import ToolRefusal, TreeReader
from bot.values import ProjectCheck

PLACE = "{only}"  # in the line of a check, where the names stand
BELOW = "/..."  # as Go names a folder with all below it
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
            raise ToolRefusal(f"What is chosen are paths and names of tests: {given!r} is neither.")
        path, _, test = name.partition("::")
        if ".." in PurePosixPath(path).parts:
            raise ToolRefusal(f"{given!r} leads out of the repository.")
        if _exists(path.removesuffix(BELOW), reader):
            yield _name_place(check, path, test, reader)
        elif "/" in path or is_program(path):
            reader.read_text(path)  # refuses: it knows why, and what is called alike
        else:
            yield name  # of a test


def _exists(path: str, reader: TreeReader) -> bool:
    """Tell whether a file or a folder is at the path."""
    folder = f"{path.rstrip('/')}/"
    return any(known == path or known.startswith(folder) for known in reader.files.paths())


def _name_place(check: ProjectCheck, path: str, test: str, reader: TreeReader) -> str:
    """Name a file, a test in it or a folder as the tool of the check takes it.

    Raises ToolRefusal for what it does not take.
    """
    relative = _make_relative(path, check.folder)
    words = check.only.split()
    if path not in reader.files.paths():
        return f"./{relative}" if "go" in words else relative
    selected = select_tests(check, {path: ()})
    if not selected:
        raise ToolRefusal(f"{check.name} takes names of tests, and no files.")
    if not test:
        return selected[0]
    if "go" in words:
        raise ToolRefusal(f"{check.name} takes files and folders, and no tests inside of them.")
    if "unittest" in words:
        return f"{selected[0]}.{test.replace('::', '.')}"
    return f"{relative}::{test}"


def _make_relative(path: str, folder: str) -> str:
    """Name a path as the check sees it from its folder. Raises ToolRefusal outside of it."""
    if not folder:
        return path
    if not path.startswith(f"{folder}/"):
        raise ToolRefusal(f"{path} is not in {folder}, which is what this check is about.")
    return path.removeprefix(f"{folder}/")
