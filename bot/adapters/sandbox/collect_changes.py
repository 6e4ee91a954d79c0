"""Read back what commands changed in a workspace: only text, only of files that may come back."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.sandbox.manifest import FileMark, mark_file
from bot.adapters.sandbox.untrusted_folder import UntrustedFolder
from bot.adapters.sandbox.workspace_files import LINK, PROGRAM, hash_blob

LIMIT_BYTES = 1_000_000  # of a file that comes back
REGULAR = "100644"
MOST_DROPPED = 100  # that are told one by one


@dataclass(frozen=True, slots=True)
class Collected:
    """What came back as text, None for a file that went; what did not, as "path: why"."""

    changes: dict[str, str | None] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    marks: dict[str, FileMark] = field(default_factory=dict)


@dataclass(slots=True)
class _Collector:
    folder: UntrustedFolder
    marks: dict[str, FileMark]
    changes: dict[str, str | None] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def put_back(self, path: str, mark: FileMark) -> None:
        """Tell of a file that changed and may not; one that was only touched is marked anew."""
        status = self.folder.stat(path)
        if status is None:
            self.dropped.append(f"{path}: it was deleted, and is put back")
        elif not self._is_only_touched(path, mark, status):
            self.dropped.append(f"{path}: it is not for a command to change, and is put back")

    def take(self, path: str) -> None:
        """Take the text of a file that changed."""
        status = self.folder.stat(path)
        mark = self.marks.get(path)
        if status is None:
            if self.marks.pop(path, None):
                self.changes[path] = None
        elif mark is None or not self._is_only_touched(path, mark, status):
            self._take_text(path, mark, status)

    def _take_text(self, path: str, mark: FileMark | None, status: os.stat_result) -> None:
        why, text = _read_text(self.folder, path, status)
        if why:
            self.dropped.append(f"{path}: {why}")
            return
        self.changes[path] = text
        mode = mark.mode if mark else REGULAR
        if _has_mode(mode, status):
            self.marks[path] = mark_file(hash_blob(text.encode()), mode, status)
        else:
            self.marks.pop(path, None)  # the text comes back, and its mode does not

    def _is_only_touched(self, path: str, mark: FileMark, status: os.stat_result) -> bool:
        """Tell whether it is what it was but for its times, and mark it anew then."""
        content = self._read_as_written(path, mark, status)
        if content is None or hash_blob(content) != mark.sha:
            return False
        self.marks[path] = mark_file(mark.sha, mark.mode, status)
        return True

    def _read_as_written(self, path: str, mark: FileMark, status: os.stat_result) -> bytes | None:
        """Read a file or the target of a link; None where it is of another kind or size now."""
        if mark.mode == LINK:
            target = self.folder.read_link(path)
            return None if target is None else os.fsencode(target)
        return self.folder.read(path, mark.size) if _is_like(mark, status) else None


def collect_changes(
    folder: UntrustedFolder, marks: Mapping[str, FileMark], returns: Sequence[str]
) -> Collected:
    """Compare a workspace with its marks; read the files in `returns` that differ."""
    collector = _Collector(folder, dict(marks))
    returned = frozenset(returns)
    for path, mark in marks.items():
        if path not in returned and not mark.matches(folder.stat(path)):
            collector.put_back(path, mark)
    for path in sorted(returned):
        mark_or_none = marks.get(path)
        if mark_or_none is None or not mark_or_none.matches(folder.stat(path)):
            collector.take(path)
    return Collected(collector.changes, _shorten(collector.dropped), collector.marks)


def _shorten(dropped: list[str]) -> tuple[str, ...]:
    """Keep the first lines, and say how many more there are."""
    more = len(dropped) - MOST_DROPPED
    rest = (f"{more:,} more files: as above",) if more > 0 else ()
    return (*dropped[:MOST_DROPPED], *rest)


def _is_like(mark: FileMark, status: os.stat_result) -> bool:
    is_plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    return is_plain and status.st_size == mark.size and _has_mode(mark.mode, status)


def _has_mode(mode: str, status: os.stat_result) -> bool:
    return stat.S_IMODE(status.st_mode) == (0o755 if mode == PROGRAM else 0o644)


def _read_text(folder: UntrustedFolder, path: str, status: os.stat_result) -> tuple[str, str]:
    """Read a text, after the reason why there is none, which is empty where there is one."""
    if not stat.S_ISREG(status.st_mode):
        return f"it is {_name_kind(status.st_mode)} now", ""
    if status.st_nlink > 1:
        return "it has another name too", ""
    if status.st_size > LIMIT_BYTES:
        return f"it is larger than {LIMIT_BYTES // 1_000_000} MB", ""
    content = folder.read(path, LIMIT_BYTES)
    if content is None:
        return "it cannot be read", ""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "it is no UTF-8 text", ""
    return ("it is no text", "") if "\0" in text else ("", text)


def _name_kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe"}
    return kinds.get(stat.S_IFMT(mode), "no file")
