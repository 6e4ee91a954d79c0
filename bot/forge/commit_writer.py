"""Make commits without a push: trees, commits that GitHub signs, and branches that move to them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.forge.forge_records import TokenRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA, GitStore
from bot.forge.push_follower import PushFollower

# Who commits what people change on the website, and Apps through the API.
WEB_COMMITTER = {"NAME": "GitHub", "EMAIL": "noreply@github.com"}

NO_PATH = {"", ".", "..", ".git"}  # what no part of a path is
WORKFLOWS = ".github/workflows/"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new tree."""

    content: bytes
    mode: str = "100644"


FileEdits = Mapping[str, NewFile | None]  # None deletes the file


class CommitWriter:
    """Writes git objects into the forge's repositories. Raises ValueError where git refuses."""

    def __init__(self, state: ForgeState, pushes: PushFollower) -> None:
        self._state = state
        self._store: GitStore = state.store
        self._pushes = pushes

    def write_tree(self, repository: RepositoryRecord, base: str, edits: FileEdits) -> str:
        """Write a tree and return its sha; "" is the base of a tree from nothing."""
        lines = b""
        for path, file in edits.items():
            if NO_PATH & {*path.split("/")}:
                raise ValueError(f"invalid path '{path}'")
            entry = f"0 {ZERO_SHA}"
            if file is not None:
                blob = self._git(repository, "hash-object", "-w", "--stdin", given=file.content)
                entry = f"{file.mode} {blob}"
            lines += f"{entry}\t{path}\0".encode()
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if base:
                self._git(repository, "read-tree", base, extra=index)
            update = ("update-index", "-z", "--index-info")
            self._git(repository, *update, given=lines, extra=index)
            return self._git(repository, "write-tree", extra=index)

    def write_commit(
        self,
        repository: RepositoryRecord,
        tree: str,
        parents: tuple[str, ...],
        message: str,
        login: str,
    ) -> str:
        """Write a commit of this account that GitHub commits and signs, and return its sha."""
        who = self._state.sign_as(login)
        date = f"@{who.date} +0000"
        author = {"NAME": who.name, "EMAIL": who.email, "DATE": date}
        people = {f"GIT_AUTHOR_{name}": value for name, value in author.items()}
        committer = {**WEB_COMMITTER, "DATE": date}
        people |= {f"GIT_COMMITTER_{name}": value for name, value in committer.items()}
        options = [option for parent in parents for option in ("-p", parent)]
        command = ("commit-tree", *options, "-F", "-", tree)
        sha = self._git(repository, *command, given=message.encode(), extra=people)
        repository.signed_commits.add(sha)
        return sha

    def move_branch(self, repository: RepositoryRecord, update: RefUpdate, login: str) -> None:
        """Move a branch, or make it, as a push does. It must be where it is expected."""
        self._git(repository, "update-ref", update.ref, update.new, update.old)
        self._pushes.follow(repository.name, login, (update,))

    def find_refused_workflow(
        self, repository: RepositoryRecord, sha: str, token: TokenRecord
    ) -> str:
        """Find a workflow that a commit changes though the token may not; "" for none."""
        if token.permissions.get("workflows") == "write":
            return ""
        changes = self._store.list_changes(repository.name, sha)
        paths = [path for kind in changes.values() for path in kind]
        return next((path for path in paths if path.startswith(WORKFLOWS)), "")

    def _git(
        self,
        repository: RepositoryRecord,
        *args: str,
        given: bytes = b"",
        extra: Mapping[str, str] | None = None,
    ) -> str:
        written = self._store.run_git(repository.name, *args, given=given, extra=extra)
        if written is None:
            raise ValueError(f"git {args[0]} failed")
        return written.decode().strip()
