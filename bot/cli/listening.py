"""Open the ports that the bot listens on, and say who holds one that is taken."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from bot.ports import Unreachable
from bot.settings import ServerSettings, make_name
from bot.text import mask_secrets
from bot.text.terminal_text import strip_control
from bot.web.server import CannotListen, open_listener

PROC = Path("/proc")
LISTENING = "0A"  # of a TCP socket in /proc/net/tcp
COMMAND_CHARS = 60
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with


@dataclass(frozen=True, slots=True)
class ListeningSockets:
    """Where a process listens: for GitHub and probes, for its operator, and for monitors."""

    outside: socket
    inside: socket
    monitors: socket | None = None


@contextmanager
def open_sockets(settings: ServerSettings) -> Iterator[ListeningSockets]:
    """Open all sockets that are set until the block ends. Raises Unreachable."""
    with ExitStack() as stack:

        def open_until_end(field: str, host: str, port: int) -> socket:
            return stack.enter_context(open_port(make_name(field), host, port))

        outside = open_until_end("port", settings.host, settings.port)
        inside = open_until_end("page_port", settings.page_host, settings.page_port)
        monitors = None
        if settings.metrics_port is not None:
            monitors = open_until_end("metrics_port", settings.host, settings.metrics_port)
        yield ListeningSockets(outside, inside, monitors)


def render_url(listening: socket) -> str:
    """Render the address of a socket, without a slash at its end."""
    host, port = listening.getsockname()[:2]
    if ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{port}"


def render_page_url(inside: socket) -> str:
    """Render the page's address, as people of this machine open it."""
    host, port = inside.getsockname()[:2]
    return f"http://127.0.0.1:{port}" if host in EVERYWHERE else render_url(inside)


def open_port(setting: str, host: str, port: int) -> socket:
    """Open a socket that listens. Raises Unreachable with a sentence that names the setting."""
    try:
        return open_listener(host, port)
    except CannotListen as cannot:
        raise Unreachable(_explain(setting, host, port, cannot)) from None


def find_port_holder(port: int) -> str:
    """Find which process listens on a port: "process 4711 (python3 -m http.server)".

    Empty where this machine does not tell: without /proc, or for another user's process.
    """
    sockets = {f"socket:[{inode}]" for inode in _list_listening_inodes(port)}
    for process in _list_folder(PROC):
        if process.name.isdecimal() and sockets & set(_list_open_files(process)):
            return f"process {process.name} ({_read_command(process)})"
    return ""


def _explain(setting: str, host: str, port: int, cannot: CannotListen) -> str:
    match cannot.number:
        case errno.EADDRINUSE:
            holder = find_port_holder(port) or "another program"
            return (
                f"Port {port} on {host} is taken by {holder}: stop it, or set {setting} to another "
                "port."
            )
        case errno.EACCES:
            return (
                f"This user may not listen on port {port}: set {setting} to one from 1024 on, and "
                "let a proxy pass it on."
            )
        case _:
            return (
                f"The bot cannot listen on {host}:{port} ({cannot}): set GREENLIT_HOST to an "
                "address of this machine, such as 127.0.0.1 or 0.0.0.0."
            )


def _list_listening_inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        for line in _read_text(PROC / "net" / table).splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _list_open_files(process: Path) -> Iterator[str]:
    for file in _list_folder(process / "fd"):
        try:
            yield str(file.readlink())
        except OSError:  # closed meanwhile
            continue


def _list_folder(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # another user's process, one that has ended, or no /proc
        return []


def _read_command(process: Path) -> str:
    program, *arguments = _read_text(process / "cmdline").rstrip("\0").split("\0")
    words = " ".join([Path(program).name, *arguments])
    command = strip_control(mask_secrets(words))
    return f"{command[:COMMAND_CHARS]}…" if len(command) > COMMAND_CHARS else command


def _read_text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
