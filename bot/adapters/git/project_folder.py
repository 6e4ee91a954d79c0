"""The port ProjectFolder: the files of a new project on the disk, in a repository of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from configparser import Error
from contextlib import suppress
from pathlib import Path

from git import GitConfigParser

from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirror import Mirror
from bot.edits.paths import path_refusal
from bot.values import Author, Repo

BRANCH = "main"
RUN_PROGRAMS = ("filter.", "hook.", "include.", "includeif.")  # keys, as git lists them
LOCKS = ("index.lock", "HEAD.lock", f"refs/heads/{BRANCH}.lock")


class GitProjectFolder:
    """A project at `root`. Nothing that git is configured to run is run; the commits are those of
    `author`.
    """

    def __init__(self, root: Path, home: Path, author: Author) -> None:
        self._root = root
        self._author = author
        self._git = GitProcess(root / ".git", home, work_tree=root)

    def read(self, path: str) -> str | None:
        """Read the text of a file; None where there is no file, or it is not text."""
        place = self._find(path)
        try:
            return place.read_text("utf-8") if place.is_file() else None
        except UnicodeDecodeError:
            return None

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write the texts, with the folders that they need."""
        for path, text in files.items():
            place = self._find(path)
            if text is None:
                place.unlink(missing_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, "utf-8", newline="")

    def commit(self, paths: Collection[str], message: str) -> bool:
        """Commit the files, in a repository that is made where there is none."""
        # Left by a process that was killed; nobody else commits here while this one works.
        for name in LOCKS:
            (self._root / ".git" / name).unlink(missing_ok=True)
        if not (self._root / ".git/HEAD").exists():
            self._git.run("init", "--quiet", f"--initial-branch={BRANCH}")
        names = "".join(f"{path}\0" for path in paths).encode()
        self._git.run("update-index", "--add", "--remove", "-z", "--stdin", stdin=names)
        # Status 1: there is nothing to commit.
        words = ("--quiet", "--no-verify", "--no-gpg-sign", "-m", message)
        printed = self._git.run("commit", *words, extra=self._identity, statuses=(0, 1))
        return not printed

    @property
    def _identity(self) -> dict[str, str]:
        roles = ("AUTHOR", "COMMITTER")
        names = {f"GIT_{role}_NAME": self._author.name for role in roles}
        return names | {f"GIT_{role}_EMAIL": self._author.email for role in roles}

    def _find(self, path: str) -> Path:
        """Find the place of a path. Raises ValueError for one outside, or through a link."""
        place = self._root / path
        leads_inside = place.parent.resolve().is_relative_to(self._root.resolve())
        if path_refusal(path) or not leads_inside or place.is_symlink():
            raise ValueError(f"not a path inside the project: {path!r}")
        return place


def list_programs(git_dir: Path) -> tuple[str, ...]:
    """List the settings of a repository by which git would run programs when it commits.

    Those of them that git's environment can take away are not told. Raises GitError for what is no
    configuration.
    """
    config = git_dir / "config"
    if not config.is_file():
        return ()
    asked = ("config", "--file", str(config), "--no-includes", "--name-only", "-z", "--list")
    names = GitProcess(git_dir, Path("/")).run(*asked).decode(errors="replace").split("\0")
    return tuple(dict.fromkeys(name for name in names if name.startswith(RUN_PROGRAMS)))


def read_git_author(home: Path, fallback: Author) -> Author:
    """Read who commits on this machine from git's own configuration of a person."""
    files = [home / ".config/git/config", home / ".gitconfig"]
    with suppress(OSError, Error, UnicodeDecodeError):
        parser = GitConfigParser([str(file) for file in files if file.is_file()], read_only=True)
        name, email = (parser.get_value("user", key, "") for key in ("name", "email"))
        if name and email:
            return Author(str(name), str(email))
    return fallback


def make_empty_mirror(home: Path, repo: Repo) -> None:
    """Make a mirror that holds nothing, for GitMirrors(home)."""
    empty = home / ".empty"
    empty.mkdir(exist_ok=True)
    Mirror(GitProcess(home / f"{repo.name}.git", empty)).make()
