"""Keep what the home keeps of repositories within a size: what was used longest ago goes first."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.trash import empty_trash
from bot.ports import KeptStore, Metrics, NoMetrics
from bot.text import count_noun
from bot.values import DiskUse, KeptPart

GRACE_S = 900.0  # what was used since is in use: no git and no job of one call runs longer
SCAN_S = 600.0
LOW_WATER = 0.9  # of the cap: so that not every look has to remove something
RESERVE_BYTES, RESERVE_PART = 2_000_000_000, 0.1  # of the disk, whichever is less, stays free
GIGABYTE = 1_000_000_000

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class _Measured:
    """A part with its kind and its size."""

    kind: str
    part: KeptPart
    size_bytes: int


@dataclass(slots=True)
class DiskKeeper:
    """Removes parts of these stores, given by kind, that no live run uses.

    `find_live` names the runs that live here. A cap of 0 is none; the disk's reserve still holds.
    """

    home: Path
    stores: Mapping[str, KeptStore]
    cap_bytes: int = 0
    find_live: Callable[[], Collection[str]] = tuple
    metrics: Metrics = field(default_factory=NoMetrics)
    grace_s: float = GRACE_S
    reserve_bytes: int | None = None
    _sizes: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    _scanned_at: float = float("-inf")
    _was_low: bool = False

    def look(self) -> None:
        """Scan what is kept if that is long ago, or if the disk is nearly full."""
        is_due = time.monotonic() - self._scanned_at >= SCAN_S
        if is_due or self._describe_disk({}).lack_bytes > 0:
            self._scanned_at = time.monotonic()
            self.keep()

    def keep(self) -> DiskUse:
        """Remove what has no room, and return what is kept then."""
        empty_trash(name_trash(self.home))
        measured = list(self._measure(self.find_live()))
        use = self._add_up(measured)
        lack_bytes = use.lack_bytes
        if use.kept_bytes > self.cap_bytes > 0:
            lack_bytes = max(lack_bytes, use.kept_bytes - int(self.cap_bytes * LOW_WATER))
        removed = self._remove_oldest(measured, lack_bytes)
        use = self._add_up([each for each in measured if each not in removed])
        self._tell_low(use)
        self.metrics.keep_disk(use)
        return use

    def measure(self) -> DiskUse:
        """Measure what is kept, and remove nothing."""
        return self._add_up(self._measure(()))

    def forget(self, repos: Collection[str]) -> None:
        """Remove what is kept of these repositories, but what a live run uses."""
        for measured in list(self._measure(self.find_live())):
            if measured.part.repo in repos and not measured.part.in_use:
                self._remove(measured)

    def _measure(self, live: Collection[str]) -> Iterator[_Measured]:
        """Measure each part; one that was not used since it was measured is as it was."""
        sizes = {}
        for kind, store in self.stores.items():
            for part in store.list_parts(live):
                key = (kind, part.name)
                known = self._sizes.get(key)
                if known is None or known[0] != part.used_at:
                    known = part.used_at, store.measure(part)
                sizes[key] = known
                yield _Measured(kind, part, known[1])
        self._sizes = sizes

    def _remove_oldest(self, measured: Collection[_Measured], lack_bytes: int) -> list[_Measured]:
        """Remove as much as is lacking, if there is so much that nobody uses."""
        removed: list[_Measured] = []
        latest = time.time() - self.grace_s
        for each in sorted(measured, key=lambda each: each.part.used_at):
            if lack_bytes <= 0 or each.part.used_at > latest:
                break
            if not each.part.in_use and self._remove(each):
                removed.append(each)
                lack_bytes -= each.size_bytes
        if removed:
            size = sum(each.size_bytes for each in removed) / GIGABYTE
            text = "made room on the disk: %s of what was kept went, used longest ago, %.2f GB"
            log.info(text, count_noun(len(removed), "part"), size)
        return removed

    def _remove(self, measured: _Measured) -> bool:
        try:
            is_gone = self.stores[measured.kind].remove(measured.part)
        except OSError as failed:
            log.warning("%s of %s stays: %s", measured.kind, measured.part.name, failed)
            return False
        if is_gone:
            self.metrics.count_eviction(measured.kind, measured.size_bytes)
        return is_gone

    def _add_up(self, measured: Iterable[_Measured]) -> DiskUse:
        kinds = dict.fromkeys(self.stores, 0)
        for each in measured:
            kinds[each.kind] += each.size_bytes
        return self._describe_disk(kinds)

    def _describe_disk(self, kinds: Mapping[str, int]) -> DiskUse:
        disk, reserve_bytes = shutil.disk_usage(self.home), self.reserve_bytes
        if reserve_bytes is None:
            reserve_bytes = min(RESERVE_BYTES, int(disk.total * RESERVE_PART))
        return DiskUse(kinds, disk.free, self.cap_bytes, reserve_bytes)

    def _tell_low(self, use: DiskUse) -> None:
        """Warn once when nothing that could go makes room on the disk."""
        is_low = use.lack_bytes > 0
        if is_low and not self._was_low:
            text = (
                "the disk of %s is nearly full: %.2f GB are free, and runs use the %.2f GB that "
                "are kept, or others fill it. Make room, or give it a larger disk"
            )
            log.warning(text, self.home, use.free_bytes / GIGABYTE, use.kept_bytes / GIGABYTE)
        self._was_low = is_low


def name_trash(home: Path) -> Path:
    """Name the folder of a home from where what was removed is deleted."""
    return home / ".trash"
