"""Serve git over HTTP: an ASGI bridge to `git http-backend` that checks who may do what."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from base64 import b64decode
from binascii import Error as Base64Error
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = re.compile(
    r"/(?P<repo>[\w-][\w.-]*/[\w.-]+?)(?:\.git)?/(?P<service>info/refs|git-upload-pack|git-receive-pack)"
)

REFUSALS = {
    "unauthorized": (
        401,
        "Invalid username or token. Password authentication is not supported for Git operations.",
    ),
    "forbidden": (403, "Permission to {repo}.git denied to {login}."),
    "missing": (404, "Repository not found."),
}

PUSH_SERVICE = "git-receive-pack"

# http-backend reads no header but these; the names are CGI's.
CGI_HEADERS = {
    "content-type": "CONTENT_TYPE",
    "content-length": "CONTENT_LENGTH",
    "content-encoding": "HTTP_CONTENT_ENCODING",
    "git-protocol": "HTTP_GIT_PROTOCOL",
}

CONFIG = {
    "http.receivepack": "true",
    "receive.hideRefs": "refs/pull",  # GitHub: "deny updating a hidden ref"
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "safe.directory": "*",
    "gc.auto": "0",
}

# GitHub's refusal to an App without the permission. It runs in the quarantine, so nothing refused
# stays behind.
HOOK = r"""#!/bin/sh
while read -r old new ref; do
    case $new in *[!0]*) ;; *) continue ;; esac
    file=$(git -c core.quotePath=false log --format= --name-only --diff-merges=first-parent \
        "$new" --not --all -- .github/workflows | head -n 1)
    [ -z "$file" ] && continue
    printf 'refusing to allow a GitHub App to create or update workflow `%s` %s\n' \
        "$file" 'without `workflows` permission' >&2
    exit 1
done
"""


@dataclass(frozen=True, slots=True)
class GitAccess:
    """The answer to somebody who wants a repository, and the login that they have."""

    state: Literal["ok", "unauthorized", "forbidden", "missing"]
    login: str = ""
    may_write_workflows: bool = False


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """A ref that a push moved. Forty zeros stand for "not there", as in GitHub's webhook."""

    ref: str
    old: str
    new: str

    @property
    def is_creation(self) -> bool:
        """The ref was not there before."""
        return not self.old.strip("0")

    @property
    def is_deletion(self) -> bool:
        """The ref is gone."""
        return not self.new.strip("0")


Authorize = Callable[[str, str, str, bool], GitAccess]  # repo, user, password, write
OnPush = Callable[[str, str, tuple[RefUpdate, ...]], None]  # repo, login, updates


def build_git_app(root: Path, authorize: Authorize, on_push: OnPush) -> ASGIApp:
    """Build an app for the bare repositories root/owner/name.git, with partial clone.

    Both callables run on the event loop; `on_push` before the client hears that its push is done.
    """
    hooks = root / ".hooks"
    hooks.mkdir(parents=True, exist_ok=True)
    (hooks / "pre-receive").write_text(HOOK)
    (hooks / "pre-receive").chmod(0o755)
    return _GitBridge(root, hooks, authorize, on_push)


