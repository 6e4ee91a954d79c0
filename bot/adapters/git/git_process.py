"""Here lives the running of git: one process, a clean environment, nothing that a repository could
configure.

GitPython writes objects (git_overlay.py), but the processes are our own: its `Git.execute` hands
the whole environment
of the bot, its secrets and any inherited GIT_* included, to every git that it starts.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from git import Git, GitCommandNotFound

from bot.values import Remote

OLDEST = (
    2,
    33,
)  # GIT_CONFIG_COUNT, without which the token and every line below are dropped, and push.negotiate

CONFIG = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "credential.helper": "",
    "diff.renames": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",  # the header with the token would follow
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
    "protocol.version": "2",
    # or git would walk into the history's trees, which the mirror does not have
    "push.negotiate": "true",
    "push.recurseSubmodules": "no",
    "submodule.recurse": "false",
    # Before 2.44 git cannot be told what to tolerate in a promisor's pack, and would refuse
    # respected repositories for
    # an old time zone (fetch-pack.c). Nothing is checked out, so nothing falls for what fsck guards
    # against.
    "transfer.fsckObjects": "false",
}

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",  # git's words stay English, its regular expressions know letters
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


class GitError(Exception):
    """Git said no; the text is its own words, all of them."""


class GitTimeoutError(GitError):
    """Git took too long and was ended."""


class GitUnfitError(RuntimeError):
    """There is no git here, or one that is too old to be kept safe."""


def require_git() -> str:
    """The version of git. Raises GitUnfitError."""
    needed = f"git {'.'.join(map(str, OLDEST))} or newer is needed"
    try:
        version = Git().version_info
    except GitCommandNotFound:
        raise GitUnfitError(f"{needed}, and none is on PATH") from None
    if version < OLDEST:
        raise GitUnfitError(f"{needed}; this is {'.'.join(map(str, version))}")
    return ".".join(map(str, version))


@dataclass(frozen=True, slots=True)
class Plumbing:
    """Git at one bare repository. Without `toward` it reaches no network at all."""

    folder: Path
    home: Path  # empty, ours alone
    timeout_s: float
    config: dict[str, str] = field(default_factory=dict, repr=False)
    protocols: str = "none"

    def toward(self, remote: Remote, protocols: tuple[str, ...]) -> Plumbing:
        """The same, allowed to talk to this remote, with its secret. Raises ValueError for an odd
        address.
        """
        at = urlsplit(remote.url)
        here = at.scheme == "file" and not at.netloc
        if (
            at.scheme not in protocols
            or "@" in at.netloc
            or re.search(r"\s", remote.url)
            or not (here or at.hostname)
        ):
            raise ValueError(
                f"not a plain {' or '.join(protocols)} address: {at.scheme}://{at.hostname}{at.path}"
            )
        config = {}
        if remote.secret:
            basic = b64encode(f"x-access-token:{remote.secret}".encode()).decode()
            config[f"http.{at.scheme}://{at.netloc}/.extraHeader"] = f"Authorization: Basic {basic}"
        return replace(self, config=config, protocols=":".join(protocols))

    def run(self, *args: str, given: bytes = b"", extra: dict[str, str] | None = None) -> bytes:
        """What git wrote. Raises GitError for any status but 0, and when it takes too long."""
        with self._started(args, extra or {}) as process:
            try:
                out, err = process.communicate(given, self.timeout_s)
            except subprocess.TimeoutExpired:
                raise GitTimeoutError(
                    f"git {args[0]} took longer than {self.timeout_s:g} s"
                ) from None
        if process.returncode:
            raise GitError(_words(err) or f"status {process.returncode}")
        return out

    def first(self, *args: str, lines: int, limit_bytes: int, timeout_s: float) -> bytes:
        """The beginning of what git writes; it is ended where enough was read. Status 1 is a
        result: nothing found.
        """
        out = b""
        with self._started(args, {}) as process, _watched(process, timeout_s) as late:
            process.stdin.close()  # type: ignore[union-attr]
            while chunk := os.read(process.stdout.fileno(), 65536):  # type: ignore[union-attr]
                out += chunk
                if out.count(b"\n") >= lines or len(out) >= limit_bytes:
                    return out[:limit_bytes]
            err = process.stderr.read()  # type: ignore[union-attr]
            process.wait()
        if late.is_set():
            raise GitTimeoutError(f"git {args[0]} took longer than {timeout_s:g} s")
        if process.returncode not in {0, 1}:
            raise GitError(_words(err) or f"status {process.returncode}")
        return out

    @contextmanager
    def _started(
        self, args: tuple[str, ...], extra: dict[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        with subprocess.Popen(
            ["git", *args],
            cwd=self.home,
            env=self._environment() | extra,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                _end(process)

    def _environment(self) -> dict[str, str]:
        config = CONFIG | self.config
        return ENVIRONMENT | {
            "PATH": os.pathsep.join(os.get_exec_path()),
            "HOME": str(self.home),
            "GIT_DIR": str(self.folder),
            "GIT_ALLOW_PROTOCOL": self.protocols,
            "GIT_NO_LAZY_FETCH": "1"
            if self.protocols == "none"
            else "0",  # a thin pack may build on what is not here
            "GIT_CONFIG_COUNT": str(len(config)),
            **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(config)},
            **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(config.values())},
        }


def _words(err: bytes) -> str:
    return err.decode("utf-8", "replace").strip()


@contextmanager
def _watched(process: subprocess.Popen[bytes], timeout_s: float) -> Iterator[threading.Event]:
    """End the process when it takes too long; the event says that it did."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(timeout_s, end)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started: asked first, for then it takes its lock files along."""
    for sign, patience_s in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, sign)
            process.wait(patience_s)
