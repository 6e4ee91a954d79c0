"""The workspace of a run: a folder with the files of a tree and a patch, and what jobs built."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.sandbox.clean_folder import delete_others
from bot.adapters.sandbox.collect_changes import Collected, collect_changes
from bot.adapters.sandbox.delete_folder import FOLDER, empty_folder, make_accessible, take_folder
from bot.adapters.sandbox.manifest import (
    FileMark,
    Manifest,
    load_manifest,
    mark_file,
    store_manifest,
)
from bot.adapters.sandbox.new_files import is_ignored, list_new_files
from bot.adapters.sandbox.openat2 import act_as
from bot.adapters.sandbox.scan_folder import measure_folder
from bot.adapters.sandbox.uid_pool import FIRST_UID, UIDS
from bot.adapters.sandbox.untrusted_folder import UntrustedFolder
from bot.adapters.sandbox.workspace_files import LINK, WantedFile, WantedFiles, list_wanted
from bot.ports import Mirrors, Unreachable
from bot.values import Patch, Sha, Tree

IGNORE_FILE = ".gitignore"
FILES, TRASH, MANIFEST = "files", "trash", "manifest.json"
BATCH_BYTES = 16 * 1024**2
TICK_S = 0.01  # an older kernel's clock of files moves no faster
NEWEST_NS = 1_000_000_000  # how far ahead a time of a file is believed

Batch = list[tuple[str, WantedFile]]


@dataclass(slots=True)
class JobWorkspace:
    """One folder, open: `files` in it is the sandbox's, the rest is the bot's alone.

    It has no `.git`: git would run what a repository configures, and a history is not brought.
    """

    path: Path
    manifest: Manifest
    _files: UntrustedFolder

    @property
    def files(self) -> Path:
        """Where the files are."""
        return self.path / FILES

    def sync(self, mirrors: Mirrors, tree: Tree, wanted: WantedFiles) -> None:
        """Write what differs from the files that the tree with a patch has; what was built stays.

        Raises Unreachable where the mirror lacks a file, and OSError where the disk takes none.
        """
        if self.manifest.repo != tree.repo.name:
            self.manifest = Manifest(repo=tree.repo.name)
            self.clean()
        marks = self.manifest.marks
        with self._as_owner():
            for path in marks.keys() - wanted.files.keys():
                self._files.remove(path)
            changed = self._list_changed(wanted)
        kept = {path: marks[path] for path in wanted.files if path not in changed}
        for batch in read_batches(mirrors, tree, changed):
            with self._as_owner():
                kept |= self._write(batch)
        if changed:
            time.sleep(TICK_S)  # or what a command changes at once may have the same time
        self.manifest = replace(self.manifest, marks=kept)

    def collect(self, returns: Sequence[str]) -> Collected:
        """Read back what the commands changed of the files in `returns`.

        Other files that changed are put back by the next `sync`.
        """
        with self._as_owner():
            collected = collect_changes(self._files, self.manifest.marks, returns)
        self.manifest = replace(self.manifest, marks=collected.marks)
        return collected

    def read_clock(self) -> int:
        """Read the clock by which its files have their times: it goes in ticks, late by one."""
        os.utime(self._files.trash)
        return os.fstat(self._files.trash).st_ctime_ns

    def list_new_files(self, mirrors: Mirrors, tree: Tree, since_ns: int) -> tuple[str, ...]:
        """List the files that are new since then and look like work, when they are few."""
        with self._as_owner():
            paths = list_new_files(self._files.root, self.manifest.marks, since_ns)
        if not paths:
            return ()
        ignore_files = self._read_ignore_files(mirrors, tree)
        return tuple(path for path in paths if not is_ignored(path, ignore_files))

    def _read_ignore_files(self, mirrors: Mirrors, tree: Tree) -> dict[str, str]:
        """Read the tree's own; what a command or a patch made of them does not matter much."""
        shas = {
            path.removesuffix(IGNORE_FILE).rstrip("/"): Sha(mark.sha)
            for path, mark in self.manifest.marks.items()
            if path.rpartition("/")[2] == IGNORE_FILE
        }
        contents = mirrors.blobs(tree, set(shas.values())) if shas else {}
        return {
            folder: contents[sha].decode("utf-8", "replace")
            for folder, sha in shas.items()
            if sha in contents
        }

    def measure(self) -> int:
        """Measure the bytes that its files take on the disk."""
        with self._as_owner():
            return measure_folder(self._files.root)

    def clean(self) -> None:
        """Delete all that is no file of the tree, so that nothing of a run reaches the next one."""
        with self._as_owner():
            delete_others(self._files, self.manifest.marks)
        self.manifest = replace(self.manifest, environment="", laid=())

    @contextmanager
    def _as_owner(self) -> Iterator[None]:
        with act_as(os.fstat(self._files.root).st_uid):
            yield

    def _list_changed(self, wanted: WantedFiles) -> dict[str, WantedFile]:
        changed = {}
        for path, file in wanted.files.items():
            mark = self.manifest.marks.get(path)
            if (
                mark is None
                or (mark.sha, mark.mode) != (file.sha, file.mode)
                or not mark.matches(self._files.stat(path))
            ):
                changed[path] = file
        return changed

    def _write(self, batch: Batch) -> dict[str, FileMark]:
        marks = {}
        for path, file in batch:
            content = file.content or b""
            if file.mode == LINK:
                status = self._files.write_link(path, os.fsdecode(content))
            else:
                newer_than_ns = self._find_time(path)
                status = self._files.write(path, content, file.permissions, newer_than_ns)
            marks[path] = mark_file(file.sha, file.mode, status)
        return marks

    def _find_time(self, path: str) -> int:
        """Find the time of the file that was at a path, as far as it can be believed."""
        mark = self.manifest.marks.get(path)
        if mark is None:
            return 0
        status = self._files.stat(path)
        newest_ns = time.time_ns() + NEWEST_NS
        return max(mark.mtime_ns, min(status.st_mtime_ns, newest_ns) if status else 0)


