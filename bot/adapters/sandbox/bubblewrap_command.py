"""The command that starts a process under bubblewrap."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.sandbox.tier import ENVIRONMENT, PACKAGE_BRIDGE, PACKAGE_PORT, WORK, Launch

HOME = "/home/bot"
DEFAULTS = {"HOME": HOME, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
SOCKET, BRIDGE = "/run/packages.sock", "/run/package_bridge.py"

# Of /etc only what programs need to start: no accounts, no keys, nothing that people configure.
ETC_FOLDERS = (
    "/etc/alternatives",
    "/etc/crypto-policies",
    "/etc/java-*",
    "/etc/maven/logging",
    "/etc/pki/ca-trust",
    "/etc/pki/java",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
)
ETC_FILES = (  # are copied: each bind takes longer than all before it
    "/etc/ld.so.cache",
    "/etc/maven/m2.conf",
    "/etc/mime.types",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/openssl.cnf",
)
FILES = {
    "/etc/passwd": b"root:x:0:0:root:/:/bin/false\nbot:x:1000:1000:bot:/home/bot:/bin/sh\n",
    "/etc/group": b"root:x:0:\nbot:x:1000:\n",
    "/etc/hosts": b"127.0.0.1 localhost sandbox\n::1 localhost\n",
    "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}
ISOLATION = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
    *("--uid", "1000", "--gid", "1000", "--hostname", "sandbox"),
    *("--die-with-parent", "--new-session", "--clearenv"),
)
MEGABYTE = 1024**2
# /dev is a tmpfs of half of the machine's memory, unless it is closed and its one folder is sized.
DEVICES = (
    *("--proc", "/proc", "--dev", "/dev"),
    *("--size", str(64 * MEGABYTE), "--tmpfs", "/dev/shm"),  # noqa: S108 - the sandbox's own
    *("--remount-ro", "/dev"),
)
FOLDERS = (
    *("--perms", "1777", "--size", str(512 * MEGABYTE), "--tmpfs", "/tmp"),  # noqa: S108
    *("--dir", "/etc", "--dir", "/run", "--dir", "/home"),
    *("--perms", "0700", "--size", str(256 * MEGABYTE), "--tmpfs", HOME),
)


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the host: where bubblewrap can reach it, and where it appears inside."""

    source: Path
    target: Path
    is_writable: bool = False

    def render(self) -> tuple[str, str, str]:
        """Render it for bubblewrap."""
        return "--bind" if self.is_writable else "--ro-bind", str(self.source), str(self.target)


def list_binds(launch: Launch) -> tuple[Bind, ...]:
    """List what of the host appears inside, beside the system's own programs."""
    toolchains = set(launch.toolchains)
    if launch.package_socket and not _find_bridge_python().is_relative_to("/usr"):
        toolchains.add(Path(sys.base_prefix))
    binds = [Bind(folder, folder) for folder in sorted(toolchains)]
    binds.append(Bind(launch.workspace, WORK, is_writable=True))
    if launch.environment_folder:
        binds.append(Bind(launch.environment_folder, ENVIRONMENT, launch.makes_environment))
    if launch.package_socket:
        binds.append(Bind(launch.package_socket, Path(SOCKET)))
        binds.append(Bind(PACKAGE_BRIDGE, Path(BRIDGE)))
    return tuple(binds)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Open files that bubblewrap reads or writes: FILES and ETC_FILES by path, the filter, and the
    status.
    """

    files: Mapping[str, int]
    seccomp: int
    status: int

    def list_all(self) -> tuple[int, ...]:
        """List them, for the process to inherit."""
        return (*self.files.values(), self.seccomp, self.status)


def build_command(
    program: str, launch: Launch, binds: tuple[Bind, ...], descriptors: Descriptors
) -> list[str]:
    """Build the arguments that start bubblewrap and, in it, the launch's command.

    A system call filter and files come as descriptors. Mounts are made in this order.
    """
    command = [program, *ISOLATION, *FOLDERS, *_list_system(), *DEVICES]
    for path, descriptor in descriptors.files.items():
        command += ["--perms", "0644", "--file", str(descriptor), path]
    for bind in binds:
        command += bind.render()
    for name, value in (DEFAULTS | dict(launch.environment)).items():
        command += ["--setenv", name, value]
    command += ["--chdir", os.path.normpath(WORK / launch.folder)]
    command += ["--seccomp", str(descriptors.seccomp), "--json-status-fd", str(descriptors.status)]
    return [*command, "--remount-ro", "/", "--", *_list_inner_command(launch)]


def _list_inner_command(launch: Launch) -> tuple[str, ...]:
    if not launch.package_socket:
        return launch.argv
    python = str(_find_bridge_python())
    return (python, "-I", BRIDGE, SOCKET, str(PACKAGE_PORT), "--", *launch.argv)


def _find_bridge_python() -> Path:
    """Find a Python for the bridge: the system's own, else the bot's."""
    system = shutil.which("python3", path=DEFAULTS["PATH"])
    return Path(system or f"{sys.base_prefix}/bin/python3")


def _list_system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/") / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for pattern in ETC_FOLDERS:
        for path in Path("/").glob(pattern.removeprefix("/")):
            yield from ("--ro-bind", str(path), str(path))
