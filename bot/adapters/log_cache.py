"""Keep CI logs in files of the bot's home: compressed, bounded in size, deleted with the runs."""

from __future__ import annotations

import gzip
import os
import time
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.ports import name_repositories
from bot.values import KeptPart, Repo

LIMIT_BYTES = 1_000_000_000  # of all files together, as they lie there


@dataclass(frozen=True, slots=True)
class DiskLogCache:
    """The port LogCache: one file for each job, whose id is another one for each attempt.

    What is lost is fetched again.
    """

    root: Path
    limit_bytes: int = LIMIT_BYTES

    def fetch(self, repo: Repo, job: int) -> bytes | None:
        """Read a log as it was put; None when it is not there, or broken."""
        try:
            return gzip.decompress(self._path(repo, job).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None

    def store(self, repo: Repo, job: int, log: bytes) -> None:
        """Keep a log. It must be masked; a full disk keeps nothing and hinders nobody."""
        path = self._path(repo, job)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(gzip.compress(log, compresslevel=3))
            Path(file.name).replace(path)
        except OSError:
            return
        self._delete_oldest()

    def forget(self, older_than_s: float) -> None:
        """Delete what was put longer ago."""
        for path, stat in self._list_files():
            if stat.st_mtime < time.time() - older_than_s:
                path.unlink(missing_ok=True)

    def list_parts(self, live: Collection[str]) -> list[KeptPart]:
        """List the repositories with logs, as KeptStore does."""
        busy, newest = name_repositories(live), dict[str, float]()
        for path, stat in self._list_files():
            newest[path.parent.name] = max(stat.st_mtime, newest.get(path.parent.name, 0.0))
        repos = {name: name.replace("+", "/", 1) for name in newest}
        return [
            KeptPart(name, used_at, repos[name], repos[name] in busy)
            for name, used_at in newest.items()
        ]

    def measure(self, part: KeptPart) -> int:
        """Measure the logs of a repository."""
        return sum(stat.st_size for _, stat in self._list_files(part.name))

    def remove(self, part: KeptPart) -> bool:
        """Delete the logs of a repository."""
        for path, _ in self._list_files(part.name):
            path.unlink(missing_ok=True)
        return True

    def _delete_oldest(self) -> None:
        """Delete the oldest logs until all of them have room; the newest always stays."""
        files = sorted(self._list_files(), key=lambda file: file[1].st_mtime)
        total_bytes = sum(stat.st_size for _, stat in files)
        for path, stat in files[:-1]:
            if total_bytes <= self.limit_bytes:
                return
            path.unlink(missing_ok=True)
            total_bytes -= stat.st_size

    def _list_files(self, folder: str = "*") -> list[tuple[Path, os.stat_result]]:
        files = []
        for path in self.root.glob(f"{folder}/*"):
            try:
                files.append((path, path.stat()))
            except FileNotFoundError:  # another worker deletes too
                continue
        return files

    def _path(self, repo: Repo, job: int) -> Path:
        return self.root / repo.name.replace("/", "+") / f"{job}.log.gz"