@contextmanager
def open_workspace(path: Path) -> Iterator[JobWorkspace]:
    """Open a workspace, made where there is none; one that a crash left half written is made anew.

    One at a time: see `locked`. The manifest is there only while nobody has it open.
    """
    (path / TRASH).mkdir(parents=True, exist_ok=True)
    manifest = load_manifest(path / MANIFEST)
    (path / MANIFEST).unlink(missing_ok=True)
    with _open_folder(path, manifest is None) as files:
        workspace = JobWorkspace(path, manifest or Manifest(), files)
        yield workspace
    store_manifest(path / MANIFEST, workspace.manifest)


@contextmanager
def _open_folder(path: Path, is_new: bool) -> Iterator[UntrustedFolder]:  # noqa: FBT001 - one place
    outer = os.open(path, FOLDER)
    try:
        trash = os.open(TRASH, FOLDER, dir_fd=outer)
        if is_new and (path / FILES).exists():
            take_folder(outer, FILES, trash)
        _make_files(path / FILES)
        make_accessible(outer, FILES)
        files = UntrustedFolder(os.open(FILES, FOLDER, dir_fd=outer), trash)
        owner = os.fstat(files.root).st_uid  # of all that is moved into the trash, too
        os.fchown(trash, owner, -1)
    finally:
        os.close(outer)
    try:
        yield files
    finally:
        files.close()


def _make_files(path: Path) -> None:
    """Make the folder of the files. It belongs to one of the sandboxes' users from the first file
    on, which is the one that a tier then takes, if it is free.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    if os.geteuid() == 0:
        uid = FIRST_UID + zlib.crc32(bytes(path)) % UIDS
        with suppress(PermissionError):  # a root that may not even this stays its owner
            os.chown(path, uid, uid)


def delete_workspace(path: Path) -> None:
    """Delete a workspace, whatever a command left in it."""
    (path / MANIFEST).unlink(missing_ok=True)
    if not path.exists():
        return
    folder = os.open(path, FOLDER)
    try:
        empty_folder(folder)
    finally:
        os.close(folder)
    path.rmdir()


def list_wanted_files(mirrors: Mirrors, tree: Tree, patch: Patch) -> WantedFiles:
    """List the files of a tree with a patch laid over it, with the targets of its links."""
    entries = mirrors.entries(tree)
    links = {entry.sha for entry in entries if entry.mode == LINK}
    targets = mirrors.blobs(tree, links) if links else {}
    return list_wanted(entries, targets, patch)


def read_batches(
    mirrors: Mirrors, tree: Tree, files: dict[str, WantedFile]
) -> Iterator[list[tuple[str, WantedFile]]]:
    """Read the contents of files in batches, the next one while the last one is written."""
    # Its thread starts before the block acts as another user, which a thread inherits.
    with ThreadPoolExecutor(1, "read-mirror") as reader:
        reading: Future[Batch] | None = None
        for batch in _make_batches(files):
            following = reader.submit(_read_batch, mirrors, tree, batch)
            if reading is not None:
                yield reading.result()
            reading = following
        if reading is not None:
            yield reading.result()


def _make_batches(files: dict[str, WantedFile]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for path, file in files.items():
        if batch and size + file.size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((path, file))
        size += file.size
    if batch:
        yield batch


def _read_batch(mirrors: Mirrors, tree: Tree, batch: Batch) -> Batch:
    shas: set[Sha] = {file.sha for _, file in batch if file.content is None}
    contents = mirrors.blobs(tree, shas) if shas else {}
    if lost := shas - contents.keys():
        raise Unreachable(f"the mirror of {tree.repo.name} lacks {min(lost)}", "sandbox")
    return [(path, replace(file, content=_content_of(file, contents))) for path, file in batch]


def _content_of(file: WantedFile, contents: dict[Sha, bytes]) -> bytes:
    return contents[file.sha] if file.content is None else file.content
