"""Count what a set-up asks of the mirror of packages, and refuse what is beyond the limits."""

from __future__ import annotations

import threading
from dataclasses import dataclass

KEPT_REFUSALS = 5  # that are named to people; the others are counted


@dataclass(frozen=True, slots=True)
class MirrorLimits:
    """What one set-up may ask for and get.

    Names of packages that no index has are counted, because a name can carry data out.
    """

    requests: int = 20_000
    total_bytes: int = 4 * 1024**3
    file_bytes: int = 1024**3
    missing_names: int = 200
    allows_sources: bool = False  # of Python's packages, which run code while they install


class MirrorRefusal(Exception):
    """The mirror does not answer this request; the text says why, in a sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class PackageQuota:
    """Counts requests, bytes and names. All of its methods may be called from any thread."""

    def __init__(self, limits: MirrorLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._requests = 0
        self._bytes = 0
        self._found: set[str] = set()
        self._missing: set[str] = set()
        self._refused = 0
        self._refusals: dict[str, None] = {}

    def count_request(self) -> None:
        """Count a request. Raises MirrorRefusal when it is one too many."""
        with self._lock:
            self._requests += 1
            if self._requests > self._limits.requests:
                raise MirrorRefusal(
                    429, f"A set-up may ask for {self._limits.requests} pages and files."
                )

    def check_name(self, name: str) -> None:
        """Raise MirrorRefusal for a new name once too many were asked for that no index has."""
        with self._lock:
            is_known = name in self._found or name in self._missing
            if len(self._missing) >= self._limits.missing_names and not is_known:
                raise MirrorRefusal(
                    403,
                    f"{len(self._missing)} packages were asked for that no index has; no more are.",
                )

    def count_name(self, name: str, *, is_found: bool) -> None:
        """Count a name that the index has, or does not have."""
        with self._lock:
            names = self._found if is_found else self._missing
            names.add(name)

    def count_bytes(self, amount: int, of_file: int) -> None:
        """Count what is sent; `of_file` is what the file had before, or will have as a whole.

        Raises MirrorRefusal when it is too much.
        """
        limits = self._limits
        with self._lock:
            self._bytes += amount
            if of_file + amount > limits.file_bytes:
                raise MirrorRefusal(403, f"A package may have {_count_mb(limits.file_bytes)}.")
            if self._bytes > limits.total_bytes:
                raise MirrorRefusal(403, f"A set-up may fetch {_count_mb(limits.total_bytes)}.")

    def count_refusal(self, text: str) -> None:
        """Count a request that was not answered."""
        with self._lock:
            self._refused += 1
            if len(self._refusals) < KEPT_REFUSALS:
                self._refusals[text] = None

    def describe(self) -> str:
        """Describe in a line what was asked, and what was refused and why."""
        with self._lock:
            text = (
                f"Package indexes: {self._requests} requests, {_count_mb(self._bytes)} fetched, "
                f"{len(self._missing)} names not found, {self._refused} requests refused."
            )
            return " ".join((text, *self._refusals))


def _count_mb(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"
