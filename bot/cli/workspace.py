"""A folder as texts by path, read as they are encoded and written all or not at all.

No symbolic link is followed.
"""

from __future__ import annotations

import codecs
import errno
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

LIMIT_FILES = 500_000
LIMIT_FILE_BYTES = 50_000_000  # of one file
TEMPORARY = ".greenlit-"  # begins the name of a file that is laid beside another
WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class WorkspaceError(Exception):
    """A folder or a file cannot be worked on; the text says why."""


class UnreadableError(WorkspaceError):
    """A file cannot be read, whatever is in it."""


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file as it was read."""

    raw: bytes
    text: str
    encoding: str
    mode: int


class Workspace(Mapping[str, str]):
    """The texts of the regular files below a folder, without git's own; each is read once.

    Files that are no UTF-8 are taken for Latin-1, or with `keep_bytes` have surrogates for bytes.
    """

    def __init__(self, root: Path, *, keep_bytes: bool = False) -> None:
        self.root = root.resolve()
        self._keep_bytes = keep_bytes
        self.closed_folders: list[str] = []  # what is in them is not known
        self._paths = dict.fromkeys(_iter_paths(self.root, self.closed_folders))
        self._files: dict[str, _ReadFile] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __getitem__(self, path: str) -> str:
        if path not in self._paths:
            raise KeyError(path)
        return self._read(path).text

    def _read(self, path: str) -> _ReadFile:
        if path not in self._files:
            self._files[path] = self._decode(path, *_read_file(self.root / path, path))
        return self._files[path]

    def _decode(self, path: str, raw: bytes, mode: int) -> _ReadFile:
        errors = "surrogateescape" if self._keep_bytes else "strict"
        wide = [encoding for mark, encoding in WIDE if raw.startswith(mark)]
        for encoding in wide or ["utf-8", "latin-1"]:
            try:
                text = raw.decode(encoding, errors)
            except UnicodeDecodeError:
                continue
            if "\0" in text:
                break
            return _ReadFile(raw, text, encoding, mode)
        raise WorkspaceError(f"{path}: this is no text file.")

    def write(
        self, files: Mapping[str, str | None], moves: Mapping[str, str], modes: Mapping[str, str]
    ) -> None:
        """Write texts, and delete what has none: all or nothing.

        New bytes are laid beside, then put in place. A new path that `moves` has takes encoding
        and mode of the old one; `modes` are git's. Raises WorkspaceError.
        """
        try:
            self._write(files, moves, modes)
        except OSError as wrong:
            raise WorkspaceError(f"{self._explain(wrong)} Nothing was changed.") from None

    def _explain(self, error: OSError) -> str:
        """Say what of the folder cannot be written; of a file laid beside, which folder."""
        place = Path(error.filename or self.root)
        while place.name.startswith(TEMPORARY) or not os.path.lexists(place):
            place = place.parent
        noun = "folder" if place.is_dir() else "file"
        return f"The {noun} {place} cannot be written to: {error.strerror}."

    def _write(
        self, files: Mapping[str, str | None], moves: Mapping[str, str], modes: Mapping[str, str]
    ) -> None:
        for path in {*files, *modes}:
            self._refuse_changed(path)
        texts = {path: text for path, text in files.items() if text is not None}
        raw = {path: self.encode(path, text, moves.get(path, path)) for path, text in texts.items()}
        raw |= {path: self._read(path).raw for path in modes if path not in files}
        with ExitStack() as undo, ExitStack() as tidy:
            staged = {path: self._stage(path, data, undo, tidy) for path, data in raw.items()}
            for path, place in staged.items():
                self._set_mode(place, moves.get(path, path), modes.get(path, ""))
            for path in {*files, *staged}:
                _swap(self.root / path, staged.get(path), undo, tidy)
            undo.pop_all()

    def _stage(self, path: str, raw: bytes, undo: ExitStack, tidy: ExitStack) -> Path:
        """Write the bytes to a file beside the place where they shall stand."""
        folder = (self.root / path).parent
        for parent in reversed([folder, *folder.parents]):
            if not parent.exists():
                parent.mkdir()
                undo.callback(parent.rmdir)
        beside = _name_temporary(folder)
        tidy.callback(beside.unlink, missing_ok=True)
        with beside.open("xb") as file:
            file.write(raw)
        return beside

    def _set_mode(self, place: Path, like: str, git: str) -> None:
        mode = self._read(like).mode if like in self._paths else stat.S_IMODE(place.stat().st_mode)
        if git == "100755":
            mode |= (mode & 0o444) >> 2
        elif git == "100644":
            mode &= ~0o111
        place.chmod(mode)

    def encode_diff(self, path: str, diff: str, like: str) -> bytes:
        """Encode the diff of a file that is as `like` is, so that git applies it.

        Raises WorkspaceError where there is none: git takes UTF-16 for binary.
        """
        if like in self._paths and self._read(like).encoding.startswith("utf-16"):
            raise WorkspaceError(f"{path} is UTF-16, so there is no diff of it that git applies.")
        return self.encode(path, diff, like)

    def encode(self, path: str, text: str, like: str) -> bytes:
        """Encode a text as the file `like` is. Raises WorkspaceError where it cannot be."""
        encoding = self._read(like).encoding if like in self._paths else "utf-8"
        errors = "surrogateescape" if self._keep_bytes and encoding == "utf-8" else "strict"
        try:
            return text.encode(encoding, errors)
        except UnicodeEncodeError as wrong:
            char = text[wrong.start]
            raise WorkspaceError(
                f"{path}: the file is {encoding}, which has no {char!r} (U+{ord(char):04X})."
            ) from None

    def _refuse_changed(self, path: str) -> None:
        """Refuse a file that is not as it was read, or that a symbolic link has come into."""
        place = self.root
        for part in path.split("/"):
            place /= part
            if place.is_symlink():
                link = place.relative_to(self.root)
                raise WorkspaceError(f"{path}: {link} is a symbolic link, and none is followed.")
        if path in self._paths and (self.root / path).read_bytes() != self._read(path).raw:
            raise WorkspaceError(
                f"{path}: the file changed while the edit was looked at. Try again."
            )
        if path not in self._paths and place.exists():
            raise WorkspaceError(f"{path}: something that is no regular file stands there.")


def _iter_paths(root: Path, closed: list[str]) -> Iterator[str]:
    """List the paths of regular files, in order, with forward slashes; and closed folders."""

    def add_closed(error: OSError) -> None:
        closed.append(os.path.relpath(error.filename, root).replace(os.sep, "/"))

    count = 0
    for folder, folders, names in os.walk(root, onerror=add_closed):
        folders[:] = sorted(name for name in folders if name.lower() != ".git")
        if not os.access(folder, os.X_OK):  # its names are known, and nothing else
            add_closed(PermissionError(errno.EACCES, "", folder))
            folders.clear()
            continue
        for name in sorted(names):
            path = os.path.join(folder, name)  # noqa: PTH118 - half a million of them
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            count += 1
            if count > LIMIT_FILES:
                raise WorkspaceError(
                    f"{root} holds more than {LIMIT_FILES:,} files: give a folder further down."
                )
            yield os.path.relpath(path, root).replace(os.sep, "/")


def _read_file(location: Path, path: str) -> tuple[bytes, int]:
    try:
        mode = location.lstat()
        if mode.st_size > LIMIT_FILE_BYTES:
            size = f"{mode.st_size:,} bytes; at most {LIMIT_FILE_BYTES:,} are read"
            raise UnreadableError(f"{path}: the file has {size}.")
        raw = location.read_bytes()
    except OSError as wrong:
        raise UnreadableError(f"{path} cannot be read: {wrong.strerror}.") from None
    return raw, stat.S_IMODE(mode.st_mode)


def _swap(place: Path, staged: Path | None, undo: ExitStack, tidy: ExitStack) -> None:
    """Put the staged file, or nothing, where the old one stands; `undo` puts that back."""
    if place.exists():
        kept = _name_temporary(place.parent)
        tidy.callback(kept.unlink, missing_ok=True)
        try:
            kept.hardlink_to(place)
        except OSError:  # a file system without hard links
            shutil.copy2(place, kept)
        undo.callback(kept.replace, place)
    else:
        undo.callback(place.unlink, missing_ok=True)
    if staged is None:
        place.unlink()
    else:
        staged.replace(place)


def _name_temporary(folder: Path) -> Path:
    return folder / f"{TEMPORARY}{token_hex(8)}"
