"""What must not happen: a repository runs something, a token is seen, a git outlives the bot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.adapters.git.git_errors import GitTimeoutError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirrors import GitMirrors
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    InstallationId,
    Patch,
    PushResult,
    Remote,
    Repo,
)
from tests.adapters.git.network_faults import NetworkFaults
from tests.git_served import SECRET, Served, commit, git

REPO = Repo("ada/engine", InstallationId(1))
MAIN = Branch("main")
BRANCH = Branch("greenlit/7")
ADA = Author("Ada", "ada@example.org")
AT = "2026-11-20T12:00:00+00:00"
SEEN = (SECRET, b64encode(f"x-access-token:{SECRET}".encode()).decode())


def work_once(mirrors: GitMirrors, remote: Remote) -> PushResult:
    """Everything that a run does with git, once."""
    tree = mirrors.fetch(REPO, remote, MAIN)
    paths = [entry.path for entry in mirrors.entries(tree)]
    mirrors.read(tree, paths[:500])
    mirrors.grep(tree, "x", "", 10)
    mirrors.subjects(tree, 5)
    patch = Patch({"src/app.py": "x = 2\n", ".gitattributes.txt": "x\n"})
    mirrors.diff(tree, patch)
    sha = mirrors.commit(tree, patch.files, (tree.sha,), CommitDetails("Change.\n", ADA, AT))
    return mirrors.push(REPO, remote, sha, BRANCH, mirrors.head(REPO, remote, BRANCH))


def test_hostile_repository_runs_nothing(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path, tmp_path: Path
):
    """Whatever a repository says of filters, hooks, submodules and monitors, it is listed and never
    run.
    """
    ran = tmp_path / "ran"
    run = f"sh -c 'echo >> {ran}'"
    config = f"[core]\nfsmonitor={run}\nhooksPath=hooks\npager={run}\n[filter 'x']\nclean={run}\nsmudge={run}\n"
    files = {
        ".GIT/config": config.encode(),
        ".gitattributes": b"* filter=x diff=x merge=x text eol=crlf export-subst\n",
        ".gitconfig": config.encode(),
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::{run}\n\tupdate = checkout\n'.encode(),
        ".lfsconfig": f"[lfs]\n\turl = ext::{run}\n".encode(),
        "120000:README": b"/etc/passwd",
        "100755:hooks/post-commit": f"#!/bin/sh\n{run}\n".encode(),
        "100755:hooks/pre-push": f"#!/bin/sh\n{run}\n".encode(),
        "config": config.encode(),
        "src/app.py": b"x = 1\n",
    }
    commit(
        origin,
        files | {f"many/{number % 100}/{number}": b"%d\n" % number for number in range(10_000)},
    )

    pushed = work_once(mirrors, remote)
    tree = mirrors.fetch(REPO, remote, BRANCH)

    assert pushed.is_ours
    assert not ran.exists()
    assert len(files) + 10_000 + 1 == len(mirrors.entries(tree))
    assert {"src/app.py": b"x = 2\n", ".GIT/config": config.encode()} == mirrors.read(
        tree, ["src/app.py", ".GIT/config", "README", "README/x", "../../etc/passwd"]
    )
    assert [] == list(mirror.glob("hooks/*"))


def test_old_and_odd_objects_are_taken(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A commit with a time zone that never was, as respected repositories have them, is no reason
    to refuse them.
    """
    commit(origin, {"src/app.py": b"x = 1\n"})
    tree = git(origin, "rev-parse", "main^{tree}")
    odd = f"tree {tree}\nauthor A <a@b> 1 +51800\ncommitter A <a@b> 1 +51800\n\nOdd.\n"
    sha = git(
        origin, "hash-object", "-w", "-t", "commit", "--literally", "--stdin", given=odd.encode()
    )
    git(origin, "update-ref", "refs/heads/main", sha)

    assert work_once(mirrors, remote).is_ours


