"""Tests of git over HTTP, with git itself as the client."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx2
import pytest

from bot.forge.git_http import RefUpdate
from tests.git_served import MAINTAINER, READER, SECRET, Served, commit, git, serving

NONE = "0" * 40
REFUSAL = (
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` "
    "without `workflows` permission"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server with the repository ada/engine, which has one commit."""
    with serving(tmp_path / "srv") as served:
        commit(served.create(), {"README.md": b"hello\n"})
        yield served


def clone(served: Served, to: Path, password: str = SECRET, *options: str) -> None:
    """Clone as a person does, the password in the URL."""
    git(to.parent, "clone", "-q", *options, url(served, password), str(to))


def url(served: Served, password: str, repo: str = "ada/engine") -> str:
    return served.url.replace("http://", f"http://x-access-token:{password}@") + f"/{repo}.git"


def change(work: Path, path: str = "new.txt", content: str = "new\n") -> str:
    """Commit one file in a work tree."""
    (work / path).parent.mkdir(parents=True, exist_ok=True)
    (work / path).write_text(content)
    git(work, "add", "--", path)
    git(work, "commit", "-q", "-m", "Change.")
    return git(work, "rev-parse", "HEAD")


def test_clone_brings_the_files(served: Served, tmp_path: Path):
    """A clone over HTTP has the repository's files."""
    clone(served, tmp_path / "work")

    assert "hello\n" == (tmp_path / "work/README.md").read_text()
    assert ("ada/engine", "x-access-token", SECRET, False) in served.asked


def test_push_moves_the_branch_and_is_told(served: Served, tmp_path: Path):
    """A push is told as the refs that it moved, by whom, before the client is done."""
    clone(served, tmp_path / "work")
    old = git(tmp_path / "work", "rev-parse", "HEAD")
    new = change(tmp_path / "work")
    git(tmp_path / "work", "push", "-q", "origin", "main", "main:refs/heads/other")

    updates = (RefUpdate("refs/heads/main", old, new), RefUpdate("refs/heads/other", NONE, new))
    assert [("ada/engine", "greenlit[bot]", updates)] == served.pushes


def test_deleted_branch_is_told(served: Served, tmp_path: Path):
    """A deleted branch is told with zeros for its new commit."""
    clone(served, tmp_path / "work")
    sha = git(tmp_path / "work", "rev-parse", "HEAD")
    git(tmp_path / "work", "push", "-q", "origin", "main:gone")
    git(tmp_path / "work", "push", "-q", "origin", ":gone")

    assert (RefUpdate("refs/heads/gone", sha, NONE),) == served.pushes[-1][2]


def test_six_megabytes_are_streamed(served: Served, tmp_path: Path):
    """A large push arrives chunked and whole."""
    clone(served, tmp_path / "work")
    noise = bytes(range(256)) * 24_000
    (tmp_path / "work/noise").write_bytes(noise[::-1] + noise)
    change(tmp_path / "work", "other")
    git(tmp_path / "work", "add", "noise")
    git(tmp_path / "work", "-c", "core.compression=0", "commit", "-q", "-m", "Noise.")
    git(
        tmp_path / "work",
        "-c",
        "core.compression=0",
        "-c",
        "pack.compression=0",
        "push",
        "-q",
        "origin",
        "main",
    )
    clone(served, tmp_path / "again")

    assert noise[::-1] + noise == (tmp_path / "again/noise").read_bytes()


def test_partial_and_shallow_clones_work(served: Served, tmp_path: Path):
    """Blobs that a filter leaves out are not sent, and any object can be asked for later."""
    old = git(served.root / "ada/engine.git", "rev-parse", "main:README.md")
    commit(served.root / "ada/engine.git", {"README.md": b"new\n"})
    clone(served, tmp_path / "part", SECRET, "--filter=blob:none", "--no-checkout")
    clone(served, tmp_path / "flat", SECRET, "--depth=1")
    missing = git(tmp_path / "part", "rev-list", "--objects", "--missing=print", "HEAD")

    assert f"?{old}" in missing
    assert "hello" == git(tmp_path / "part", "cat-file", "blob", old)
    assert "1" == git(tmp_path / "flat", "rev-list", "--count", "HEAD")


