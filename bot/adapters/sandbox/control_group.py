"""Control groups of the kernel, of either version: they hold a job to its memory and processes."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.values import SandboxLimits

CONTROLLERS = ("memory", "pids")
PROC = Path("/proc/self")
REMOVE_S = 2.0  # the kernel takes a moment to leave a group whose last process was killed


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """The group of one job: a folder for each controller, the same one in version 2."""

    memory: Path | None = None
    pids: Path | None = None

    def list_folders(self) -> tuple[Path, ...]:
        """List the folders, each once."""
        folders = (self.memory, self.pids)
        return tuple(dict.fromkeys(folder for folder in folders if folder))

    def count_memory_kills(self) -> int:
        """Count the processes that the kernel ended for want of memory in the group."""
        if not self.memory:
            return 0
        names = ("memory.events", "memory.oom_control")  # version 2, version 1
        return sum(_read_count(self.memory / name, "oom_kill") for name in names)

    def count_refused_processes(self) -> int:
        """Count how often a process was not started, because there were too many."""
        return _read_count(self.pids / "pids.events", "max") if self.pids else 0


def name_group(uid: int) -> str:
    """Name the group of a job: by its uid, which no other has meanwhile, or 0 for the bot's own."""
    return f"greenlit-{uid}" if uid else f"greenlit-{os.getpid()}-{threading.get_ident()}"


@contextmanager
def make_group(name: str, limits: SandboxLimits, proc: Path = PROC) -> Iterator[ControlGroup]:
    """Make a group for a job while the block lasts, with those controllers that this process may
    use: none on many machines.
    """
    parents = find_parents(proc)
    group = ControlGroup(**{kind: _make(parents.get(kind), name) for kind in CONTROLLERS})
    try:
        yield _set_limits(group, limits)
    finally:
        for folder in group.list_folders():
            _remove(folder)


def find_parents(proc: Path = PROC) -> dict[str, Path]:
    """Find the folder for each controller in which this process may make groups."""
    own = _read_own_paths(proc / "cgroup")
    parents: dict[str, Path] = {}
    for line in (proc / "mountinfo").read_text().splitlines():
        fields, _, source = line.partition(" - ")
        kind, _, options = source.split(" ", 2)
        _, _, _, root, mount = fields.split(" ")[:5]
        if kind == "cgroup":
            for name in set(CONTROLLERS) & set(options.split(",")):
                parents.setdefault(name, _locate(Path(mount), root, own.get(name, "/")))
        elif kind == "cgroup2":
            folder = _find_delegated(_locate(Path(mount), root, own.get("", "/")))
            parents |= {name: folder for name in _list_enabled(folder) if name not in parents}
    return {name: folder for name, folder in parents.items() if os.access(folder, os.W_OK)}


def _read_own_paths(file: Path) -> dict[str, str]:
    """Read the group that this process is in, for each controller; "" for version 2."""
    paths: dict[str, str] = {}
    for line in file.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths |= dict.fromkeys(controllers.split(","), path)
    return paths


def _locate(mount: Path, root: str, path: str) -> Path:
    """Find the folder of a group below a mount, which may show a part of the hierarchy only."""
    inner = path.removeprefix(root.rstrip("/")) if root != "/" else path
    folder = mount / inner.lstrip("/")
    return folder if folder.is_dir() else mount


def _find_delegated(own: Path) -> Path:
    """Find where version 2 lets groups have limits: not beside processes, so mostly one above."""
    for folder in (own, own.parent):
        if not set(CONTROLLERS) <= _list_enabled(folder):
            _write(folder / "cgroup.subtree_control", "+memory +pids")
        if set(CONTROLLERS) <= _list_enabled(folder):
            return folder
    return own


def _list_enabled(folder: Path) -> set[str]:
    with suppress(OSError):
        return set(CONTROLLERS) & set((folder / "cgroup.subtree_control").read_text().split())
    return set()


def _make(parent: Path | None, name: str) -> Path | None:
    if not parent:
        return None
    with suppress(OSError):
        (parent / name).mkdir(exist_ok=True)
        return parent / name
    return None


def _set_limits(group: ControlGroup, limits: SandboxLimits) -> ControlGroup:
    """Write the limits; a controller that refuses one is not used."""
    memory, pids = group.memory, group.pids
    if memory and not _limit_memory(memory, limits.memory_bytes):
        memory = None
    if pids and not _write(pids / "pids.max", str(limits.processes)):
        pids = None
    return ControlGroup(memory, pids)


def _limit_memory(folder: Path, most_bytes: int) -> bool:
    value = str(most_bytes)
    if (folder / "memory.max").exists():
        _write(folder / "memory.swap.max", "0")
        _write(folder / "memory.oom.group", "1")
        return _write(folder / "memory.max", value)
    swap = folder / "memory.memsw.limit_in_bytes"  # of memory and swap together
    _write(swap, "-1")  # a group that is used again may get more than it had
    is_limited = _write(folder / "memory.limit_in_bytes", value)
    _write(swap, value)
    return is_limited


def _write(file: Path, text: str) -> bool:
    with suppress(OSError):
        file.write_text(text)
        return True
    return False


def _read_count(file: Path, key: str) -> int:
    with suppress(OSError):
        for line in file.read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == key:
                return int(count)
    return 0


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + REMOVE_S
    while time.monotonic() < deadline:
        try:
            folder.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY:
                return
            time.sleep(0.01)
        else:
            return
