"""Here lives the reading of a repository on this machine that is not ours: its objects are
borrowed, nothing is copied.

A bare repository of our own names the other's objects as alternates. So nothing that the other one
configures is
obeyed, what its partial clone lacks is missing and never sent for, and not a byte of it is written.
"""

from __future__ import annotations

import os
import re
import subprocess
from hashlib import blake2b
from pathlib import Path

from bot.adapters.git.git_process import ENVIRONMENT, GitError
from bot.values import Branch, Repo, Sha, Tree

PATIENCE_S = 60.0
ALONE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "HOME": os.devnull}
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"


class NoRepositoryError(Exception):
    """There is no repository, or nothing in it that was asked for; the text says what, and what can
    be done.
    """


def borrow(home: Path, folder: Path, rev: str) -> Tree:
    """The tree at `rev` of the repository in `folder`, to be read through GitMirrors(home). Raises
    NoRepositoryError.
    """
    there = _found(folder)
    sha = _commit(there, folder, rev)
    repo = _named(there)
    ours = home / f"{repo.name}.git"
    for part in ("refs", "objects/info"):
        (ours / part).mkdir(parents=True, exist_ok=True)
    (ours / "HEAD").write_text("ref: refs/heads/none\n")
    (ours / "config").write_text(CONFIG)
    objects = there / _asked(there, "rev-parse", "--git-path", "objects")
    (ours / "objects/info/alternates").write_text(f"{objects.resolve()}\n")
    shallow = there / _asked(there, "rev-parse", "--git-path", "shallow")
    if shallow.is_file():
        (ours / "shallow").write_bytes(shallow.read_bytes())
    return Tree(repo, Sha(sha), Branch(""))


def _named(there: Path) -> Repo:
    """By its folder's name for people, and by its whole path."""
    folder = there.parent if there.name == ".git" else there
    mark = blake2b(bytes(there.resolve()), digest_size=8).hexdigest()
    return Repo(f"borrowed/{re.sub(r'[^A-Za-z0-9]+', '-', folder.name).strip('-')}-{mark}")


def _found(folder: Path) -> Path:
    if not folder.is_dir():
        raise NoRepositoryError(f"{folder} is no folder.")
    try:
        there = Path(_asked(folder, "rev-parse", "--absolute-git-dir"))
    except GitError:
        raise NoRepositoryError(
            f"{folder} is no git repository. Say which with --repo PATH."
        ) from None
    if _asked(there, "rev-parse", "--show-object-format") != "sha1":
        raise NoRepositoryError(f"{folder} names its objects by SHA-256, which is not read yet.")
    return there


def _commit(there: Path, folder: Path, rev: str) -> str:
    try:
        return _asked(
            there, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
        )
    except GitError:
        pass
    if not _asked(there, "rev-list", "--max-count=1", "--all"):
        raise NoRepositoryError(f"{folder} has no commit yet: there is nothing to look at.")
    cut = _asked(there, "rev-parse", "--is-shallow-repository") == "true"
    more = " It is a shallow clone: git fetch --unshallow brings the older ones." if cut else ""
    raise NoRepositoryError(
        f"{folder} has no commit {rev}. Name a branch, a tag or a commit.{more}"
    )


def _asked(there: Path, *args: str) -> str:
    """The answer of git in that folder, whoever owns it. Raises GitError. It is never let out to a
    network.
    """
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C", str(there), *args],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT | ALONE | {"PATH": os.pathsep.join(os.get_exec_path())},
        timeout=PATIENCE_S,
    )
    if done.returncode:
        raise GitError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode("utf-8", "surrogateescape").strip()
