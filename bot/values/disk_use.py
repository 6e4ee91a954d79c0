"""What the home keeps that can be made or fetched anew, in parts, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptPart:
    """What goes as a whole: a mirror, the logs of a repository, an environment."""

    name: str  # as its store knows it
    used_at: float  # seconds since the epoch
    repo: str = ""  # whose it is, where that is known
    in_use: bool = False  # by a run that lives


@dataclass(frozen=True, slots=True)
class DiskUse:
    """The bytes that are kept, by kind, and what the disk below has left."""

    kinds: Mapping[str, int]
    free_bytes: int
    cap_bytes: int = 0  # 0 where there is none
    reserve_bytes: int = 0  # that should stay free

    @property
    def lack_bytes(self) -> int:
        """The bytes that should be free and are not; below 0 where more are."""
        return self.reserve_bytes - self.free_bytes

    @property
    def kept_bytes(self) -> int:
        """The bytes of all kinds."""
        return sum(self.kinds.values())
