"""Run git: one process, an environment made from nothing, nothing that a repository configures."""

from __future__ import annotations

import os
import re
import time
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from git import Git, GitCommandError, GitCommandNotFound

from bot.adapters.child_guard import ChildGuard
from bot.adapters.git.git_errors import GitError, GitTimeoutError, GitUnfitError
from bot.ports import NoTraces, Traces, TraceSpan
from bot.values import Remote

# GIT_CONFIG_COUNT, without which the token and every line below are dropped, and push.negotiate
OLDEST = (2, 33)
MERGING = (2, 38)  # `git merge-tree --write-tree`

CONFIG = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.untrackedCache": "false",
    "credential.helper": "",
    "diff.ignoreSubmodules": "dirty",  # or a git of its own looks at each, by its configuration
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
    # respected repositories for an old time zone (fetch-pack.c). Nothing is checked out, so nothing
    # falls for what fsck guards against.
    "transfer.fsckObjects": "false",
}

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",  # git's words stay English, its regular expressions know letters
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_DEFAULT_HASH": "sha1",  # git 3 chooses another one, and other refs
    "GIT_DEFAULT_REF_FORMAT": "files",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


def require_git() -> str:
    """Return the version of git. Raises GitUnfitError."""
    needed = f"git {'.'.join(map(str, OLDEST))} or newer is needed"
    try:
        with GitProcess(Path(os.devnull), Path("/")).open_git() as git:
            version = git.version_info
    except (GitCommandError, GitCommandNotFound):
        raise GitUnfitError(f"{needed}, and none is on PATH") from None
    if version < OLDEST:
        raise GitUnfitError(f"{needed}; this is {'.'.join(map(str, version))}")
    return ".".join(map(str, version))


def explain_no_merging(version: str) -> str:
    """Say why a git of this version cannot merge branches; empty when it can."""
    if tuple(map(int, version.split(".")[:2])) >= MERGING:
        return ""
    needed = ".".join(map(str, MERGING))
    return f"git {version} cannot merge branches in a bare mirror: that takes git {needed} or newer"


@dataclass(frozen=True, slots=True)
class GitProcess:
    """Git at one repository directory that we made ourselves, so that its configuration is ours.

    A mirror is that alone. A borrowed repository reads somebody's objects and refs through it. A
    work tree adds somebody's folder. Only `toward` lets git reach a network.
    """

    git_dir: Path
    home: Path  # empty, ours alone: HOME, and where git runs
    guard: ChildGuard = field(default_factory=ChildGuard, repr=False)
    timeout_s: float = 60.0
    work_tree: Path | None = None
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    protocols: str = "none"
    traces: Traces = field(default_factory=NoTraces, repr=False)

    def toward(self, remote: Remote, protocols: tuple[str, ...]) -> GitProcess:
        """Let git talk to this remote, with its secret. Raises ValueError for an odd address."""
        address = urlsplit(remote.url)
        if not _is_plain(address, remote.url, protocols):
            raise ValueError(
                f"not a plain {' or '.join(protocols)} address: "
                f"{address.scheme}://{address.hostname}{address.path}"
            )
        config = dict(self.config)
        if remote.secret:
            basic = b64encode(f"x-access-token:{remote.secret}".encode()).decode()
            header = f"http.{address.scheme}://{address.netloc}/.extraHeader"
            config[header] = f"Authorization: Basic {basic}"
        return replace(self, config=config, protocols=":".join(protocols))

    def run(
        self,
        *args: str,
        stdin: bytes = b"",
        extra: Mapping[str, str] | None = None,
        statuses: Collection[int] = (0,),
    ) -> bytes:
        """Return what git wrote. Raises GitError for any other status, and when it takes too long.

        `extra` are more variables of its environment.
        """
        with self.open_git(extra or {}) as git:
            process, late = git.start(["git", *args])
            out, err = process.communicate(stdin)
        self._check_time(args[0], late)
        if process.returncode not in statuses:
            raise _as_error(process, err)
        return out

    def run_until(self, *args: str, lines: int, limit_bytes: int) -> bytes:
        """Return the beginning of what git writes; it is ended where enough was read.

        Status 1 is a result: nothing found. Raises GitError.
        """
        out = b""
        with self.open_git({}) as git:
            process, late = git.start(["git", *args])
            process.stdin.close()  # type: ignore[union-attr]
            while chunk := os.read(process.stdout.fileno(), 65536):  # type: ignore[union-attr]
                out += chunk
                if out.count(b"\n") >= lines or len(out) >= limit_bytes:
                    return out[:limit_bytes]
            err = process.stderr.read()  # type: ignore[union-attr]
            process.wait()
        self._check_time(args[0], late)
        if process.returncode not in {0, 1}:
            raise _as_error(process, err)
        return out

    def _check_time(self, command: str, late: Event) -> None:
        if late.is_set():
            raise GitTimeoutError(f"git {command} took longer than {self.timeout_s:g} s")

    @contextmanager
    def open_git(self, extra: Mapping[str, str] | None = None) -> Iterator[GuardedGit]:
        """Give GitPython's Git here; whatever it started is ended after the block."""
        with ExitStack() as children:
            yield GuardedGit(self, extra or {}, children)

    def environment(self) -> dict[str, str]:
        """Make the whole environment of a git."""
        config = CONFIG | dict(self.config)
        work_tree = {"GIT_WORK_TREE": str(self.work_tree)} if self.work_tree else {}
        # A thin pack may build on what is not here.
        lazy = {"GIT_NO_LAZY_FETCH": "1" if self.protocols == "none" else "0"}
        settings: dict[str, str] = {}
        for number, (key, value) in enumerate(config.items()):
            settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return {
            **ENVIRONMENT,
            **work_tree,
            **lazy,
            "PATH": os.pathsep.join(filter(os.path.isabs, os.get_exec_path())),
            "HOME": str(self.home),
            "GIT_DIR": str(self.git_dir),
            "GIT_ALLOW_PROTOCOL": self.protocols,
            "GIT_CONFIG_COUNT": str(len(config)),
            **settings,
        }