def test_the_machines_configuration_runs_nothing(origin: Path, remote: Remote, tmp_path: Path):
    """Neither the user's git configuration nor an inherited GIT_* variable reaches the bot's git."""
    ran, home = tmp_path / "ran", tmp_path / "user"
    (home / "template/hooks").mkdir(parents=True)
    script = home / "script"
    script.write_text(f"#!/bin/sh\necho $0 $* >> {ran}\n")
    script.chmod(0o755)
    for hook in ("pre-push", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (home / "template/hooks" / hook).symlink_to(script)
    lines = f"fsmonitor={script},hooksPath={home}/template/hooks,askPass={script},sshCommand={script},gitProxy={script}"
    config = (
        "[core]\n"
        + lines.replace(",", "\n")
        + f"\n[credential]\nhelper={script}\n[init]\ntemplateDir={home}/template\n"
    )
    (home / ".gitconfig").write_text(
        f'{config}[http]\nproxy=http://127.0.0.1:1\n[url "http://127.0.0.1:1/"]\ninsteadOf=http://\n'
    )
    commit(origin, {"src/app.py": b"x = 1\n"})
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
    }
    environment |= {
        "GIT_DIR": str(home),
        "GIT_INDEX_FILE": "/nonexistent",
        "GIT_ASKPASS": str(script),
    }
    environment |= {
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_PAGER": str(script),
        "GIT_TEMPLATE_DIR": f"{home}/template",
    }
    environment |= {"GIT_OBJECT_DIRECTORY": "/nonexistent", "http_proxy": "http://127.0.0.1:1"}
    environment |= {"GIT_TRACE": str(tmp_path / "trace"), "GIT_TRACE_CURL": str(tmp_path / "trace")}
    command = [sys.executable, "-c", RUN, str(tmp_path / "home"), remote.url]
    done = subprocess.run(
        command,
        input=SECRET,
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "is_ours=True" in done.stdout, done.stderr
    assert not ran.exists()
    assert SECRET not in (tmp_path / "trace").read_text() if (tmp_path / "trace").exists() else True


RUN = """
import sys, pathlib
from bot.adapters.git.mirrors import GitMirrors
from bot.values import Remote
from tests.adapters.git.test_git_hostile import work_once
remote = Remote(sys.argv[2], sys.stdin.read())
print(work_once(GitMirrors(pathlib.Path(sys.argv[1]), ("http",)), remote))
"""


def test_only_what_talks_to_the_remote_has_the_token(origin: Path, remote: Remote, tmp_path: Path):
    """Every git is seen by a program in its place: its environment is made from nothing."""
    commit(origin, {"src/app.py": b"x = 1\n"})
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "bin/git"
    shim.write_text(
        f'#!/bin/sh\n{{ echo "{{ $*"; env; echo "}}"; }} >> {tmp_path}/seen\n'
        f'PATH=/usr/local/bin:/usr/bin:/bin exec git "$@"\n'
    )
    shim.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}/bin:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "GREENLIT_ANTHROPIC_API_KEY": "sk-canary",
        "GIT_TRACE": str(tmp_path / "trace"),
        "LANGUAGE": "de",
        "odd-name": "x",
    }
    command = [sys.executable, "-c", RUN, str(tmp_path / "home"), remote.url]
    root = Path(__file__).parents[3]
    subprocess.run(command, input=SECRET, env=environment, cwd=root, text=True, check=True)
    gits = (tmp_path / "seen").read_text().split("\n}\n")[:-1]
    # GitPython asks for the version while it is imported, which reads no configuration.
    seen = [git for git in gits if not git.startswith("{ version\n")]
    secret = [git for git in seen if any(secret in git for secret in SEEN)]
    remote_commands = {"fetch", "push", "ls-remote"}

    assert len(seen) > 10
    assert {"check-ref-format", *remote_commands} <= {word for git in seen for word in git.split()}
    assert 3 <= len(secret) < len(seen)
    assert all(remote_commands & {*git.partition("\n")[0].split()} for git in secret)
    for odd in ("sk-canary", "GIT_TRACE", "LANGUAGE", "odd-name"):
        assert [] == [git for git in seen if odd in git]


