"""Here live paths: what a log calls a file becomes what the repository calls it, or nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

_WORKSPACE = re.compile(
    r"^(?:/home/runner/work/[^/]+/[^/]+|/Users/runner/work/[^/]+/[^/]+|[A-Za-z]:/a/[^/]+/[^/]+|/__w/[^/]+/[^/]+"
    r"|/github/workspace)/"
)
# Installed code: only a file of the repository that is at the same place below the root is the same file.
_INSTALLED = re.compile(
    r"^.*/(?:site-packages|dist-packages|lib/python\d[\d.]*|node_modules|\.cargo/registry/src/[^/]+)/"
)


class Paths:
    """The files of a repository, to be found by the end of a path."""

    def __init__(self, files: Collection[str]) -> None:
        self._files = frozenset(files)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self._files):
            self._by_name[file.rpartition("/")[2]].append(file)

    def place(self, printed: str) -> str | None:
        """The file of the repository; a relative path that fits several stays as it is; None for code of others."""
        path = printed.replace("\\", "/").removeprefix("file://")
        installed = _INSTALLED.sub("", path)
        if installed != path:
            return self._only(installed) if "/" in installed else None
        path = re.sub(r"^(?:\.{1,2}/)+", "", _WORKSPACE.sub("", path))
        if path in self._files:
            return path
        return self._inside(path) if path.startswith("/") or path[1:2] == ":" else self._only(path, path)

    def _inside(self, path: str) -> str | None:
        """The longest end of an absolute path that is a file: the work was somewhere else than on GitHub's runners."""
        parts = path.split("/")[1:]
        ends = ("/".join(parts[at:]) for at in range(len(parts)))
        return next((end for end in ends if end in self._files), None)

    def _only(self, end: str, several: str | None = None) -> str | None:
        """The one file that ends so; `several` when there is more than one."""
        found = [
            file for file in self._by_name.get(end.rpartition("/")[2], ()) if file == end or file.endswith(f"/{end}")
        ]
        return found[0] if len(found) == 1 else several if found else None
