"""Turn the paths that a log prints into paths of the repository."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_markers

_WORKSPACE = re.compile(
    r"^(?:/home/runner/work/[^/]+/[^/]+|/Users/runner/work/[^/]+/[^/]+|[A-Za-z]:/a/[^/]+/[^/]+"
    r"|/__w/[^/]+/[^/]+"
    r"|/github/workspace|/home/travis/build/[^/]+/[^/]+|/home/circleci/project|/builds/[^/]+/[^/]+"
    r"|/home/vsts/work/\d+/s|[A-Za-z]:/projects/[^/]+)/"
)
# Installed code: only a file of the repository that is at the same place below the root is the same
# file.
_INSTALLED = re.compile(
    r"^.*/(?:(?:site-packages|dist-packages)/(?:[^/]+\.egg/)?|node_modules/"
    r"|\.cargo/registry/src/[^/]+/|pkg/mod/"
    r"|vendor/bundle/|gems/)"
)
# What belongs to a language, a tool or the system: files of the same name in the repository are
# others.
_FOREIGN = re.compile(
    r"^(?:/rustc/|/usr/(?!src/(?!debug))|/opt/hostedtoolcache/|/lib(?:64)?/|/nix/store/|/snap/"
    r"|/System/|/Applications/"
    r"|/Library/|/opt/homebrew/|<|https?://|node:|internal/|[A-Za-z]:/hostedtoolcache/"
    r"|[A-Za-z]:/Program Files"
    r"|.*/lib/python\d[\d.]*t?/|.*/\.(?:rustup|nvm|rbenv|rvm|gradle|m2|nuget|sdkman)/)"
)
# Where a tool says that it works: what it prints is relative to there.
_WORKING_FOLDER = re.compile(
    r"(?:^rootdir: |Entering directory [`'\"]?|working-directory: |(?:^|&& |; )cd |(?:^|\s)-S |(?:^"
    r"|\s)-C "
    r"|--(?:prefix|project|cwd|dir|rootDir)[ =]|^ {0,2}RUN  v\S{1,40} |^> \S{1,200} \S{1,60} (?=/)"
    r"|[Ii]n directory:? "
    r"|--manifest-path[ =]"
    r"|^npm (?:ERR!|error) path |at location: )['\"]?(?P<folder>[\w./@-]+)",
    re.MULTILINE,
)
# One of these stands in every such line: to look for each takes less than the expression does.
_FOLDER_MARKERS = (
    "rootdir: ",
    "ntering directory",
    "working-directory: ",
    "cd ",
    "-S ",
    "-C ",
    "--prefix",
    "--project",
    "--cwd",
    "--dir",
    "--rootDir",
    "RUN  v",
    "> ",
    "n directory",
    "--manifest-path",
    "npm ",
    "at location: ",
)
_TEST = re.compile(r"test|spec", re.IGNORECASE)


class RepoPaths:
    """Finds the files of a repository by what a log calls them.

    In the `lines`, which are looked at only if need be, tools may say in which folder they work.
    """

    def __init__(self, files: Collection[str], lines: Iterable[LogLine] = ()) -> None:
        self._files = frozenset(files)
        self._lines = lines
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self._files):
            self._by_name[file.rpartition("/")[2]].append(file)

    @property
    def are_known(self) -> bool:
        """Tell whether the files of the repository are known at all."""
        return bool(self._files)

    def resolve(self, printed: str) -> str | None:
        """Find the file of the repository; None for the code of others.

        Where the repository's files are not known, a path is taken at its word.
        """
        path = re.sub(r"^(?:file://|webpack://[^/]*/|app/+)", "", printed.replace("\\", "/"))
        installed = _INSTALLED.sub("", path)
        if installed != path:
            return self._find_only(installed) if "/" in installed else None
        if _FOREIGN.match(path):
            return None
        below_workspace = _WORKSPACE.sub("", path)
        is_in_workspace = below_workspace != path
        path = re.sub(r"^(?:\.{1,2}/)+", "", below_workspace)
        if not self._files:
            return path
        if is_in_workspace and path in self._files:
            return path
        if path.startswith("/") or path[1:2] == ":":
            return self._find_longest(path)
        return self._find_relative(path)

    def resolve_class(self, name: str) -> str | None:
        """Find the one file that is named like a class or a module, or a test in it.

        A name without a folder counts only where it is a test's.
        """
        parts = list(filter(None, re.split(r"::|[./\\$#]", name)))
        for count in range(len(parts), max(len(parts) - 3, 0), -1):
            end = "/".join(parts[:count])
            files = [
                file for file in self._by_stem.get(parts[count - 1], ()) if _ends_with(file, end)
            ]
            if len(files) == 1 and ("/" in end or _TEST.search(end)):
                return files[0]
        return None

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        by_stem: dict[str, list[str]] = defaultdict(list)
        for name, files in self._by_name.items():
            by_stem[name.rpartition(".")[0]] += files
        return by_stem

    def _find_relative(self, path: str) -> str | None:
        """Find a relative path, in the working folders first: the root may have a namesake."""
        for folder in self._working_folders:
            if f"{folder}/{path}" in self._files:
                return f"{folder}/{path}"
        if path in self._files:
            return path
        return self._find_first(path) or self._find_longest(path)

    @cached_property
    def _working_folders(self) -> tuple[str, ...]:
        """The folders of the repository that tools said they work in, the last said first."""
        known = {file[:index] for file in self._files for index in _slashes_of(file)}
        folders: list[str] = []
        marked = "\n".join(_find_marked_lines(list(self._lines))) if known else ""
        for match in _WORKING_FOLDER.finditer(marked):
            inside = _WORKSPACE.sub("", f"{match['folder'].rstrip('./')}/").rstrip("/")
            folder = re.sub(r"^(?:\./)+|/Cargo\.toml$", "", inside)
            if folder in known:
                folders.append(folder)
        return tuple(dict.fromkeys(reversed(folders)))

    def _find_longest(self, path: str) -> str | None:
        """Find the longest end of a path that is a file, for work done elsewhere than on GitHub."""
        parts = list(filter(None, path.split("/")))
        for index in range(len(parts)):
            end = "/".join(parts[index:])
            if end in self._files and ("/" in end or len(self._by_name[end]) == 1):
                return end
            if index and "/" in end and (file := self._find_only(end)):
                return file
        return None

    def _find_only(self, end: str) -> str | None:
        """Find the one file whose path ends so; None where there are several."""
        files = self._find_all(end)
        return files[0] if len(files) == 1 else None

    def _find_first(self, end: str) -> str | None:
        return next(iter(self._find_all(end)), None)

    def _find_all(self, end: str) -> list[str]:
        namesakes = self._by_name.get(end.rpartition("/")[2], [])
        return [file for file in namesakes if file == end or file.endswith(f"/{end}")]


def _find_marked_lines(lines: Sequence[LogLine]) -> list[str]:
    """Find the lines that hold a marker of a working folder."""
    markers = find_markers(lines, _FOLDER_MARKERS)
    if not markers:
        return []
    return [line.text for line in lines if any(marker in line.text for marker in markers)]


def _ends_with(file: str, end: str) -> bool:
    return f"/{file.rpartition('.')[0]}".endswith(f"/{end}")


def _slashes_of(path: str) -> list[int]:
    return [index for index, character in enumerate(path) if character == "/"]