class GuardedGit(Git):
    """GitPython's Git with its way of starting processes wrapped, because that is not safe.

    GitPython hands a copy of os.environ to every git and can only add to it: the bot's secrets and
    any inherited GIT_* would reach git, and through git a stranger's program. So `env` takes every
    inherited name away before git starts. What is ours, the token too, is no argument of anything.
    """

    def __init__(self, process: GitProcess, extra: Mapping[str, str], children: ExitStack) -> None:
        super().__init__()
        # Given to the constructor, a "$" or "~" in the path would be expanded.
        self._working_dir = str(process.work_tree or process.home)
        self._process = process
        self._variables = process.environment() | dict(extra)
        self._children = children

    def start(self, command: Sequence[str]) -> tuple[Popen[bytes], Event]:
        """Start git; the event is set when its time was up."""
        inherited = {*os.environ, "LANGUAGE"} - {*self._variables}  # noqa: TID251 - names only
        unset = [word for name in sorted(inherited) for word in ("-u", name)]
        child = super().execute(
            ["env", *unset, *command],
            PIPE,
            as_process=True,
            env=self._variables,
            start_new_session=True,
        )
        process = cast("Popen[bytes]", child.proc)
        child.proc = None  # or the process would end when this wrapper is collected
        self._children.callback(self._trace, _name_command(command), process, time.time())
        self._children.enter_context(process)
        return process, self._children.enter_context(
            self._process.guard.guard(process, self._process.timeout_s)
        )

    def _trace(self, name: str, process: Popen[bytes], began: float) -> None:
        """Keep a git that has ended. Its arguments name files and branches, so they are left out.

        A status that is not 0 is no error by itself: it may be an answer.
        """
        span = TraceSpan(name, "client", {"process.executable.name": "git"})
        if process.returncode is not None:
            span.attributes["process.exit.code"] = process.returncode
        self._process.traces.keep(span, began)

    def execute(
        self, command: Sequence[str], *_args: Any, as_process: bool = False, **_options: Any
    ) -> Any:
        """Run git as GitPython itself asks for it; its other options are not obeyed."""
        process, _ = self.start(command)
        if as_process:
            return Git.AutoInterrupt(process, command)
        out, err = process.communicate()
        if process.returncode:
            raise GitCommandError(list(command), process.returncode, err, out)
        return out.decode("utf-8", "surrogateescape").rstrip("\n")


def _name_command(command: Sequence[str]) -> str:
    """Name what a git is to do, such as "git fetch"."""
    words = iter(command[1:])
    for word in words:
        if word in ("-c", "-C"):
            next(words, "")
        elif not word.startswith("-"):
            return f"git {word}"
    return "git"


def _is_plain(address: SplitResult, url: str, protocols: tuple[str, ...]) -> bool:
    is_local = address.scheme == "file" and not address.netloc
    is_whole = is_local or bool(address.hostname)
    is_odd = "@" in address.netloc or re.search(r"\s", url)
    return address.scheme in protocols and is_whole and not is_odd


def _as_error(process: Popen[bytes], err: bytes) -> GitError:
    words = err.decode("utf-8", "replace").strip()
    return GitError(words or f"status {process.returncode}")