def test_who_may_not_is_told_as_github_tells(served: Served, tmp_path: Path):
    """401 asks for credentials, 403 is for readers who push, 404 for what is not there."""
    base = f"{served.url}/ada/engine.git/info/refs?service=git-"
    unauthorized = httpx2.get(f"{base}upload-pack")
    forbidden = httpx2.get(f"{base}receive-pack", auth=("x", READER))
    missing = httpx2.get(f"{base}upload-pack".replace("engine", "else"), auth=("x", SECRET))

    assert (401, 'Basic realm="GitHub"') == (
        unauthorized.status_code,
        unauthorized.headers["www-authenticate"],
    )
    assert (403, "Permission to ada/engine.git denied to reader.") == (
        forbidden.status_code,
        forbidden.text,
    )
    assert (404, "Repository not found.") == (missing.status_code, missing.text)


@pytest.mark.parametrize("header", ["Basic ?", "Basic /w==", "Bearer x", "Basic"])
def test_broken_credentials_are_no_credentials(served: Served, header: str):
    """A credential that cannot be read is answered like none."""
    answer = httpx2.get(f"{served.url}/ada/engine.git/info/refs", headers={"Authorization": header})

    assert 401 == answer.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/..%2Fsrv/ada/engine.git/info/refs",
        "/ada/engine.git/config",
        "/ada/..git/HEAD",
        "/ada/../info/refs",
        "/",
    ],
)
def test_nothing_but_git_is_served(served: Served, path: str):
    """No path leads out of the root, or to a file of a repository."""
    connection = HTTPConnection(served.url.removeprefix("http://"), timeout=60)
    with closing(connection):
        connection.request(
            "GET",
            path,
            headers={"Authorization": f"Basic {b64encode(f'x:{SECRET}'.encode()).decode()}"},
        )

        assert 404 == connection.getresponse().status


def test_read_token_cannot_push(served: Served, tmp_path: Path):
    """A push with a read token is refused in words and moves nothing."""
    clone(served, tmp_path / "work", READER)
    change(tmp_path / "work")
    with pytest.raises(AssertionError, match=r"denied to reader[\s\S]*403"):
        git(tmp_path / "work", "push", "-q", "origin", "main")

    assert [] == served.pushes


def test_workflow_needs_its_permission(served: Served, tmp_path: Path):
    """A push with a workflow in any of its commits is refused with GitHub's words and leaves
    nothing behind.
    """
    clone(served, tmp_path / "work")
    change(tmp_path / "work", ".github/workflows/ci.yml")
    sha = change(tmp_path / "work")
    with pytest.raises(AssertionError, match=re.escape(REFUSAL)):
        git(tmp_path / "work", "push", "-q", "origin", "HEAD:refs/heads/greenlit/7")
    stayed = subprocess.run(
        ["git", "cat-file", "-e", sha],
        cwd=served.root / "ada/engine.git",
        stderr=subprocess.DEVNULL,
        check=False,
    )

    assert ([], 1) == (served.pushes, min(stayed.returncode, 1))


def test_workflow_passes_with_its_permission(served: Served, tmp_path: Path):
    """Who may write workflows pushes them, and others may then push on top."""
    clone(served, tmp_path / "work", MAINTAINER)
    change(tmp_path / "work", ".github/workflows/ci.yml")
    git(tmp_path / "work", "push", "-q", "origin", "main")
    change(tmp_path / "work", "on/top.txt")
    git(tmp_path / "work", "push", "-q", url(served, SECRET), "main")

    assert ["ada", "greenlit[bot]"] == [login for _, login, _ in served.pushes]


def test_hanging_up_in_the_middle_leaves_the_server_well(served: Served, tmp_path: Path):
    """A client that goes away within its push moves nothing, and the next one is served."""
    clone(served, tmp_path / "work")

    def half() -> Iterator[bytes]:
        yield b"0094"
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        httpx2.post(
            f"{served.url}/ada/engine.git/git-receive-pack", content=half(), auth=("x", SECRET)
        )
    change(tmp_path / "work")
    git(tmp_path / "work", "push", "-q", "origin", "main")

    assert 1 == len(served.pushes)
