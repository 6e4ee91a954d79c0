"""Read the source files of one commit, wherever its repository lies, a few at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from bot.adapters.git.git_errors import GitError, NoRepositoryError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import as_lines, list_missing, read_blobs
from bot.values import Sha, TreeEntry

BATCH_BYTES = 500_000
BATCH_FILES = 1_000
LIST_BYTES = 32_000_000  # of the names of a commit's files; Linux has 7 million
LISTED = re.compile(rb"(\d{6}) blob ([0-9a-f]{40})\t([^\0]+)\0")


@dataclass(frozen=True, slots=True)
class SourceCommit:
    """A commit in a repository that git reads, and that nothing of is checked out."""

    git: GitProcess
    sha: Sha

    def list_entries(self) -> Iterator[TreeEntry]:
        """List the files and links without their sizes, and without submodules.

        Names that are not UTF-8 are left out. Raises NoRepositoryError where there is no end of
        files: ten folders, each ten times in the next one, are ten thousand million files.
        """
        for mode, sha, path in LISTED.findall(self._list_tree()):
            with suppress(UnicodeDecodeError):
                name = path.decode()
                yield TreeEntry(name, cast("Any", mode.decode()), Sha(sha.decode()), 0)

    def _list_tree(self) -> bytes:
        with self.git.open_git() as git:
            command = ("git", "ls-tree", "-r", "-z", "--full-tree", self.sha)
            process, _ = git.start(command)
            listed = process.stdout.read(LIST_BYTES)  # type: ignore[union-attr]
            if len(listed) == LIST_BYTES:
                raise NoRepositoryError("It names more files than can be listed.")
            err = process.communicate()[1]
        if process.returncode:
            raise GitError(err.decode("utf-8", "replace").strip() or "git ls-tree failed")
        return cast("bytes", listed)

    def read_sizes(self, blobs: Iterable[Sha]) -> dict[Sha, int]:
        """Read the sizes of files that are here; those that are missing are left out."""
        # Of a partial clone git will not say that something is missing; it wants to send for it.
        absent = set(list_missing(self.git, "--no-walk", self.sha))
        present = [sha for sha in blobs if sha not in absent]
        form = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
        answers = self.git.run("cat-file", form, "--buffer", stdin=as_lines(present)).decode()
        words = (line.split() for line in answers.splitlines())
        return {Sha(parts[0]): int(parts[2]) for parts in words if parts[1] == "blob"}

    def read_batches(self, sizes: dict[Sha, int]) -> Iterator[dict[Sha, bytes]]:
        """Read files batch by batch, so that no repository is in memory whole."""
        for batch in _split_batches(sizes):
            contents = read_blobs(self.git, batch)
            yield {sha: content for sha, content in contents if content is not None}


def _split_batches(sizes: dict[Sha, int]) -> Iterator[list[Sha]]:
    batch: list[Sha] = []
    batch_bytes = 0
    for sha, size in sizes.items():
        if batch and (batch_bytes + size > BATCH_BYTES or len(batch) >= BATCH_FILES):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(sha)
        batch_bytes += size
    if batch:
        yield batch