@dataclass(frozen=True, slots=True)
class _GitBridge:
    root: Path
    hooks: Path
    authorize: Authorize
    on_push: OnPush
    push_locks: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        match = PATH.fullmatch(scope["path"].removeprefix(scope.get("root_path", "")))
        if not match:
            await _refuse(GitAccess("missing"), "")(scope, receive, send)
            return
        repo, service = match["repo"], match["service"]
        access = self._check_access(request, repo, service)
        if access.state != "ok":
            await _refuse(access, repo)(scope, receive, send)
        elif service == PUSH_SERVICE:
            await self._push(request, send, repo, access)
        else:
            await _serve(request, send, self._environment(request, repo, service, access))

    def _check_access(self, request: Request, repo: str, service: str) -> GitAccess:
        is_write = PUSH_SERVICE in (service, request.query_params.get("service"))
        access = self.authorize(repo, *_read_credentials(request), is_write)
        if access.state == "ok" and not self._folder(repo).is_dir():
            return GitAccess("missing")
        return access

    async def _push(self, request: Request, send: Send, repo: str, access: GitAccess) -> None:
        environment = self._environment(request, repo, PUSH_SERVICE, access)
        async with self.push_locks[repo]:
            before = await _read_refs(self._folder(repo), environment)

            async def report_updates() -> None:
                after = await _read_refs(self._folder(repo), environment)
                if updates := _list_updates(before, after):
                    self.on_push(repo, access.login, updates)

            await _serve(request, send, environment, report_updates)

    def _folder(self, repo: str) -> Path:
        return self.root.absolute() / f"{repo}.git"

    def _environment(
        self, request: Request, repo: str, service: str, access: GitAccess
    ) -> dict[str, str]:
        hooks = os.devnull if access.may_write_workflows else str(self.hooks.absolute())
        config = CONFIG | {"core.hooksPath": hooks}
        environment = {
            "PATH": os.pathsep.join(os.get_exec_path()),
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": str(len(config)),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self.root.absolute()),
            "PATH_INFO": f"/{repo}.git/{service}",
            "QUERY_STRING": request.url.query,
            "REQUEST_METHOD": request.method,
            "REMOTE_USER": access.login or "anonymous",
            "REMOTE_ADDR": request.client.host if request.client else "",
        }
        for number, (key, value) in enumerate(config.items()):
            environment[f"GIT_CONFIG_KEY_{number}"] = key
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        for header, variable in CGI_HEADERS.items():
            environment[variable] = request.headers.get(header, "")
        if not environment["CONTENT_LENGTH"]:
            del environment["CONTENT_LENGTH"]  # absent: the body is chunked
        return environment


def _read_credentials(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _refuse(access: GitAccess, repo: str) -> Response:
    # git shows a plain text to the person who pushed, line by line behind "remote:".
    status, text = REFUSALS[access.state]
    headers = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
    return PlainTextResponse(text.format(repo=repo, login=access.login), status, headers)


async def _serve(
    request: Request,
    send: Send,
    environment: Mapping[str, str],
    on_end: Callable[[], Awaitable[None]] | None = None,
) -> None:
    process = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=environment,
        start_new_session=True,
    )
    feeding = asyncio.create_task(_feed(request, process))
    try:
        await _send_answer(process, send)
        await process.wait()
    finally:
        feeding.cancel()
        _kill(process)
        await process.wait()
        if on_end:  # a client that hung up has still pushed
            await on_end()
    await send({"type": "http.response.body", "body": b""})


async def _feed(request: Request, process: Process) -> None:
    """Bring the body to git; a client that hangs up before its end ends git too."""
    if not process.stdin:
        return
    try:
        async for chunk in request.stream():
            process.stdin.write(chunk)
            await process.stdin.drain()
    except ClientDisconnect:
        _kill(process)
    except (BrokenPipeError, ConnectionResetError):
        return  # git has read enough
    finally:
        process.stdin.close()


async def _send_answer(process: Process, send: Send) -> None:
    """Pass on git's answer, headers first; the last chunk stays open."""
    if not process.stdout:
        return
    try:
        head = (await process.stdout.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        head = "Status: 500 Internal Server Error"
    fields = [line.split(": ", 1) for line in head.split("\r\n") if ": " in line]
    status = next((int(value[:3]) for name, value in fields if name == "Status"), 200)
    headers = [
        (name.lower().encode(), value.encode()) for name, value in fields if name != "Status"
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while chunk := await process.stdout.read(65536):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _kill(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def _read_refs(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    process = await asyncio.create_subprocess_exec(
        "git",
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        "refs/heads/",
        "refs/tags/",
        env={**environment, "GIT_DIR": str(folder)},
        stdout=PIPE,
    )
    output, _ = await process.communicate()
    return dict(line.split(" ") for line in output.decode("utf-8", "surrogateescape").splitlines())


def _list_updates(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[RefUpdate, ...]:
    zeros = "0" * 40
    refs = [ref for ref in sorted({*before, *after}) if before.get(ref) != after.get(ref)]
    return tuple(RefUpdate(ref, before.get(ref, zeros), after.get(ref, zeros)) for ref in refs)
