"""The tests' own git and a server of it: real repositories behind real HTTP on a free port."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from bot.forge.git_http import GitAccess, RefUpdate, build_git_app

SECRET = "ghs_1234_canary.eyJhbGciOiJSUzI1NiJ9.c2VjcmV0LWNhbmFyeQ"
READER = "ghs_reader"
MAINTAINER = "ghs_maintainer"


def git(folder: Path, *args: str, given: bytes | None = None) -> str:
    """Run git as a person would, apart from the machine's own configuration."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in WHO.items()
        },
    }
    done = subprocess.run(
        ["git", *args], cwd=folder, env=environment, input=given, capture_output=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"git {args}: {done.stderr.decode()}")
    return done.stdout.decode("utf-8", "surrogateescape").strip()


WHO = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": "2026-11-01T12:00:00Z"}


@dataclass
class Served:
    """A server of repositories: what it was asked, and what was pushed to it."""

    root: Path
    url: str = ""
    asked: list[tuple[str, str, str, bool]] = field(default_factory=list)
    pushes: list[tuple[str, str, tuple[RefUpdate, ...]]] = field(default_factory=list)

    def access(self, repo: str, user: str, password: str, write: bool) -> GitAccess:
        self.asked.append((repo, user, password, write))
        known = {
            SECRET: GitAccess("ok", "greenlit[bot]"),
            MAINTAINER: GitAccess("ok", "ada", may_write_workflows=True),
            READER: GitAccess("forbidden" if write else "ok", "reader"),
        }
        return known.get(password, GitAccess("unauthorized"))

    def pushed(self, repo: str, login: str, updates: tuple[RefUpdate, ...]) -> None:
        self.pushes.append((repo, login, updates))

    def create(self, name: str = "ada/engine") -> Path:
        """A bare repository, empty."""
        folder = self.root / f"{name}.git"
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "--bare", "-b", "main")
        return folder


def commit(
    repo: Path, files: Mapping[str, bytes | None], message: str = "Change.", branch: str = "main"
) -> str:
    """Commit onto a branch of a bare repository, by fast-import: no work tree, any path."""
    lines = [
        b"commit refs/heads/%b\n" % branch.encode(),
        b"committer Ada <ada@example.org> 1793534400 +0000\n",
        _data(message.encode()),
    ]
    if git(repo, "for-each-ref", f"refs/heads/{branch}"):
        lines.append(b"from refs/heads/%b^0\n" % branch.encode())
    for name, content in files.items():
        mode, _, path = name.rpartition(":") if name[6:7] == ":" else ("100644", "", name)
        quoted = (
            b'"'
            + path.encode("utf-8", "surrogateescape")
            .replace(b"\\", b"\\\\")
            .replace(b'"', b'\\"')
            .replace(b"\n", b"\\n")
            + b'"'
        )
        lines.append(
            b"D " + quoted + b"\n"
            if content is None
            else b"M " + mode.encode() + b" inline " + quoted + b"\n" + _data(content)
        )
    git(
        repo,
        "-c",
        "core.protectNTFS=false",
        "-c",
        "core.protectHFS=false",
        "fast-import",
        "--quiet",
        "--force",
        given=b"".join(lines),
    )
    return git(repo, "rev-parse", f"refs/heads/{branch}")


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


@contextmanager
def serving(root: Path, wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Served]:
    """Serve the repositories under root for as long as the block lasts."""
    served = Served(root)
    config = uvicorn.Config(
        wrap(build_git_app(root, served.access, served.pushed)), log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it every answer
    # waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        served.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join()