def test_git_dies_with_its_parent(
    origin: Path, remote: Remote, tmp_path: Path, network: NetworkFaults
):
    """Killed while the server is silent, the bot leaves no git behind."""
    commit(origin, {"src/app.py": b"x = 1\n"})
    network.path_end, network.delay_s = "", 8.0
    command = [sys.executable, "-c", RUN, str(tmp_path / "home"), remote.url]
    root = Path(__file__).parents[3]

    def gits() -> list[str]:
        ps = subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, check=True, text=True)
        lines = [line for line in ps.stdout.splitlines() if remote.url in line]
        return [line for line in lines if not line.startswith(sys.executable)]

    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=root, text=True) as bot:
        assert bot.stdin is not None
        bot.stdin.write(SECRET)
        bot.stdin.close()
        assert wait_until(lambda: len(gits()) >= 2)
        bot.kill()

    assert wait_until(lambda: not gits())


def wait_until(happens: Callable[[], bool], patience_s: float = 20.0) -> bool:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc here")
def test_token_is_in_no_command_line(
    origin: Path, remote: Remote, mirrors: GitMirrors, network: NetworkFaults
):
    """While git fetches and pushes, no process of the machine shows the token."""
    commit(origin, {"src/app.py": b"x = 1\n"})
    network.path_end, network.delay_s = "", 0.05
    with watching() as lines:
        work_once(mirrors, remote)

    assert {"fetch", "push", "ls-remote"} <= {word for line in lines for word in line.split("\0")}
    assert [] == [line for line in lines if any(seen in line for seen in SEEN)]


def test_token_is_in_no_file(origin: Path, remote: Remote, mirrors: GitMirrors, tmp_path: Path):
    """After a run no file of the home holds the token."""
    commit(origin, {"src/app.py": b"x = 1\n"})
    work_once(mirrors, remote)
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]

    assert len(files) > 10
    assert [] == [
        path for path in files if any(seen.encode() in path.read_bytes() for seen in SEEN)
    ]
    assert SECRET not in repr(remote)


def test_token_goes_to_its_host_alone(remote: Remote, mirrors: GitMirrors, mirror: Path):
    """The header with the token is for the remote's scheme, host and port."""
    process = GitProcess(mirror, mirror).toward(remote, ("http",))
    host = remote.url.removesuffix("/ada/engine.git")

    assert [f"http.{host}/.extraHeader"] == list(process.config)
    assert SEEN[1] not in repr(process)


def test_local_git_reaches_no_network(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path, served: Served
):
    """An object that is missing is not sent for by a git that only reads."""
    commit(origin, {"README.md": b"old\n"})
    old = git(origin, "rev-parse", "main:README.md")
    commit(origin, {"README.md": b"new\n"})
    mirrors.fetch(REPO, remote, MAIN)
    served.asked.clear()
    git(mirror, "config", "remote.origin.url", remote.url)
    with pytest.raises(Exception, match=r"could not fetch|not allowed|missing|bad file"):
        GitProcess(mirror, mirror).run("cat-file", "blob", old)

    assert [] == served.asked


def test_endless_reading_is_ended(mirror: Path, tmp_path: Path):
    """A git that writes nothing and never ends is ended and told so."""
    os.mkfifo(tmp_path / "silent")
    with pytest.raises(GitTimeoutError, match=r"git config took longer than 0\.2 s"):
        GitProcess(mirror, tmp_path, timeout_s=0.2).run_until(
            "config", "--list", "--file", "silent", lines=9, limit_bytes=9
        )


@contextmanager
def watching() -> Iterator[set[str]]:
    """The command lines of all processes that live while the block lasts."""
    lines: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.002):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    lines.add(process.read_text("utf-8", "replace"))
                except OSError:
                    continue  # it has ended

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lines
    finally:
        done.set()
        thread.join()
