"""Here live paths: what a log calls a file becomes what the repository calls it, or nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import cached_property

_WORKSPACE = re.compile(
    r"^(?:/home/runner/work/[^/]+/[^/]+|/Users/runner/work/[^/]+/[^/]+|[A-Za-z]:/a/[^/]+/[^/]+|/__w/[^/]+/[^/]+"
    r"|/github/workspace|/home/travis/build/[^/]+/[^/]+|/home/circleci/project|/builds/[^/]+/[^/]+"
    r"|/home/vsts/work/\d+/s|[A-Za-z]:/projects/[^/]+)/"
)
# Installed code: only a file of the repository that is at the same place below the root is the same
# file.
_INSTALLED = re.compile(
    r"^.*/(?:(?:site-packages|dist-packages)/(?:[^/]+\.egg/)?|node_modules/|\.cargo/registry/src/[^/]+/|pkg/mod/"
    r"|vendor/bundle/|gems/)"
)
# What belongs to a language, a tool or the system: files of the same name in the repository are
# others.
_FOREIGN = re.compile(
    r"^(?:/rustc/|/usr/(?!src/(?!debug))|/opt/hostedtoolcache/|/lib(?:64)?/|/nix/store/|/snap/|/System/|/Applications/"
    r"|/Library/|/opt/homebrew/|<|https?://|node:|internal/|[A-Za-z]:/hostedtoolcache/|[A-Za-z]:/Program Files"
    r"|.*/lib/python\d[\d.]*t?/|.*/\.(?:rustup|nvm|rbenv|rvm|gradle|m2|nuget|sdkman)/)"
)
# Where a tool says that it works: what it prints is relative to there.
_SAYS_WHERE = re.compile(
    r"(?:^rootdir: |Entering directory [`'\"]?|working-directory: |(?:^|&& |; )cd |(?:^|\s)-S |(?:^|\s)-C "
    r"|--(?:prefix|project|cwd|dir|rootDir)[ =]|^ {0,2}RUN  v\S{1,40} |^> \S{1,200} \S{1,60} (?=/)|[Ii]n directory:? "
    r"|--manifest-path[ =]"
    r"|^npm (?:ERR!|error) path |at location: )['\"]?(?P<where>[\w./@-]+)",
    re.MULTILINE,
)


class Paths:
    """The files of a repository, to be found by the end of a path; `said` is where the log may tell
    in which folder.
    """

    def __init__(self, files: Collection[str], said: Callable[[], str] = str) -> None:
        self._files = frozenset(files)
        self._said = said
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self._files):
            self._by_name[file.rpartition("/")[2]].append(file)

    def place(self, printed: str) -> str | None:
        """The file of the repository; None for code of others. Without any files, what a relative
        path says.
        """
        path = re.sub(r"^(?:file://|webpack://[^/]*/|app/+)", "", printed.replace("\\", "/"))
        installed = _INSTALLED.sub("", path)
        if installed != path:
            return self._only(installed) if "/" in installed else None
        if _FOREIGN.match(path):
            return None
        inside = _WORKSPACE.sub("", path)
        whole = inside != path
        path = re.sub(r"^(?:\.{1,2}/)+", "", inside)
        if not self._files:
            return path if whole or not re.match(r"/|\w:", path) else None
        if whole and path in self._files:
            return path
        return (
            self._longest(path)
            if path.startswith("/") or path[1:2] == ":"
            else self._relative(path)
        )

    def _relative(self, path: str) -> str | None:
        """Where tools said that they work comes first: the root may have a file of the same name."""
        hinted = [
            f"{folder}/{path}" for folder in self._folders if f"{folder}/{path}" in self._files
        ]
        if hinted:
            return hinted[0]
        return (
            path if path in self._files else self._only(path, several=True) or self._longest(path)
        )

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """The folders of the repository that the log says somebody works in, the last said first."""
        known = {file[:at] for file in self._files for at in _slashes(file)}
        told = (found["where"].rstrip("./") for found in _SAYS_WHERE.finditer(self._said()))
        inside = (
            re.sub(r"^(?:\./)+|/Cargo\.toml$", "", _WORKSPACE.sub("", f"{where}/").rstrip("/"))
            for where in told
        )
        return tuple(dict.fromkeys(reversed([folder for folder in inside if folder in known])))

    def _longest(self, path: str) -> str | None:
        """The longest end of a path that is a file: the work was somewhere else than on GitHub's
        runners.
        """
        parts = [part for part in path.split("/") if part]
        for at in range(len(parts)):
            end = "/".join(parts[at:])
            if end in self._files and ("/" in end or len(self._by_name[end]) == 1):
                return end
            if at and len(parts) - at > 1 and (found := self._only(end)):
                return found
        return None

    def _only(self, end: str, *, several: bool = False) -> str | None:
        """The one file that ends so; with `several`, the first of more."""
        found = [
            file
            for file in self._by_name.get(end.rpartition("/")[2], ())
            if file == end or file.endswith(f"/{end}")
        ]
        return found[0] if len(found) == 1 or (found and several) else None


def _slashes(path: str) -> list[int]:
    return [at for at, sign in enumerate(path) if sign == "/"]
