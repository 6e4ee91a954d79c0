"""Make commits without a push: trees, commits that GitHub signs, and branches that move to them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.git.git_process import GitError
from bot.adapters.git.overlay import is_tree_path
from bot.forge.forge_state import ForgeState, RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA, GitStore
from bot.forge.push_follower import PushFollower

# Who commits what people change on the website, and Apps through the API.
WEB_COMMITTER = {"NAME": "GitHub", "EMAIL": "noreply@github.com"}


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new tree."""

    content: bytes
    mode: str = "100644"


FileEdits = Mapping[str, NewFile | None]  # None deletes the file


class CommitWriter:
    """Writes git objects into the forge's repositories. Raises GitError where git refuses."""

    def __init__(self, state: ForgeState, pushes: PushFollower) -> None:
        self._state = state
        self._store: GitStore = state.store
        self._pushes = pushes

    def write_tree(self, repository: RepositoryRecord, base: str, edits: FileEdits) -> str:
        """Write a tree and return its sha; "" is the base of a tree from nothing."""
        git = self._store.open_git(repository.name)
        lines = b""
        for path, file in edits.items():
            if not is_tree_path(path):
                raise GitError(f"invalid path '{path}'")
            entry = f"0 {ZERO_SHA}"
            if file is not None:
                blob = git.run("hash-object", "-w", "--stdin", stdin=file.content)
                entry = f"{file.mode} {blob.decode().strip()}"
            lines += f"{entry}\t{path}\0".encode()
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if base:
                git.run("read-tree", base, extra=index)
            git.run("update-index", "-z", "--index-info", stdin=lines, extra=index)
            return git.run("write-tree", extra=index).decode().strip()

    def write_commit(
        self,
        repository: RepositoryRecord,
        tree: str,
        parents: tuple[str, ...],
        message: str,
        login: str,
    ) -> str:
        """Write a commit of this account that GitHub commits and signs, and return its sha."""
        account = self._state.find_account(login)
        email = f"{account.id}+{account.login}@users.noreply.github.com"
        date = f"@{datetime.now(UTC).timestamp():.0f} +0000"
        author = {"NAME": account.login, "EMAIL": email, "DATE": date}
        people = {f"GIT_AUTHOR_{name}": value for name, value in author.items()}
        committer = {**WEB_COMMITTER, "DATE": date}
        people |= {f"GIT_COMMITTER_{name}": value for name, value in committer.items()}
        options = [option for parent in parents for option in ("-p", parent)]
        git = self._store.open_git(repository.name)
        written = git.run(
            "commit-tree", *options, "-F", "-", tree, stdin=message.encode(), extra=people
        )
        sha = written.decode().strip()
        repository.signed_commits.add(sha)
        return sha

    def move_branch(
        self, repository: RepositoryRecord, update: RefUpdate, login: str
    ) -> RefUpdate | None:
        """Move a branch, or make it, as a push does. None when it is not where it was expected."""
        git = self._store.open_git(repository.name)
        try:
            git.run("update-ref", update.ref, update.new, update.old)
        except GitError:
            return None
        self._pushes.follow(repository.name, login, (update,))
        return update
