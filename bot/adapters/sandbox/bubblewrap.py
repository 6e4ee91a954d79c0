"""The tier of bubblewrap: namespaces of its own for each process, and nothing else of the host."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.child_guard import ChildGuard
from bot.adapters.sandbox.bubblewrap_command import (
    ETC_FILES,
    FILES,
    Bind,
    Descriptors,
    build_command,
    list_binds,
)
from bot.adapters.sandbox.bubblewrap_obstacles import explain_failure, explain_unfit
from bot.adapters.sandbox.control_group import make_group, name_group
from bot.adapters.sandbox.limits import StartCommand, list_limit_acts, run_within_limits
from bot.adapters.sandbox.process_tree import count_own_threads
from bot.adapters.sandbox.seccomp_filter import build_filter
from bot.adapters.sandbox.tier import Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool
from bot.ports import Unreachable
from bot.values import SandboxLimits, TierName

START = Path(__file__).with_name("start_program.py")
TRIAL = SandboxLimits(wall_s=20.0)


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Runs processes under bubblewrap: as root under a uid of its own, else under the bot's.

    As root, the folders that a launch may write to belong to that uid afterwards. It is the uid
    that they belong to already, where that is free: see `give_folder`.
    """

    pool: UidPool = field(default_factory=UidPool)
    guard: ChildGuard = field(default_factory=ChildGuard, repr=False)
    program: str = "bwrap"
    name: TierName = "bubblewrap"
    has_own_root: bool = True
    has_own_network: bool = True

    def find_obstacle(self) -> str:
        """Say why bubblewrap does not work on this machine, and what helps; empty when it does."""
        unfit = explain_unfit(self.program)
        if unfit:
            return unfit
        failure = self._try_launch()
        return explain_failure(failure, is_root=os.getuid() == 0) if failure else ""

    def _try_launch(self) -> str:
        """Start a sandbox, and return the words of what keeps it from that."""
        with TemporaryDirectory(prefix="greenlit-") as folder:
            try:
                done = self.launch(Launch(("true",), Path(folder), limits=TRIAL))
            except (OSError, Unreachable) as failure:
                return str(failure)
        return "" if done.code == 0 else done.limit_hit or _decode(done.output) or "nothing"

    def launch(self, launch: Launch) -> Exit:
        """Run the process to its end. Raises Unreachable where bubblewrap does not start."""
        with ExitStack() as stack:
            uid = stack.enter_context(self.pool.take_for(launch))
            binds = list_binds(launch)
            group = stack.enter_context(make_group(name_group(uid), launch.limits))
            acts = list_limit_acts(launch.limits, group, 0 if uid else count_own_threads())
            if uid:
                acts += list_root_acts(self.pool.folder, uid, binds)
                binds = move_sources(self.pool.folder, binds)
            else:
                launch = limit_processes(launch)
            descriptors = stack.enter_context(_open_descriptors())
            program = shutil.which(self.program) or self.program
            command = build_command(program, launch, binds, descriptors)
            argv = [sys.executable, "-I", "-S", str(START), *acts, "--", *command]
            start = StartCommand(argv, descriptors.list_all())
            done = run_within_limits(start, launch, self.guard, group)
            if not done.limit_hit and b"child-pid" not in os.pread(descriptors.status, 4096, 0):
                raise Unreachable(_decode(done.output), "sandbox")
            return done


def limit_processes(launch: Launch) -> Launch:
    """Limit the processes from inside too: there the bot's own, of the same user, do not count."""
    script = 'ulimit -u "$0" 2>/dev/null || ulimit -p "$0"; exec "$@"'  # bash, else dash
    argv = ("/bin/sh", "-c", script, str(launch.limits.processes), *launch.argv)
    return replace(launch, argv=argv)


def list_root_acts(folder: Path, uid: int, binds: tuple[Bind, ...]) -> list[str]:
    """List what is done before root is given up: what lies in closed folders gets other paths."""
    acts = ["make-mounts-private", str(folder)]
    for bind, moved in zip(binds, move_sources(folder, binds), strict=True):
        acts += ["bind", str(bind.source), str(moved.source)]
    return [*acts, "become", str(uid)]


def move_sources(folder: Path, binds: tuple[Bind, ...]) -> tuple[Bind, ...]:
    """Name the paths below the folder at which the binds' sources appear."""
    return tuple(replace(bind, source=folder / str(n)) for n, bind in enumerate(binds))


@contextmanager
def _open_descriptors() -> Iterator[Descriptors]:
    files = {path: _open_bytes(content) for path, content in FILES.items()}
    files |= {path: os.open(path, os.O_RDONLY) for path in ETC_FILES if Path(path).is_file()}
    descriptors = Descriptors(files, _open_bytes(build_filter()), _open_bytes(b""))
    try:
        yield descriptors
    finally:
        for descriptor in descriptors.list_all():
            os.close(descriptor)


def _open_bytes(content: bytes) -> int:
    descriptor = os.memfd_create("sandbox")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _decode(output: bytes) -> str:
    return output.decode(errors="replace").strip()
