"""Bring commits that a run made or fetched on another machine into this one's mirrors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import as_lines
from bot.values import Remote, Repo, Sha


class MadeCommits(Protocol):
    """Keeps the commits that runs made and may not have pushed yet, for all machines."""

    def keep_pack(self, repo: Repo, sha: Sha, pack: bytes) -> None:
        """Keep a commit with what is new in it, as a pack of git's."""

    def read_pack(self, repo: Repo, sha: Sha) -> bytes | None:
        """Read the pack of a commit; None of one that no run made."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where commits come from that are not in a mirror: those of other machines, and the remote."""

    commits: MadeCommits
    find_remote: Callable[[Repo], Remote]


def pack_commit(git: GitProcess, sha: str) -> bytes:
    """Pack a commit with what its parents do not have, and the remote neither."""
    wanted = as_lines([sha, *(f"^{parent}" for parent in list_parents(git, sha))])
    options = ("--quiet", "--stdout", "--revs", "--exclude-promisor-objects")
    return git.run("pack-objects", *options, stdin=wanted)


def list_parents(git: GitProcess, sha: str) -> list[Sha]:
    """List the parents of a commit."""
    listed = git.run("rev-list", "--no-walk", "--parents", sha).decode().split()
    return [Sha(parent) for parent in listed[1:]]


def unpack_commit(git: GitProcess, pack: bytes) -> None:
    """Write a packed commit into the mirror."""
    git.run("unpack-objects", "-q", stdin=pack)
