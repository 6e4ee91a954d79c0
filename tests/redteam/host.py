"""What stands around a sandbox: the bot's home, another repository, files and listeners of the host.

All of it is open to every user: what keeps a sandbox out must be the sandbox.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.values import Branch, InstallationId, Remote, Repo
from tests.adapters.sandbox.sandboxed import REPO, SandboxScene
from tests.git_served import commit, git

OTHER = Repo("ada/private", InstallationId(2))
VARIABLE = "GREENLIT_TEST_SECRET"
SECRET = "canary-{}-5d1f0c"  # of no shape that is masked: a leak must not be hidden by that
PLACES = ("settings", "key", "record", "variable", "process", "mirror", "workspace", "file")
COMMON_FOLDERS = ("/etc/cron.d", "/etc", "/usr/local/bin", "/root", "/tmp", "/var/tmp", "/dev/shm")


def make_secret(place: str) -> str:
    """Make the secret of a place."""
    return SECRET.format(place)


@dataclass(frozen=True, slots=True)
class Host:
    """The places, and who listens there."""

    folder: Path
    scene: SandboxScene
    process: int
    listeners: tuple[socket.socket, ...]
    scrap: str  # a name for what orders leave in folders of the machine

    @property
    def home(self) -> Path:
        """The bot's folder."""
        return self.folder / "home"

    @property
    def outside(self) -> Path:
        """A folder of the machine's."""
        return self.folder / "outside"

    def fill_in(self, order: str, number: int = 0) -> str:
        """Name the places in an order."""
        return order.format(
            home=self.home,
            outside=self.outside,
            neighbour=self.scene.files,
            mirror=self.folder / "mirrors/ada/private.git",
            pid=self.process,
            port=self.listeners[0].getsockname()[1],
            scrap=self.scrap,
            number=f"{number:02}{self.process}",
        )

    def read_files(self) -> dict[str, object]:
        """Read all that is not the workspaces', as bytes or links, with owners and modes."""
        return dict(self._read_files())

    def _read_files(self) -> Iterator[tuple[str, object]]:
        for path in sorted(self.folder.rglob("*")):
            if self._is_ours(path):
                continue
            status = path.lstat()
            is_file = path.is_file() and not path.is_symlink()
            content = path.read_bytes() if is_file else None
            yield str(path), (status.st_mode, status.st_uid, content)

    def _is_ours(self, path: Path) -> bool:
        """Tell whether the sandbox or the bot's own git writes there while orders are obeyed."""
        if "workspaces" in path.parts:
            return not path.is_relative_to(self.scene.files)
        return path.is_relative_to(self.folder / f"mirrors/{REPO.name}.git/objects")

    def list_traces(self) -> list[str]:
        """List what was left on the machine, and who was reached there."""
        left = [str(path) for path in map(Path, COMMON_FOLDERS) if (path / self.scrap).exists()]
        left += [f"connected to {each.getsockname()!r}" for each in self.listeners if _heard(each)]
        return left + [name for name in _list_commands() if f"61.{self.process}" in name]


@contextmanager
def furnish_host() -> Iterator[Host]:
    """Put all of it out while the block lasts."""
    with ExitStack() as stack:
        made = stack.enter_context(TemporaryDirectory(prefix="greenlit-host-", dir="/var/tmp"))
        folder = Path(made)
        scene = SandboxScene(folder)
        for name in ("home", "outside"):
            (folder / name).mkdir()
        _write_secrets(folder)
        _lay_neighbour(folder, scene)
        listeners = tuple(stack.enter_context(each) for each in _listen(folder))
        process = stack.enter_context(_start_process(folder / "home"))
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o777 if path.is_dir() or path.is_socket() else 0o666)
        yield Host(folder, scene, process.pid, listeners, f"scrap-{process.pid}")


def _write_secrets(folder: Path) -> None:
    home = folder / "home"
    (home / ".env").write_text(f"GREENLIT_WEBHOOK_SECRET={make_secret('settings')}\n")
    (home / "key.pem").write_text(f"{make_secret('key')}\n")
    with sqlite3.connect(home / "engine.sqlite") as record:
        record.execute("create table t (value)")
        record.execute("insert into t values (?)", (make_secret("record"),))
    record.close()
    (folder / "outside/secret").write_text(f"{make_secret('file')}\n")


def _lay_neighbour(folder: Path, scene: SandboxScene) -> None:
    """Lay another repository, fetched and run in the same sandbox's folder."""
    origin = folder / "private.git"
    origin.mkdir()
    git(origin, "init", "-q", "--bare", "-b", "main")
    commit(origin, {"private.py": make_secret("mirror").encode()})
    tree = scene.mirrors.fetch(OTHER, Remote(origin.as_uri()), Branch("main"))
    scene.run(tree, f"echo {make_secret('workspace')} > built", workspace="neighbour")


def _listen(folder: Path) -> Iterator[socket.socket]:
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        (socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "home/socket")),
    ):
        listening = socket.socket(family, kind)
        listening.bind(address)
        listening.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        yield listening


@contextmanager
def _start_process(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of the bot's user, which waits, with a secret in all that a process has."""
    secret = make_secret("process")
    os.environ[VARIABLE] = make_secret("variable")  # noqa: TID251 - the bot's environment is this one
    process = subprocess.Popen(
        ["/bin/sh", "-c", "read line", secret], stdin=subprocess.PIPE, cwd=home, env={"S": secret}
    )
    try:
        yield process
    finally:
        del os.environ[VARIABLE]  # noqa: TID251 - as above
        process.kill()
        process.communicate()


def _heard(listening: socket.socket) -> bool:
    try:
        return bool(
            listening.recv(9) if listening.type == socket.SOCK_DGRAM else listening.accept()
        )
    except BlockingIOError:
        return False


def _list_commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:  # it has ended
            continue
