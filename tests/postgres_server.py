"""A PostgreSQL for tests: a real server of its own, in a temporary folder, for one process."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from bot.adapters.child_guard import ChildGuard

OWNER, PASSWORD = "greenlit", "a-word-for-tests"
START_S, STOP_S, LONGEST_S = 30.0, 30.0, 7_200.0
# Nothing of it outlives the tests, so nothing waits for the disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")


def find_postgres() -> Path | None:
    """Find the folder with PostgreSQL's programs; None where it is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    # Where Debian keeps them, a folder for each version.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_read_version)
    return folders[-1] if folders else None


def _read_version(folder: Path) -> int:
    version = folder.parent.name
    return int(version) if version.isdigit() else 0


@dataclass(frozen=True)
class PostgresServer:
    """A server that listens on 127.0.0.1."""

    port: int
    pid: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def make_url(self, database: str) -> str:
        """Make the address of a database."""
        return f"postgresql://{OWNER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """Create a database, an empty one without a template, and return its address."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.make_url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.make_url(name)


@contextmanager
def run_postgres(programs: Path) -> Iterator[PostgresServer]:
    """Run a server until the block ends; then it and its folder are gone."""
    with create_cluster(programs) as cluster, cluster.run(QUICK) as server:
        yield server


@dataclass(frozen=True)
class Cluster:
    """A server's folder, and its port: it can be stopped and run again."""

    programs: Path
    folder: Path
    port: int
    user: dict[str, Any]

    @contextmanager
    def run(self, settings: Sequence[str] = ()) -> Iterator[PostgresServer]:
        """Run it until the block ends, at which it is stopped at once, as by a power cut."""
        process = self._start(settings)
        # However this process ends, the server ends with it.
        with ChildGuard().guard(process, LONGEST_S):
            _wait_until_ready(process, self.port, self.folder / "log")
            yield PostgresServer(self.port, process.pid)
            _stop(process)

    def _start(self, settings: Sequence[str]) -> subprocess.Popen[bytes]:
        places = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}")
        every = (f"port={self.port}", *places, *settings)
        arguments = [part for setting in every for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *arguments],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which stop it
                **self.user,
            )


@contextmanager
def create_cluster(programs: Path) -> Iterator[Cluster]:
    """Create a server's folder, which is gone when the block ends."""
    # Not in pytest's folder, into which no other user may look.
    folder = Path(tempfile.mkdtemp(prefix="greenlit-postgres-"))
    user = _choose_user()
    try:
        _initialize(programs, folder, user)
        yield Cluster(programs, folder, _find_free_port(), user)
    finally:
        shutil.rmtree(folder)


def _choose_user() -> dict[str, Any]:
    """Choose who runs it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _initialize(programs: Path, folder: Path, user: dict[str, Any]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    if user:
        for path in (folder, password):
            os.chown(path, user["user"], user["group"])
    options = ["--no-sync", "--auth=scram-sha-256", f"--username={OWNER}", f"--pwfile={password}"]
    made = subprocess.run(
        [programs / "initdb", f"--pgdata={folder / 'data'}", "--locale=C.UTF-8", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **user,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")


def _find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(PostgresServer(port, process.pid).make_url("postgres")).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                error.add_note(log.read_text())
                raise
            time.sleep(0.05)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it at once, as SIGQUIT does: what it would still write goes with the folder."""
    process.send_signal(signal.SIGQUIT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
