"""The mirrors as what the disk keeps: they go where there is no room, and are fetched anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirror import Mirror
from bot.ports import name_repositories
from bot.values import KeptPart

BLOCK_BYTES = 512  # st_blocks counts in them
HEX = "0123456789abcdef"
LOOSE = frozenset(f"{first}{second}" for first in HEX for second in HEX)  # folders of objects


@dataclass(frozen=True, slots=True)
class KeptMirrors:
    """The port KeptStore over the folder of GitMirrors; what goes is moved to the trash first."""

    home: Path
    trash: Path

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:
        """List the mirrors: a live run may have commits in its own that are nowhere else."""
        busy = name_repositories(live)
        return [
            KeptPart(name, self.open(name).read_use(), name, name in busy)
            for name in self._list_names()
        ]

    def measure(self, part: KeptPart) -> int:
        """Measure a mirror; of its loose objects, which may be thousands, one in sixteen."""
        folder = self.open(part.name).git.git_dir
        loose = (sum(_walk_sizes(folder / f"objects/{first}0")) for first in HEX)
        return sum(_walk_sizes(folder, without=LOOSE)) + len(HEX) * sum(loose)

    def remove(self, part: KeptPart) -> bool:
        """Move a mirror away at once, then delete it; it stays if it was used since."""
        moved = self.open(part.name).move_away(self.trash, part.used_at)
        if moved is None:
            return False
        shutil.rmtree(moved, ignore_errors=True)  # what is left goes with the trash
        return True

    def list_installations(self) -> dict[str, int]:
        """List through which installation each repository was fetched, where that is known."""
        known = ((name, self.open(name).read_installation()) for name in self._list_names())
        return {name: installation for name, installation in known if installation}

    def open(self, name: str) -> Mirror:
        """Open a mirror by the repository's name."""
        return Mirror(GitProcess(self.home / f"{name}.git", self.home / ".empty"))

    def _list_names(self) -> list[str]:
        folders = sorted(self.home.glob("[!.]*/*.git"))
        return [str(folder.relative_to(self.home))[: -len(".git")] for folder in folders]


def _walk_sizes(folder: Path | str, without: Collection[str] = ()) -> Iterator[int]:
    """Walk through a folder, but folders of these names, and give the bytes that each file takes.

    What goes meanwhile is passed over.
    """
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield _measure_file(entry)
            elif entry.name not in without:
                yield from _walk_sizes(entry.path, without)


def _measure_file(entry: os.DirEntry[str]) -> int:
    with suppress(FileNotFoundError):
        return entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
    return 0
