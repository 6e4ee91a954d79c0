"""Here lives git over HTTP: an ASGI bridge to `git http-backend` that asks who may, and tells what
was pushed.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from base64 import b64decode
from binascii import Error as NotBase64
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
    r"/(?P<repo>[\w-][\w.-]*/[\w.-]+?)(?:\.git)?/(?P<act>info/refs|git-upload-pack|git-receive-pack)"
)

REFUSED = {
    "unauthorized": (
        401,
        "Invalid username or token. Password authentication is not supported for Git operations.",
    ),
    "forbidden": (403, "Permission to {repo}.git denied to {login}."),
    "missing": (404, "Repository not found."),
}

# http-backend reads no header but these; the names are CGI's.
HEADERS = ("content-type", "content-length", "content-encoding", "git-protocol")

CONFIG = {
    "http.receivepack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "safe.directory": "*",
    "gc.auto": "0",
}

# What GitHub says to an App without the permission. It runs in the quarantine, so nothing refused
# stays behind.
HOOK = r"""#!/bin/sh
while read -r old new ref; do
    case $new in *[!0]*) ;; *) continue ;; esac
    file=$(git -c core.quotePath=false log --format= --name-only --diff-merges=first-parent \
        "$new" --not --all -- .github/workflows | head -n 1)
    [ -z "$file" ] && continue
    said='refusing to allow a GitHub App to create or update workflow `%s` without `workflows` permission\n'
    printf "$said" "$file" >&2
    exit 1
done
"""


@dataclass(frozen=True, slots=True)
class GitAccess:
    """What somebody may do with a repository, and under which name."""

    state: Literal["ok", "unauthorized", "forbidden", "missing"]
    login: str = ""
    may_write_workflows: bool = False


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """A ref that a push moved. Forty zeros stand for "not there", as in GitHub's webhook."""

    ref: str
    old: str
    new: str


Authorize = Callable[[str, str, str, bool], GitAccess]  # repo, user, password, write
OnPush = Callable[[str, str, tuple[RefUpdate, ...]], None]  # repo, login, updates


def build_git_app(root: Path, access: Authorize, pushed: OnPush) -> ASGIApp:
    """Serve the bare repositories root/owner/name.git, with partial clone as GitHub has it.

    Both callables run on the event loop. `pushed` runs before the client hears that its push is
    done.
    """
    hooks = root / ".hooks"
    hooks.mkdir(parents=True, exist_ok=True)
    (hooks / "pre-receive").write_text(HOOK)
    (hooks / "pre-receive").chmod(0o755)
    return _GitBridge(root, hooks, access, pushed)


@dataclass(frozen=True, slots=True)
class _GitBridge:
    root: Path
    hooks: Path
    access: Authorize
    pushed: OnPush
    pushes: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        found = PATH.fullmatch(path)
        access = GitAccess("missing")
        if found:
            write = "git-receive-pack" in (found["act"], request.query_params.get("service"))
            access = self.access(found["repo"], *_credentials(request), write)
        if found and access.state == "ok" and not self._folder(found["repo"]).is_dir():
            access = GitAccess("missing")
        if access.state != "ok" or not found:
            await _refusal(access, found["repo"] if found else "")(scope, receive, send)
        elif found["act"] == "git-receive-pack":
            await self._push(request, send, found["repo"], access)
        else:
            await _serve(
                request, send, self._environment(request, found["repo"], found["act"], access)
            )

    async def _push(self, request: Request, send: Send, repo: str, access: GitAccess) -> None:
        environment = self._environment(request, repo, "git-receive-pack", access)
        async with self.pushes[repo]:
            before = await _refs(self._folder(repo), environment)

            async def after() -> None:
                now = await _refs(self._folder(repo), environment)
                if updates := _updates(before, now):
                    self.pushed(repo, access.login, updates)

            await _serve(request, send, environment, after)

    def _folder(self, repo: str) -> Path:
        return self.root.absolute() / f"{repo}.git"

    def _environment(
        self, request: Request, repo: str, act: str, access: GitAccess
    ) -> dict[str, str]:
        hooks = os.devnull if access.may_write_workflows else str(self.hooks.absolute())
        config = CONFIG | {"core.hooksPath": hooks}
        cgi = {name.upper().replace("-", "_"): request.headers.get(name, "") for name in HEADERS}
        return {
            "PATH": os.pathsep.join(os.get_exec_path()),
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": str(len(config)),
            **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(config)},
            **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(config.values())},
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self.root.absolute()),
            "PATH_INFO": f"/{repo}.git/{act}",
            "QUERY_STRING": request.url.query,
            "REQUEST_METHOD": request.method,
            "REMOTE_USER": access.login or "anonymous",
            "REMOTE_ADDR": request.client.host if request.client else "",
            "CONTENT_TYPE": cgi["CONTENT_TYPE"],
            "HTTP_CONTENT_ENCODING": cgi["CONTENT_ENCODING"],
            "HTTP_GIT_PROTOCOL": cgi["GIT_PROTOCOL"],
        } | (
            {"CONTENT_LENGTH": cgi["CONTENT_LENGTH"]} if cgi["CONTENT_LENGTH"] else {}
        )  # absent: it is chunked


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return "", ""
    return user, password


def _refusal(access: GitAccess, repo: str) -> Response:
    # git shows a plain text to the person who pushed, line by line behind "remote:".
    status, text = REFUSED[access.state]
    headers = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
    return PlainTextResponse(text.format(repo=repo, login=access.login), status, headers)


async def _serve(
    request: Request,
    send: Send,
    environment: Mapping[str, str],
    after: Callable[[], Awaitable[None]] | None = None,
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
        await _answer(process, send)
        await process.wait()
    finally:
        feeding.cancel()
        _kill(process)
        await process.wait()
        if after:  # a client that hung up has still pushed
            await after()
    await send({"type": "http.response.body", "body": b""})


async def _feed(request: Request, process: Process) -> None:
    """Bring the body to git. Whoever hangs up before its end ends git too."""
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


async def _answer(process: Process, send: Send) -> None:
    """Pass on what git says, headers first; the last chunk stays open."""
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


async def _refs(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    process = await asyncio.create_subprocess_exec(
        "git",
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        env={**environment, "GIT_DIR": str(folder)},
        stdout=PIPE,
    )
    out, _ = await process.communicate()
    return dict(line.split(" ") for line in out.decode("utf-8", "surrogateescape").splitlines())


def _updates(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[RefUpdate, ...]:
    none = "0" * 40
    moved = (ref for ref in sorted({*before, *now}) if before.get(ref) != now.get(ref))
    return tuple(RefUpdate(ref, before.get(ref, none), now.get(ref, none)) for ref in moved)
