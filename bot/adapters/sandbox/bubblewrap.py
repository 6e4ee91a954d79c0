"""The tier of bubblewrap: namespaces of its own for each process, and nothing else of the host."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.adapters.child_guard import ChildGuard
from bot.adapters.head_and_tail import head_and_tail
from bot.adapters.sandbox.bubblewrap_command import (
    FILES,
    Bind,
    Descriptors,
    build_command,
    list_binds,
)
from bot.adapters.sandbox.seccomp_filter import build_filter
from bot.adapters.sandbox.tier import Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool, give_folder
from bot.ports import Unreachable
from bot.values import TierName

START = Path(__file__).with_name("start_program.py")
BRIDGE = Path(__file__).with_name("package_bridge.py")

CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Runs processes under bubblewrap: as root under a uid of its own, else under the bot's.

    As root, the folders of a launch belong to that uid afterwards, which is the same one again
    where it is free; see `give_folder`.
    """

    pool: UidPool = field(default_factory=UidPool)
    guard: ChildGuard = field(default_factory=ChildGuard, repr=False)
    name: TierName = "bubblewrap"
    has_own_root: bool = True

    def find_obstacle(self) -> str:
        """Say why bubblewrap does not work on this machine, and what helps; empty when it does."""
        if not shutil.which("bwrap"):
            return "bubblewrap is not installed: `apt-get install bubblewrap` brings it."
        return ""

    def launch(self, launch: Launch) -> Exit:
        """Run the process to its end. Raises Unreachable where bubblewrap does not start."""
        binds = list_binds(launch, BRIDGE)
        with ExitStack() as stack:
            acts = ["offer-to-oom-killer"]
            if os.getuid() == 0:
                uid = stack.enter_context(self.pool.take(launch.workspace.stat().st_uid))
                for bind in binds:
                    if bind.is_writable:
                        give_folder(bind.source, uid)
                acts += list_root_acts(self.pool.folder, uid, binds)
                binds = move_sources(self.pool.folder, binds)
            descriptors, status = stack.enter_context(_open_descriptors())
            program = shutil.which("bwrap") or "bwrap"
            command = build_command(program, launch, binds, descriptors)
            start = [sys.executable, "-I", "-S", str(START), *acts, "--", *command]
            return self._run(start, launch, descriptors, status)

    def _run(self, start: list[str], launch: Launch, descriptors: Descriptors, status: int) -> Exit:
        began = time.monotonic()
        child = subprocess.Popen(
            start,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=descriptors.list_all(),
            cwd="/",
            env={},
            start_new_session=True,
        )
        with child, self.guard.guard(child, launch.limits.wall_s) as late:
            os.close(descriptors.status)
            reads = child.stdout.fileno()  # type: ignore[union-attr]
            chunks = iter(lambda: os.read(reads, CHUNK_BYTES), b"")
            output = head_and_tail(chunks, launch.limits.output_bytes)
            child.wait()
        took_s = time.monotonic() - began
        if late.is_set():
            text = f"It was ended after {launch.limits.wall_s:.0f} s, the most a check may take."
            return Exit(None, output, took_s, text)
        if b"child-pid" not in os.read(status, 4096):
            raise Unreachable(output.decode(errors="replace").strip(), "sandbox")
        return Exit(child.returncode, output, took_s)


def list_root_acts(folder: Path, uid: int, binds: tuple[Bind, ...]) -> list[str]:
    """List what is done before root is given up: paths that a closed folder hides become others."""
    acts = ["make-mounts-private", str(folder)]
    for bind, moved in zip(binds, move_sources(folder, binds), strict=True):
        acts += ["bind", str(bind.source), str(moved.source)]
    return [*acts, "become", str(uid)]


def move_sources(folder: Path, binds: tuple[Bind, ...]) -> tuple[Bind, ...]:
    """Name the paths below the folder at which the binds' sources appear."""
    return tuple(replace(bind, source=folder / str(n)) for n, bind in enumerate(binds))


@contextmanager
def _open_descriptors() -> Iterator[tuple[Descriptors, int]]:
    status, writes = os.pipe()
    files = {path: _open_bytes(content) for path, content in FILES.items()}
    seccomp = _open_bytes(build_filter())
    try:
        yield Descriptors(files, seccomp, writes), status
    finally:
        for descriptor in (*files.values(), seccomp, status):
            os.close(descriptor)


def _open_bytes(content: bytes) -> int:
    descriptor = os.memfd_create("sandbox")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
