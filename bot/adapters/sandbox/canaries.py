"""What the probes are to reach for, put where the bot's own secrets are: files, sockets, a process.

All of it is gone when the block ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.sandbox.probes.attack import MARK, SECRET_NAMES, Targets
from bot.adapters.sandbox.tier import WORK
from bot.values import SandboxLimits

PROBES = Path(__file__).with_name("probes")
CANARY = MARK.decode()
# What a shell, Python and the tiers themselves set.
VARIABLES = (
    "PATH HOME LANG LC_ALL LC_CTYPE PWD OLDPWD SHLVL _ TMPDIR USER LOGNAME HOSTNAME TERM container "
    "GIT_CONFIG_NOSYSTEM"
)
GOING_S = 2.0  # for a process that was killed to be gone, on a busy machine too
OPEN_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - are looked at


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where the bot listens: by an abstract name, at a path, and on ports of this machine."""

    abstract_name: str
    socket_path: str
    port: int
    port6: int
    datagram_port: int


@dataclass(frozen=True, slots=True)
class Canaries:
    """What was put out, and where."""

    workspace: Path
    targets: Targets

    def find_left_files(self) -> list[Path]:
        """Find what was left in folders that all may write to, and remove it."""
        left = [folder / self.targets.scrap for folder in OPEN_FOLDERS]
        left = [path for path in left if path.exists()]
        for path in left:
            path.unlink(missing_ok=True)
        return left

    def end_left_processes(self) -> list[int]:
        """Find the processes of the probes that still run, and end them."""
        deadline = time.monotonic() + GOING_S
        while (left := self._list_processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        return left

    def _list_processes(self) -> list[int]:
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if self._is_probe(path)]

    def _is_probe(self, process: Path) -> bool:
        try:
            return self.targets.scrap.encode() in (process / "cmdline").read_bytes()
        except OSError:  # it has ended
            return False


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of the canaries: one of the bot's own, and the workspaces of two runs."""

    private: Path
    workspace: Path
    neighbour: Path

    @property
    def secret(self) -> Path:
        """A file that nobody else may read."""
        return self.private / "secret"


@contextmanager
def plant_canaries(home: Path, has_own_root: bool, limits: SandboxLimits) -> Iterator[Canaries]:  # noqa: FBT001 - as the tier has it
    """Put out canaries beside a workspace that holds the probes, while the block lasts."""
    with ExitStack() as stack:
        folder = _make_folder(home)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        runs = folder / "runs"
        places = Places(folder / "private", runs / "own" / "files", runs / "other" / "files")
        _write_files(places)
        process = stack.enter_context(_start_process(places))
        listeners = stack.enter_context(_listen())
        stack.enter_context(_open_to_inherit(places.secret))
        work = WORK if has_own_root else places.workspace
        targets = _make_targets(places, work, process.pid, listeners, limits)
        yield Canaries(places.workspace, targets)


def _make_targets(
    places: Places, work: Path, process: int, listeners: Listeners, limits: SandboxLimits
) -> Targets:
    return Targets(
        work=str(work),
        private=str(places.private),
        secret_file=str(places.secret),
        other_workspace=str(places.neighbour),
        socket_path=listeners.socket_path,
        abstract_name=listeners.abstract_name,
        port=listeners.port,
        port6=listeners.port6,
        datagram_port=listeners.datagram_port,
        process=process,
        pid_namespace=_read_namespace("pid"),
        ipc_namespace=_read_namespace("ipc"),
        session=os.getsid(0),
        variables=VARIABLES.split(),
        scrap=f"greenlit-probe-{secrets.token_hex(6)}",
        processes=limits.processes,
        memory_bytes=limits.memory_bytes,
        file_bytes=2 * limits.disk_bytes,  # a file; what lies on the disk in all is watched
    )


def _read_namespace(kind: str) -> str:
    """Read which namespace the bot is in; empty on machines without any, which still may have an
    engine of containers.
    """
    with suppress(OSError):
        return str(Path(f"/proc/self/ns/{kind}").readlink())
    return ""


def _make_folder(home: Path) -> Path:
    """Make a folder that is closed to others: in the bot's home, where there is one."""
    place = home if os.access(home, os.W_OK | os.X_OK) else None
    return Path(tempfile.mkdtemp(prefix="probes-", dir=place)).resolve()


def _write_files(places: Places) -> None:
    """Write the canaries and the probes. What keeps others out must be the sandbox, not modes."""
    secret_files = [places.secret, *(places.private / name for name in SECRET_NAMES)]
    more = [places.private / "spare", places.neighbour / "secret", places.neighbour / "loot"]
    for path in (*secret_files, *more):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{CANARY}\n")
        path.chmod(0o666)
    for folder in (places.neighbour, *places.neighbour.parents[:2]):
        folder.chmod(0o777)
    places.workspace.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROBES, places.workspace / "probes", ignore=ignored)


@contextmanager
def _start_process(places: Places) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that waits, with canaries wherever a process has something."""
    fd = os.open(places.secret, os.O_RDONLY)
    process = subprocess.Popen(
        ["/bin/sh", "-c", "read line", CANARY],
        stdin=subprocess.PIPE,
        cwd=places.private,
        env={"SECRET": CANARY},
        pass_fds=(fd,),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.close(fd)
        process.kill()
        process.communicate()


@contextmanager
def _listen() -> Iterator[Listeners]:
    """Listen on sockets of every kind; a path has at most 108 bytes, which the home may exceed."""
    name = f"greenlit-{secrets.token_hex(6)}"
    with ExitStack() as stack:
        path = str(
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="greenlit-"))) / "socket"
        )

        def listen(family: int, kind: int, address: str | tuple[str, int]) -> int:
            listening = stack.enter_context(socket.socket(family, kind))
            listening.bind(address)
            if kind == socket.SOCK_STREAM:
                listening.listen()
            return 0 if isinstance(address, str) else int(listening.getsockname()[1])

        with suppress(OSError):  # Linux alone has abstract names
            listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{name}")
            listen(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{name}-datagrams")
        listen(socket.AF_UNIX, socket.SOCK_STREAM, path)
        port = listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        datagram_port = listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        port6 = 0
        with suppress(OSError):  # a machine without IPv6
            port6 = listen(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0))
        yield Listeners(name, path, port, port6, datagram_port)


@contextmanager
def _open_to_inherit(secret: Path) -> Iterator[None]:
    """Hold a file open as if the bot had forgotten to close it to its children."""
    fd = os.open(secret, os.O_RDONLY)
    os.set_inheritable(fd, True)  # noqa: FBT003 - has no name
    try:
        yield
    finally:
        os.close(fd)
