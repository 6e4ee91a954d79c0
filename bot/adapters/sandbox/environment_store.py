"""Keep environments on the disk: each is made once, and the least recently used go first."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.adapters.sandbox.disk_watch import measure_written
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.adapters.sandbox.job_workspace import delete_workspace

log = logging.getLogger(__name__)

FILES, RECORD, LOCK = "files", "made.json", ".lock"


@dataclass(frozen=True, slots=True)
class StoredEnvironment:
    """What is known of an environment that was made to its end."""

    laid: tuple[str, ...] = ()
    size_bytes: int = 0
    repo: str = ""


@dataclass(frozen=True, slots=True)
class EnvironmentStore:
    """A folder of environments by their keys. Any number of processes may share it.

    The record is written last: an environment without one was not made to its end, and goes.
    """

    folder: Path
    cap_bytes: int

    @contextmanager
    def hold(
        self, key: str, make: Callable[[Path], tuple[str, ...]], repo: str = ""
    ) -> Iterator[tuple[Path, StoredEnvironment]]:
        """Hold an environment in the store while the block lasts; it is made where there is none.

        `make` fills a folder, and returns the paths to be laid over a workspace; what it raises is
        raised here.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            with hold_lock(self._lock(key), is_shared=True):
                record = self._read(key)
                if record:
                    os.utime(self.folder / key / RECORD)
                    yield self.folder / key / FILES, record
                    return
            with hold_lock(self._lock(key)):
                if not self._read(key):
                    self._make(key, make, repo)
            self._evict(keep=key)

    def list_stored(self) -> dict[str, StoredEnvironment]:
        """List the environments that were made to their end, by their keys."""
        keys = [path.name for path in self.folder.glob("*") if path.is_dir()]
        return {key: record for key in keys if (record := self._read(key))}

    def _make(self, key: str, make: Callable[[Path], tuple[str, ...]], repo: str) -> None:
        home = self.folder / key
        delete_workspace(home)
        (home / FILES).mkdir(mode=0o755, parents=True)
        try:
            laid = make(home / FILES)
        except BaseException:
            delete_workspace(home)
            raise
        record = StoredEnvironment(laid, measure_written(home / FILES, 0.0), repo)
        unfinished = home / f"{RECORD}.new"
        unfinished.write_text(json.dumps(asdict(record)), "utf-8")
        unfinished.replace(home / RECORD)

    def _read(self, key: str) -> StoredEnvironment | None:
        with suppress(FileNotFoundError, ValueError, KeyError):
            document = json.loads((self.folder / key / RECORD).read_text("utf-8"))
            repo = document.get("repo", "")
            return StoredEnvironment(tuple(document["laid"]), document["size_bytes"], repo)
        return None

    def _evict(self, keep: str) -> None:
        """Remove what was not made to its end, and the least recently used beyond the cap."""
        keys = [path.name for path in self.folder.iterdir() if path.is_dir()]
        sizes = {key: record.size_bytes for key in keys if (record := self._read(key))}
        excess = sum(sizes.values()) - self.cap_bytes
        for key in sorted(keys, key=self.read_time):
            is_due = key not in sizes or excess > 0
            if key != keep and is_due and self.remove(key):
                excess -= sizes.get(key, 0)

    def remove(self, key: str) -> bool:
        """Remove an environment, unless somebody makes or uses it. Tell whether it is gone."""
        try:
            with hold_lock(self._lock(key), waits=False):
                (self.folder / key / RECORD).unlink(missing_ok=True)
                delete_workspace(self.folder / key)
                self._lock(key).unlink()
        except BlockingIOError:
            return False
        except OSError as failed:
            log.warning("an environment of the sandbox stays: %s", failed)
            return False
        return True

    def read_time(self, key: str) -> float:
        """Tell when an environment was last used; 0 where it was not made to its end."""
        with suppress(FileNotFoundError):
            return (self.folder / key / RECORD).stat().st_mtime
        return 0.0

    def _lock(self, key: str) -> Path:
        return self.folder / f"{key}{LOCK}"
