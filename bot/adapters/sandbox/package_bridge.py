"""Bridge a port of the sandbox to the mirror of packages, while a command runs.

A program of its own, for a bare python3: `python3 package_bridge.py SOCKET PORT -- COMMAND...`. It
listens on 127.0.0.1, carries bytes to the unix socket and back, and ends as the command ends.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

PART_BYTES = 65_536
SIGNALLED = 128  # a shell's exit code for a command that a signal ended, with its number added


def main(arguments: Sequence[str]) -> int:
    """Run the command beside the bridge. Return its exit code, as a shell would."""
    path, port, separator, *command = arguments
    if separator != "--" or not command:
        sys.stderr.write("usage: package_bridge.py SOCKET PORT -- COMMAND...\n")
        return 2
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as server:
        threading.Thread(target=_serve, args=(server, path), daemon=True).start()
        code = subprocess.run(command, check=False).returncode
    return code if code >= 0 else SIGNALLED - code


def _serve(server: socket.socket, path: str) -> None:
    """Carry each connection, until the server is closed."""
    with contextlib.suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_carry, args=(client, path), daemon=True).start()


def _carry(client: socket.socket, path: str) -> None:
    """Carry bytes both ways until both sides have ended."""
    with client, socket.socket(socket.AF_UNIX) as mirror, contextlib.suppress(OSError):
        mirror.connect(path)
        sending = threading.Thread(target=_copy, args=(client, mirror), daemon=True)
        sending.start()
        _copy(mirror, client)
        sending.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy to the end of the source, and end the target there."""
    with contextlib.suppress(OSError):
        while part := source.recv(PART_BYTES):
            target.sendall(part)
    for end, half in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(half)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the command
    sys.exit(main(sys.argv[1:]))
