"""The bridge: a port on one side, the mirror's socket on the other, a command beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

from bot.adapters.sandbox.tier import PACKAGE_BRIDGE

CALL = """
import socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"x" * 300_000)
client.shutdown(socket.SHUT_WR)
print(len(b"".join(iter(lambda: client.recv(65_536), b""))))
sys.exit(7)
"""


def run_bridge(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(PACKAGE_BRIDGE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)


def test_bytes_pass_both_ways_and_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    """What the command sends comes back from an echo, to the last byte."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        thread = threading.Thread(target=echo, args=(server,))
        thread.start()
        done = run_bridge(str(tmp_path / "s"), port, "--", sys.executable, "-c", CALL, port)
        thread.join()

    assert ("300000\n", 7) == (done.stdout, done.returncode)


def echo(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"".join(iter(lambda: connection.recv(65_536), b"")))


def test_signals_and_wrong_calls_are_exit_codes(tmp_path: Path) -> None:
    """A command that a signal ended, one that fails at once, and none at all."""
    path = str(tmp_path / "s")

    assert 137 == run_bridge(path, "0", "--", "sh", "-c", "kill -9 $$").returncode
    assert 3 == run_bridge(path, "0", "--", "sh", "-c", "exit 3").returncode
    wrong = run_bridge(path, "0", "-", "true")
    assert (2, "usage: package_bridge.py SOCKET PORT -- COMMAND...\n") == (
        wrong.returncode,
        wrong.stderr,
    )
