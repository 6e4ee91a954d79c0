"""Read and write a folder that hostile code has written to: nothing in it leads out of it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bot.adapters.sandbox.delete_folder import FOLDER, empty_folder, make_accessible, take_folder
from bot.adapters.sandbox.openat2 import O_PATH, open_beneath

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
ENTRY = O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EXDEV}
SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class UntrustedFolder:
    """An open folder, and beside it one for what is deleted. Paths are relative, without dots.

    A file is never opened by a name whose kind is not known: a pipe would block, a device act.
    """

    root: int
    trash: int
    _parent: tuple[str, int] | None = field(default=None, init=False)

    def close(self) -> None:
        """Close what is open; what was deleted goes."""
        self._forget_parent()
        try:
            empty_folder(self.trash)
        finally:
            os.close(self.trash)
            os.close(self.root)

    def stat(self, path: str) -> os.stat_result | None:
        """Describe what is at a path, a link itself; None where there is nothing, or a link on the
        way.
        """
        folder, name = split_path(path)
        try:
            return os.stat(name, dir_fd=self._open_parent(folder), follow_symlinks=False)
        except OSError as failed:
            if failed.errno in ABSENT | {errno.EACCES}:
                return None
            raise

    def read(self, path: str, limit_bytes: int) -> bytes | None:
        """Read a regular file; None where it is none, or larger, or closed to its owner."""
        folder, name = split_path(path)
        with suppress(OSError), _open_entry(name, ENTRY, self._open_parent(folder)) as entry:
            status = os.fstat(entry)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit_bytes:
                return None
            # The same inode, whatever has its name by now.
            with open(f"/proc/self/fd/{entry}", "rb") as file:  # noqa: PTH123
                content = file.read(limit_bytes + 1)
                return content if len(content) <= limit_bytes else None
        return None

    def read_link(self, path: str) -> str | None:
        """Read where a symbolic link leads; None where there is none."""
        folder, name = split_path(path)
        with suppress(OSError):
            return os.readlink(name, dir_fd=self._open_parent(folder))
        return None

    def write(self, path: str, content: bytes, mode: int, newer_than_ns: int) -> os.stat_result:
        """Write a new file in the place of whatever is there, and describe it.

        It is later than `newer_than_ns` by a second: what compilers keep may tell no more.
        """

        def write_at(parent: int, name: str) -> os.stat_result:
            file = os.open(name, NEW_FILE, mode, dir_fd=parent)
            try:
                _write_all(file, content)
                status = os.fstat(file)
                is_adjusted = _set_mode(file, status, mode), _set_later(file, status, newer_than_ns)
                return os.fstat(file) if any(is_adjusted) else status
            finally:
                os.close(file)

        return self._put(path, write_at)

    def write_link(self, path: str, target: str) -> os.stat_result:
        """Write a symbolic link in the place of whatever is there, and describe it."""

        def write_at(parent: int, name: str) -> os.stat_result:
            os.symlink(target, name, dir_fd=parent)
            return os.stat(name, dir_fd=parent, follow_symlinks=False)

        return self._put(path, write_at)

    def remove(self, path: str) -> None:
        """Remove a file or link, and the folders that are empty then; a folder stays."""
        folder, name = split_path(path)
        try:
            self._unlink(folder, name)
        except IsADirectoryError:
            return
        while folder:
            self._forget_parent()
            folder, name = split_path(folder)
            try:
                os.rmdir(name, dir_fd=self._open_parent(folder))
            except OSError:
                return

    def delete(self, path: str) -> None:
        """Delete whatever is at a path, a folder with all that is in it."""
        folder, name = split_path(path)
        try:
            self._unlink(folder, name)
        except IsADirectoryError:
            self._forget_parent()
            take_folder(self._open_parent(folder), name, self.trash)

    def list_folder(self, path: str) -> list[tuple[str, bool]]:
        """List the names in a folder, which is opened to its owner, and whether each is a folder.

        One that is none is made.
        """
        descriptor = self._make_parent(path) if path else self.root
        with os.scandir(descriptor) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]

    def _unlink(self, folder: str, name: str) -> None:
        try:
            os.unlink(name, dir_fd=self._open_parent(folder))
        except OSError as failed:
            if failed.errno in ABSENT:
                return
            if not folder or failed.errno != errno.EACCES:
                raise
        else:
            return
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._make_parent(folder))

    def _put(self, path: str, write_at: Callable[[int, str], os.stat_result]) -> os.stat_result:
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            raise ValueError(f"not a path beneath a folder: {path!r}")
        folder, name = split_path(path)
        try:
            return self._put_at(self._open_parent(folder), name, write_at)
        except OSError as failed:
            if not folder or failed.errno not in ABSENT | {errno.EACCES}:
                raise
        return self._put_at(self._make_parent(folder), name, write_at)

    def _put_at(
        self, parent: int, name: str, write_at: Callable[[int, str], os.stat_result]
    ) -> os.stat_result:
        with suppress(FileExistsError):
            return write_at(parent, name)
        try:
            os.unlink(name, dir_fd=parent)
        except IsADirectoryError:
            take_folder(parent, name, self.trash)
        return write_at(parent, name)

    def _make_parent(self, path: str) -> int:
        """Make each folder on the way that is none, or closed to its owner."""
        self._forget_parent()
        current = os.dup(self.root)
        for name in path.split("/"):
            try:
                self._make_folder(current, name)
                below = os.open(name, FOLDER, dir_fd=current)
            finally:
                os.close(current)
            current = below
        self._parent = (path, current)
        return current

    def _make_folder(self, parent: int, name: str) -> None:
        try:
            os.mkdir(name, 0o755, dir_fd=parent)
        except FileExistsError:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                make_accessible(parent, name)
            else:
                os.unlink(name, dir_fd=parent)
                os.mkdir(name, 0o755, dir_fd=parent)

    def _open_parent(self, folder: str) -> int:
        """Open a folder and remember it: the next path is mostly in the same."""
        if not folder:
            return self.root
        if self._parent is None or self._parent[0] != folder:
            self._forget_parent()
            self._parent = (folder, open_beneath(self.root, folder, FOLDER))
        return self._parent[1]

    def _forget_parent(self) -> None:
        if self._parent is not None:
            os.close(self._parent[1])
            self._parent = None


def split_path(path: str) -> tuple[str, str]:
    """Part a path into its folder, empty for the root, and its name."""
    folder, _, name = path.rpartition("/")
    return folder, name


def _write_all(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def _set_mode(file: int, status: os.stat_result, mode: int) -> bool:
    """Set the mode where the bot's umask is stricter; tell whether it was."""
    if stat.S_IMODE(status.st_mode) == mode:
        return False
    os.fchmod(file, mode)
    return True


def _set_later(file: int, status: os.stat_result, than_ns: int) -> bool:
    """Set the file's time a second after that one where it is not later; tell whether it was."""
    if status.st_mtime_ns // SECOND_NS > than_ns // SECOND_NS:
        return False
    later_ns = (than_ns // SECOND_NS + 1) * SECOND_NS
    os.utime(file, ns=(later_ns, later_ns))
    return True


@contextmanager
def _open_entry(name: str, flags: int, parent: int) -> Iterator[int]:
    descriptor = os.open(name, flags, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
