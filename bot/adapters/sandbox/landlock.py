"""The tier of Landlock: rules of the kernel for files, a filter of system calls, and no network.

It works where namespaces are refused, as in Docker's containers. It has the host's paths, sees no
/proc and cannot set environments up, as it has no way to a mirror of packages.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_UNIX

from bot.adapters.child_guard import ChildGuard
from bot.adapters.sandbox.bubblewrap_command import ETC_FILES, ETC_FOLDERS
from bot.adapters.sandbox.control_group import make_group, name_group
from bot.adapters.sandbox.delete_folder import FOLDER, empty_folder
from bot.adapters.sandbox.landlock_filter import build_handover_filter, build_landlock_filter
from bot.adapters.sandbox.landlock_program import can_wait_killable, read_version
from bot.adapters.sandbox.limits import StartCommand, list_limit_acts, run_within_limits
from bot.adapters.sandbox.process_tree import count_own_threads
from bot.adapters.sandbox.seccomp_filter import build_filter, explain_no_filter
from bot.adapters.sandbox.tier import Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool, give_folder
from bot.ports import Unreachable
from bot.values import TierName

CODE = (
    "import sys; sys.path.insert(0, sys.argv[1])\n"
    "from bot.adapters.sandbox.landlock_program import main\n"
    "main(sys.argv[2:])"
)
ROOT = Path(__file__).parents[3]  # where the package `bot` lies
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
MORE_ETC = (
    *("/etc/debian_version", "/etc/group", "/etc/hosts", "/etc/localtime", "/etc/lsb-release"),
    *("/etc/nsswitch.conf", "/etc/os-release", "/etc/passwd", "/etc/redhat-release"),
)
READ_PROC = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
NEWEST_VERSION = 7  # that this file knows of
# Git ends when it may not read the machine's configuration, unless it is told to do without.
DEFAULTS = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True, slots=True)
class Landlock:
    """Runs processes under Landlock: as root under a uid of its own, else under the bot's.

    `version` is the newest to use of what the kernel has.
    """

    pool: UidPool = field(default_factory=UidPool)
    guard: ChildGuard = field(default_factory=ChildGuard, repr=False)
    version: int = NEWEST_VERSION
    name: TierName = "landlock"
    has_own_root: bool = False
    has_own_network: bool = False

    def find_obstacle(self) -> str:
        """Say why Landlock does not work on this machine, and what helps; empty when it does."""
        if sys.platform != "linux" or not read_version():
            return "The kernel has no Landlock: Linux 5.13 and later have it, with `lsm=landlock`."
        return explain_no_filter()

    def launch(self, launch: Launch) -> Exit:
        """Run the process to its end. Raises Unreachable where it cannot be confined."""
        if launch.package_socket:
            text = "Landlock keeps all networks out, so no packages can be installed under it."
            raise Unreachable(text, "sandbox")
        with ExitStack() as stack:
            uid = stack.enter_context(self.pool.take_for(launch))
            own = stack.enter_context(_make_own_folder(uid))
            group = stack.enter_context(make_group(name_group(uid), launch.limits))
            acts = list_limit_acts(launch.limits, group, 0 if uid else count_own_threads())
            if uid:
                acts += self._list_root_acts(launch, uid)
            status, *filters = stack.enter_context(_open_all(self._build_contents(uid)))
            acts += self._list_acts(launch, own, filters)
            argv = [sys.executable, "-I", "-S", "-c", CODE, str(ROOT), str(status), *acts]
            start = StartCommand([*argv, "--", *launch.argv], (status, *filters), scratch=(own,))
            done = run_within_limits(start, launch, self.guard, group)
            if failure := os.pread(status, 4096, 0):
                raise Unreachable(failure.decode(errors="replace"), "sandbox")
            return done

    def _list_root_acts(self, launch: Launch, uid: int) -> list[str]:
        """List what is done before root is given up: what lies in closed folders is uncovered."""
        folders = [*launch.list_writable(), *_list_readable(launch)]
        hidden = {folder: closed for folder in folders if (closed := _find_closed(folder))}
        acts = []
        if hidden:
            acts = ["make-mounts-private", str(self.pool.folder)]
            acts += _repeat("hold", hidden)
            acts += _repeat("cover", dict.fromkeys(hidden.values()))
            acts += _repeat("show", hidden)
        return [*acts, "drop-capabilities", "become", str(uid)]

    def _list_acts(self, launch: Launch, own: Path, filters: list[int]) -> list[str]:
        """List what confines the process."""
        home, temporary = own / "home", own / "tmp"
        variables = {"HOME": str(home), "TMPDIR": str(temporary), **DEFAULTS}
        acts = []
        for name, value in (variables | dict(launch.environment)).items():
            acts += ["set", name, value]
        acts += _repeat("let-read", [*SYSTEM, *_list_etc(), *READ_PROC, *_list_readable(launch)])
        acts += _repeat("let-use", DEVICES)
        # Python looks for a repository that is itself a package in the folder above.
        acts += ["let-list", str(launch.workspace.parent)]
        acts += _repeat("let-write", [*launch.list_writable(), own])
        acts += ["enter", os.path.normpath(launch.workspace / launch.folder)]
        acts += ["confine", str(self._negotiate())]
        acts += _repeat("hand-calls-over", filters[2:])
        return acts + _repeat("filter-calls", filters[:2])

    def _negotiate(self) -> int:
        return min(read_version(), self.version)

    def _build_contents(self, uid: int) -> list[bytes]:
        """Build what the program inherits as open files: an empty one to write to, and two filters.

        Where the bot is not root there is a third one, that hands calls over.
        """
        version, signals = self._negotiate(), can_wait_killable()
        own_filter = build_landlock_filter(version, shares_uid=not uid, with_signals=signals)
        handover = [] if uid else [build_handover_filter(version, with_signals=signals)]
        return [b"", build_filter((AF_UNIX,)), own_filter, *handover]


def _list_readable(launch: Launch) -> list[Path]:
    folders = list(launch.toolchains)
    if launch.environment_folder and not launch.makes_environment:
        folders.append(launch.environment_folder)
    return folders


def _list_etc() -> list[str]:
    patterns = [pattern.removeprefix("/") for pattern in ETC_FOLDERS]
    folders = [str(path) for pattern in patterns for path in Path("/").glob(pattern)]
    return [*folders, *ETC_FILES, *MORE_ETC]


def _find_closed(folder: Path) -> Path | None:
    """Find the topmost folder above one that other users may not walk through."""
    for parent in reversed(folder.parents):
        if not parent.stat().st_mode & 0o001:
            return parent
    return None


def _repeat(act: str, values: Iterable[object]) -> list[str]:
    return [word for value in values for word in (act, str(value))]


@contextmanager
def _make_own_folder(uid: int) -> Iterator[Path]:
    """Make a folder for what is temporary and at home, while the block lasts."""
    own = Path(tempfile.mkdtemp(prefix="greenlit-"))
    try:
        for name in ("home", "tmp"):
            (own / name).mkdir()
        if uid:
            give_folder(own, uid)
        yield own
    finally:
        _delete(own)


def _delete(own: Path) -> None:
    """Delete a folder, whatever a job made of it."""
    folder = os.open(own, FOLDER)
    try:
        empty_folder(folder)
    finally:
        os.close(folder)
    own.rmdir()


@contextmanager
def _open_all(contents: list[bytes]) -> Iterator[list[int]]:
    descriptors = []
    try:
        for content in contents:
            descriptor = os.memfd_create("sandbox")
            descriptors.append(descriptor)
            os.write(descriptor, content)
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
