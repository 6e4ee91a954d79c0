"""The caches: of CI's logs, and of what was derived from a repository."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.values import Repo


class LogCache(Protocol):
    """Cache of CI logs, fetched and masked: a model asks for them again and again."""

    def fetch(self, repo: Repo, job: int) -> bytes | None:
        """Return the log of the job (each attempt is a job of its own); None when it is unknown."""

    def store(self, repo: Repo, job: int, log: bytes) -> None:
        """Keep the log of the job."""


@dataclass(frozen=True, slots=True)
class NullLogCache:
    """A cache that keeps nothing: every log is fetched when it is asked for."""

    def fetch(self, repo: Repo, job: int) -> bytes | None:  # noqa: ARG002 - nothing is kept
        """Return None."""
        return None

    def store(self, repo: Repo, job: int, log: bytes) -> None:
        """Forget the log."""


@dataclass(frozen=True, slots=True)
class SegmentBlob:
    """Data derived from many objects, as columns of bytes; `keys` name the objects in order."""

    keys: tuple[str, ...]
    columns: Mapping[str, bytes]
    cache_id: int = 0  # in the cache that it was loaded from

    def count_bytes(self) -> int:
        """Count the bytes of all columns."""
        return sum(map(len, self.columns.values()))


class DerivedCache(Protocol):
    """Content-addressed cache of data derived from a repository's objects.

    A key means the same for ever. Entries may be evicted at any time.
    """

    def load_segments(self, namespace: str, keys: Collection[str]) -> tuple[SegmentBlob, ...]:
        """Return segments that hold these keys, as far as they are known."""

    def load_metadata(self, namespace: str, keys: Collection[str]) -> dict[str, bytes]:
        """Return the metadata of these keys; unknown keys are left out."""

    def store(
        self,
        namespace: str,
        segment: SegmentBlob,
        metadata: Mapping[str, bytes],
        replaces: Collection[int] = (),
    ) -> None:
        """Store a segment, and drop those (by `cache_id`) whose content it includes."""


class NullCache:
    """A DerivedCache that stores nothing, so that everything is derived each time."""

    def load_segments(
        self,
        namespace: str,  # noqa: ARG002 - it is always empty
        keys: Collection[str],  # noqa: ARG002
    ) -> tuple[SegmentBlob, ...]:
        """Return nothing."""
        return ()

    def load_metadata(
        self,
        namespace: str,  # noqa: ARG002 - it is always empty
        keys: Collection[str],  # noqa: ARG002
    ) -> dict[str, bytes]:
        """Return nothing."""
        return {}

    def store(
        self,
        namespace: str,
        segment: SegmentBlob,
        metadata: Mapping[str, bytes],
        replaces: Collection[int] = (),
    ) -> None:
        """Do nothing."""
