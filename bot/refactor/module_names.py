"""Name the files of a tree as modules."""

from __future__ import annotations

import sys
from collections.abc import Mapping

PYTHON = (".py", ".pyi")


def name_module(path: str, files: Mapping[str, str]) -> str:
    """Give the dotted name by which a file is imported.

    It begins at the topmost folder that is a package, else at the root of the tree.
    """
    *folders, name = path.removesuffix(".pyi").removesuffix(".py").split("/")
    start = len(folders)
    while start and f"{'/'.join(folders[:start])}/__init__.py" in files:
        start -= 1
    if start < len(folders):
        packages = folders[start:]
    else:
        packages = [folder for folder in folders if folder != "src"]
    return ".".join(packages if name == "__init__" else [*packages, name])


def list_roots(name: str, path: str, files: Mapping[str, str]) -> list[str]:
    """List the parts of a module's name with which a name in other files may begin.

    One that Python's own module has does so only at the top, or for a script's own folder.
    """
    parts = name.split(".")
    is_packaged = f"{path.rpartition('/')[0]}/__init__.py" in files
    inner = [part for part in parts if part not in sys.stdlib_module_names]
    return [parts[0], *inner, *([] if is_packaged else parts[-1:])]
