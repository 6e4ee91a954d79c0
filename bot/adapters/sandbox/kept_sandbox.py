"""What the sandbox keeps for the next run, as what goes where there is no room on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.sandbox.environment_store import EnvironmentStore
from bot.adapters.sandbox.environments import CAP_BYTES
from bot.adapters.sandbox.leftovers import LOCK, measure_workspace, remove_workspace
from bot.ports import name_repositories
from bot.values import KeptPart


@dataclass(frozen=True, slots=True)
class KeptEnvironments:
    """The port KeptStore over the environments; one that a job uses is locked, and stays."""

    folder: Path

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:
        """List the environments that were made to their end."""
        busy, store = name_repositories(live), self._open()
        return [
            KeptPart(key, store.read_time(key), stored.repo, stored.repo in busy)
            for key, stored in store.list_stored().items()
        ]

    def measure(self, part: KeptPart) -> int:
        """Tell how large an environment was when it was made."""
        stored = self._open().list_stored().get(part.name)
        return stored.size_bytes if stored else 0

    def remove(self, part: KeptPart) -> bool:
        """Remove an environment."""
        return self._open().remove(part.name)

    def _open(self) -> EnvironmentStore:
        return EnvironmentStore(self.folder, CAP_BYTES)


@dataclass(frozen=True, slots=True)
class KeptWorkspaces:
    """The port KeptStore over the workspaces of runs, and those that are spared for the next."""

    folder: Path

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:
        """List the workspaces; their names tell which runs and repositories use them."""
        runs = {_hash(key) for key in live}
        spares = {f"spare-{_hash(repo)}" for repo in name_repositories(live)}
        parts = []
        for lock in self.folder.glob(f"*{LOCK}"):
            with suppress(FileNotFoundError):
                name = lock.name.removesuffix(LOCK)
                used_at = lock.stat().st_mtime
                parts.append(KeptPart(name, used_at, in_use=name in runs | spares))
        return parts

    def measure(self, part: KeptPart) -> int:
        """Measure a workspace."""
        return measure_workspace(self.folder / part.name)

    def remove(self, part: KeptPart) -> bool:
        """Remove a workspace, unless a job is at work in it."""
        return remove_workspace(self.folder / f"{part.name}{LOCK}")


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]
